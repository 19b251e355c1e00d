"""What an incident waits for in its present state: one thing at a time, under a generation of its own."""

from __future__ import annotations

from datetime import datetime

from oncall.domain.draft import Draft
from oncall.domain.incident import Wait, Waiting
from oncall.domain.policy import Do, Hours, SupportPolicy
from schedules import NoOpeningError


def wait_for(draft: Draft, kind: Waiting, until: datetime) -> None:
    """Wait for this and nothing else: what was waited for before does nothing when its time comes."""
    generation = draft.incident.generation + 1
    draft.change(generation=generation, wait=Wait(kind, generation, until))
    draft.arm(str(kind), generation, until)


def wait_for_nothing(draft: Draft) -> None:
    """Stay in the state until somebody asks for another."""
    if draft.incident.wait is not None:
        draft.change(wait=None)


def wait_for_hours(draft: Draft) -> None:
    """Have the table asked again when the calendar opens or closes next, where that can change the answer (docs/semantics.md 4.5).

    An opening or a closing that has come, and of which the table has not been asked yet, stays: it comes after whatever is
    asked at that instant (5.7).
    """
    if change_of_hours_has_come(draft):
        return
    change = _next_change(draft.policy, draft.now) if _varies(draft) else None
    if change is None:
        wait_for_nothing(draft)
    else:
        wait_for(draft, Waiting.HOURS, change)


def change_of_hours_has_come(draft: Draft) -> bool:
    """Whether the calendar has opened or closed and the table is still to be asked about it."""
    wait = draft.incident.wait
    return wait is not None and wait.until <= draft.now and wait.kind is Waiting.HOURS


def _varies(draft: Draft) -> bool:
    incident, policy = draft.incident, draft.policy
    if policy.calendar is None:
        return False
    words = incident.severity, incident.plan, incident.ticket_type
    by_day, by_night = policy.rule(policy.case(*words, Hours.OPEN)), policy.rule(policy.case(*words, Hours.CLOSED))
    return by_day is not by_night or by_night.do is Do.DEFER or by_day != incident.rule


def _next_change(policy: SupportPolicy, now: datetime) -> datetime | None:
    if policy.calendar is None:
        return None
    try:
        return policy.calendar.next_close(now) if policy.calendar.is_open(now) else policy.calendar.next_open(now)
    except NoOpeningError:
        return None
