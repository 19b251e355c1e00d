"""Where monitors come in: one file a dialect, each from bytes to plain values, and back in the dialect's own words."""
