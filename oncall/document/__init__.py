"""The configuration document: its model, read with line numbers, checked whole, compared, written and judged."""
