"""Who is on call by a schedule now, until when, and who comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules import Schedule, Shift

LOOK_AHEAD = timedelta(days=31)
"""How far ahead a page looks for the next change."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A person on call now; `until` is None where it lasts longer than the page looks ahead."""

    user: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """The next instant at which somebody else is on call; `users` is empty where then nobody is."""

    at: datetime
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """One schedule at one instant; `holders` is empty in a gap, `change` None where none is near."""

    schedule: str
    holders: tuple[Holder, ...]
    change: Change | None


def duty(name: str, schedule: Schedule, now: datetime) -> Duty:
    """Who is on call by `schedule` at `now`, and the next change within LOOK_AHEAD."""
    horizon = now + LOOK_AHEAD
    shifts = schedule.shifts(now, horizon)
    holders = tuple(
        Holder(shift.user, shift.end if shift.end < horizon else None)
        for shift in shifts
        if shift.start <= now < shift.end
    )
    return Duty(name, holders, _next_change(shifts, now, horizon))


def _next_change(shifts: Sequence[Shift], now: datetime, horizon: datetime) -> Change | None:
    bounds = sorted({bound for shift in shifts for bound in (shift.start, shift.end) if now < bound < horizon})
    if not bounds:
        return None
    at = bounds[0]
    before = {shift.user for shift in shifts if shift.start <= now < shift.end}
    after = {shift.user for shift in shifts if shift.start <= at < shift.end}
    return Change(at, tuple(sorted(after - before or after)))
