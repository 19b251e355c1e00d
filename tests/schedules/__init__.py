"""Tests of the library `schedules`."""
