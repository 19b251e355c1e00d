"""The command `oncall`."""
