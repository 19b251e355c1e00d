"""When people are away: known to those who plan, and never a reason to put somebody else on call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schedules import Shift, Span


@dataclass(frozen=True, slots=True)
class Absence:
    """One person is away during `span`; `note` is what they wrote of it, or nothing."""

    user: str
    span: Span
    note: str = ""


@dataclass(frozen=True, slots=True)
class Clash:
    """A person is on call by `schedule` during `span`, and away then; `note` is that of the absence."""

    user: str
    schedule: str
    span: Span
    note: str = ""


def clashes(schedule: str, shifts: Iterable[Shift], absences: Sequence[Absence]) -> tuple[Clash, ...]:
    """Where somebody has a shift of `schedule` while they are away, by start and then user."""
    found = [
        Clash(shift.user, schedule, _common(shift, away.span), away.note)
        for shift in shifts
        for away in absences
        if away.user == shift.user and away.span.start < shift.end and shift.start < away.span.end
    ]
    return tuple(sorted(found, key=lambda clash: (clash.span, clash.user)))


def _common(shift: Shift, span: Span) -> Span:
    return Span(max(shift.start, span.start), min(shift.end, span.end))
