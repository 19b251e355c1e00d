"""Tests, laid out as the packages they test; `servers/` and `programs.py` are what they stand on."""
