"""oncall pages the person on call until somebody acknowledges."""
