"""What was promised of an incident, and how much time is left to keep it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from oncall.domain.incident import Cause, Clock, Incident

SOON = timedelta(minutes=30)
"""Nearer than this a limit is due soon, also where the policy warns later or not at all."""


class Standing(StrEnum):
    """How it stands with a limit, from the worst."""

    LATE = "late"
    SOON = "soon"
    FINE = "fine"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Promise:
    """One limit: `clock` is `respond` or `update`, `due_at` is None while it is paused, and where only that it was missed is known."""

    clock: str
    standing: Standing
    due_at: datetime | None


def promises(incident: Incident, now: datetime) -> tuple[Promise, ...]:
    """The limits that hold now, the response's before the update's.

    The clock of the updates starts again after a breach: then the breach is known by management's run, which lasts until somebody
    answers it.
    """
    found = tuple(Promise(clock.name, _standing(clock, now), clock.due_at) for clock in incident.clocks)
    missed_update = incident.respond is None and any(run.cause is Cause.BREACH for run in incident.management)
    return (Promise("update", Standing.LATE, None), *found) if missed_update else found


def worst(incident: Incident, now: datetime) -> Promise | None:
    """The limit that needs somebody first: one that is late or due soon; None where there is none."""
    order = tuple(Standing)
    urgent = [each for each in promises(incident, now) if each.standing in {Standing.LATE, Standing.SOON}]
    return min(urgent, key=lambda each: (order.index(each.standing), each.due_at or now), default=None)


def _standing(clock: Clock, now: datetime) -> Standing:
    if clock.due_at is None:
        return Standing.PAUSED
    if clock.breached or clock.due_at <= now:
        return Standing.LATE
    return Standing.SOON if clock.warned or clock.due_at - now <= SOON else Standing.FINE
