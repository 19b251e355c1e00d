"""What should happen, decided by pure functions of plain values and an instant."""
