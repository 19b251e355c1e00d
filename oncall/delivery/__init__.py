"""Claims due messages, bundles them, calls the provider and records what came of it."""
