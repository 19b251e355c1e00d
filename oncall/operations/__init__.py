"""One use case a file, one transaction each."""
