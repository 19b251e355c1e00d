"""Fire timers: claim those that are due, then each in a transaction of its own."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from oncall.domain.commands import FireTimer
from oncall.operations.context import Context
from oncall.operations.record import carry_out
from oncall.store import incidents, timers
from oncall.store.timers import ClaimedTimer

LEASE = timedelta(seconds=30)
"""How long a worker may take to fire a batch before others may take over what is left of it."""

_AGAIN_AFTER = timedelta(seconds=2)


def claim_timers(context: Context, lease: str, limit: int) -> tuple[ClaimedTimer, ...]:
    """Claim at most `limit` timers that are due; nobody else fires them until the lease is over."""
    now = context.clock.now()
    with context.database.read() as session:
        if not timers.is_any_due(session, now):
            return ()
    return context.database.write(lambda session: timers.claim(session, now, lease, now + LEASE, limit))


def fire(context: Context, claimed: ClaimedTimer) -> bool:
    """Fire a claimed timer; False when its lease ran out and somebody else has taken it over.

    The timer is gone in the same transaction that stores what it did, so its effect happens once.
    """
    fired = context.database.write(partial(_fire, context, claimed))
    if fired:
        context.doorbell.ring()
    return fired


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
    timer = claimed.timer
    command = FireTimer(timer.kind, timer.generation, timer.occurrence, timer.due_at)
    carry_out(context, session, incident, command, context.clock.now())
    return True
