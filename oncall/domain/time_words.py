"""Times as people are told of them: on their own clock, as short as they can be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from schedules import Span, wall_time


def when(at: datetime, zone: str) -> str:
    """An instant on the wall of a zone: `Fri 2026-03-20 09:00`."""
    return wall_time(at, zone).strftime("%a %Y-%m-%d %H:%M")


def during(span: Span, zone: str) -> str:
    """A span on the wall of a zone: `Fri 2026-03-20 09:00 to 17:00`, the day named again only where it is another."""
    start, end = wall_time(span.start, zone), wall_time(span.end, zone)
    last = f"{end:%H:%M}" if end.date() == start.date() else when(span.end, zone)
    return f"{when(span.start, zone)} to {last}"


def listed(words: Iterable[str]) -> str:
    """Several words in one: `ana, bo and cy`; empty where there are none."""
    *first, last = [*words] or [""]
    return f"{', '.join(first)} and {last}" if first else last
