"""The configuration document: typed model, loading with line numbers, difference, export."""
