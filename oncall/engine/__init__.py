"""The loop: fires due timers through operations, and sweeps."""
