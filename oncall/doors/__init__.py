"""Where the outside comes in: API, pages, ingest, callbacks."""
