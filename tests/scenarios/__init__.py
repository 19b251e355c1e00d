"""One file a promise, told on the real service, databases and protocols."""
