"""Shifts and gaps: what a schedule comes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from schedules.spans import Span, union


@dataclass(frozen=True, slots=True)
class Shift:
    """One user's duty without interruption, from `start` up to but not including `end`."""

    user: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Final:
    """What a schedule comes to in a window: the shifts, by start and then user, and the gaps, by start."""

    shifts: tuple[Shift, ...]
    gaps: tuple[Span, ...]


def joined(duties: Iterable[tuple[str, datetime, datetime]]) -> tuple[Shift, ...]:
    """Return the shifts that duties (user, start, end) in any order come to, by start and then user.

    What overlaps or adjoins and is of one user is one shift.
    """
    spans: dict[str, list[Span]] = {}
    for user, start, end in duties:
        spans.setdefault(user, []).append(Span(start, end))
    shifts = [Shift(user, span.start, span.end) for user, own in spans.items() for span in union(own)]
    return tuple(sorted(shifts, key=lambda shift: (shift.start, shift.user)))
