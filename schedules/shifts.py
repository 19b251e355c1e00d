"""Shifts and gaps: what a schedule comes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from schedules.rotation import Duty
from schedules.spans import Span


class Shift(NamedTuple):
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
    """Return the shifts that duties (user, start, end) come to, by start and then user; the duties are given by start.

    What adjoins or overlaps and is of one user is one shift.
    """
    latest: dict[str, int] = {}
    shifts: list[tuple[datetime, str, datetime]] = []
    for user, start, end in duties:
        number = latest.get(user)
        if number is None or shifts[number][2] < start:
            latest[user] = len(shifts)
            shifts.append((start, user, end))
        else:
            begun, _, reached = shifts[number]
            shifts[number] = begun, user, max(reached, end)
    shifts.sort()
    # Named tuples made in half the time.
    return tuple([tuple.__new__(Shift, (user, start, end)) for start, user, end in shifts])


def shifts_of(duties: Iterable[Duty]) -> tuple[Shift, ...]:
    """Return the shifts that duties come to, given in order and without overlaps."""
    return joined((user, start, end) for start, end, users in duties for user in users)
