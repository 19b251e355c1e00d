"""Benchmarks: what the figures of the promises come from; `make bench` prints them."""
