"""Fire timers: claim those that are due, then each in a transaction of its own, and the releases of one instant in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from oncall.domain.commands import Command, FireTimer, Recalculate
from oncall.domain.draft import Timer
from oncall.domain.incident import Incident
from oncall.operations.context import Context
from oncall.operations.record import carry_out
from oncall.store import incidents, timers
from oncall.store.timers import ClaimedTimer

LEASE = timedelta(seconds=30)
"""How long a worker may take to fire a batch before others may take over what is left of it."""

_AGAIN_AFTER = timedelta(seconds=2)


def claim_timers(context: Context, lease: str, limit: int) -> tuple[ClaimedTimer, ...]:
    """Claim about `limit` timers that are due, in the order in which they fire; nobody else has them until the lease is over."""
    now = context.clock.now()
    with context.database.read() as session:
        if not timers.is_any_due(session, now):
            return ()
    return context.database.write(lambda session: timers.claim(session, now, lease, now + LEASE, limit))


def fire(context: Context, claimed: ClaimedTimer) -> bool:
    """Fire a claimed timer; False when its lease ran out and somebody else has taken it over.

    What else of the incident is due before it fires first, and all of it is gone in the same transaction that stores what it
    did, so its effect happens once.
    """
    fired = context.database.write(partial(_fire, context, claimed))
    if fired:
        context.doorbell.ring()
    return fired


def fire_releases(context: Context, due_at: datetime) -> frozenset[str]:
    """Fire all the releases of one instant in one transaction, in the order in which their incidents came.

    So what they page reaches each person together (docs/semantics.md 4.7). Returns the incidents that were released; those
    that are damaged are left, as is one whose release has failed before.
    """
    released = context.database.write(partial(_fire_releases, context, due_at))
    if released:
        context.doorbell.ring()
    return released


def put_back(context: Context, claimed: ClaimedTimer) -> None:
    """Try a timer that could not be fired again in a moment."""
    until = context.clock.now() + _AGAIN_AFTER
    context.database.write(lambda session: timers.put_back(session, claimed, until))


def set_aside(context: Context, claimed: ClaimedTimer, failure: str) -> None:
    """Keep a timer that failed too often out of the way of the others."""
    context.database.write(lambda session: timers.set_aside(session, claimed, failure))


def release(context: Context, lease: str) -> None:
    """Give up the timers that are still held under `lease`, at a stop."""
    context.database.write(lambda session: timers.release(session, lease))


def _fire(context: Context, claimed: ClaimedTimer, session: Session) -> bool:
    incident = incidents.lock(session, context.cipher, claimed.incident)
    if not timers.take(session, claimed):
        return False
    _fire_in_order(context, session, {incident.id: incident}, [claimed])
    return True


def _fire_releases(context: Context, due_at: datetime, session: Session) -> frozenset[str]:
    # Incidents first, always in the order of their ids: so two who fire some of the same do not stop each other for good.
    locked = incidents.lock_all(session, context.cipher, timers.incidents_to_release(session, due_at))
    taken = timers.take_releases(session, due_at, locked.keys())
    if taken:
        _fire_in_order(context, session, locked, sorted(taken, key=lambda one: (locked[one.incident].number, one.id)))
    return frozenset(claimed.incident for claimed in taken)


def _fire_in_order(
    context: Context, session: Session, locked: Mapping[str, Incident], alike: Sequence[ClaimedTimer]
) -> None:
    """Fire timers of one kind and instant, and before each whatever else of its incident is due before it."""
    earlier, now = timers.take_earlier(session, alike), context.clock.now()
    as_they_are = dict(locked)
    for claimed in alike:
        for timer in (*earlier.pop(claimed.incident, ()), claimed.timer):
            decided = carry_out(context, session, as_they_are[claimed.incident], _command(timer), now)
            as_they_are[claimed.incident] = decided.incident


def _command(timer: Timer) -> Command:
    if timer.kind == timers.RECALCULATE:
        return Recalculate(since=timer.due_at)
    return FireTimer(timer.kind, timer.generation, timer.occurrence, timer.due_at)
