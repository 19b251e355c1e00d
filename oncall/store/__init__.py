"""The database: tables by noun, loading and saving, claims of due work, versions of the configuration."""
