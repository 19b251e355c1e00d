"""A row of the table."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple


class Row(NamedTuple):
    """What was measured, what came out, what it ought to be, what else was measured beside it, and how the two compare."""

    what: str
    figure: str
    goal: str = ""
    beside: str = ""
    ratio: str = ""


def at(seconds: Sequence[float], percent: int) -> float:
    """The percentile of some times, in the same unit: so many of a hundred took no longer."""
    return sorted(seconds)[ceil(len(seconds) * percent / 100) - 1]


def milliseconds(seconds: float) -> str:
    """A time as text that is easily compared with others: `3.1 ms`."""
    return f"{seconds * 1000:.1f} ms"
