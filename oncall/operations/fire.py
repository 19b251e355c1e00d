"""Fire timers: claim those that are due, then all of them in one transaction, and each by itself where that failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from sqlalchemy.orm import Session

from oncall.domain.commands import Command, FireTimer, Recalculate
from oncall.domain.draft import Timer
from oncall.domain.incident import Incident
from oncall.operations.as_sent import as_sent
from oncall.operations.context import Context
from oncall.operations.record import Recording
from oncall.store import beforehand, incidents, timers
from oncall.store.patience import ALONE, be_quick
from oncall.store.timers import ClaimedTimer

LEASE = timedelta(seconds=30)
"""How long a worker may take to fire a batch before others may take over what is left of it."""

_AGAIN_AFTER = timedelta(seconds=2)
_FREE_AFTER = timedelta(seconds=1)


def claim_timers(context: Context, lease: str, limit: int) -> tuple[ClaimedTimer, ...]:
    """Claim about `limit` timers that are due, in the order in which they fire; nobody else has them until the lease is over."""
    now = context.clock.now()
    if context.database.is_sqlite and not timers.is_any_due(context.database, now):
        # Whoever writes keeps every other writer out, so it is asked first whether there is a reason to.
        return ()
    return context.database.write(lambda session: timers.claim(session, now, lease, now + LEASE, limit))


def fire_together(context: Context, batch: Sequence[ClaimedTimer]) -> frozenset[int]:
    """Fire timers claimed under one lease in one transaction; returns the ids of those that fired.

    The releases of an instant bring all the others of it, whoever holds them, in the order in which their incidents came: so
    what they page reaches each person together (docs/semantics.md 4.7). What else is due of their incidents fires with them,
    in order. All of it is gone in the transaction that stores what it did, so its effect happens once. Left out is whatever
    somebody else has taken over, and the timers of incidents that are damaged or at which somebody is working. Raises BusyError
    where somebody holds for long what one of them needs.
    """
    fired = context.database.write(partial(_fire_together, context, batch, count()))
    if fired:
        context.doorbell.ring()
    return fired


def fire(context: Context, claimed: ClaimedTimer) -> bool:
    """Fire one claimed timer, with what else is due of its incident, otherwise alike; False where it did not.

    One at whose incident somebody is working is given back, and is claimed again at once. Raises UnreadableError for a damaged
    incident, and BusyError where somebody holds what is needed.
    """
    fired = context.database.write(partial(_fire, context, claimed))
    if fired:
        context.doorbell.ring()
    return fired


def put_off(context: Context, claimed: ClaimedTimer) -> None:
    """Fire a timer a little later that somebody keeps from being fired, who holds what that needs: it counts as no failure."""
    until = context.clock.now() + _FREE_AFTER
    context.database.write(lambda session: timers.put_off(session, claimed, until))


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


def _fire_together(
    context: Context, batch: Sequence[ClaimedTimer], tries: Iterator[int], session: Session
) -> frozenset[int]:
    before = beforehand.ask(session, context.cipher, (), ())
    context.hold(session, before.version)
    openings = {one.timer.due_at for one in batch if one.timer.kind == timers.RELEASE}
    released = timers.released_at(session, openings) if openings else ()
    # Incidents first, always in the order of their ids; and nobody is waited for, so that one keeps no other waiting.
    locked = incidents.lock_free(session, context.cipher, {*released, *(one.incident for one in batch)})
    taken = timers.take(session, batch, locked.keys()) if locked else ()
    if taken:
        decided = _decided(context, session, locked, taken)
        # What was in the way the first time may be a code that is in use: it is only then looked for.
        is_last_word = not before.is_told and not next(tries)
        decided.store_and_commit() if is_last_word else decided.store()
    return frozenset(one.id for one in taken)


def _fire(context: Context, claimed: ClaimedTimer, session: Session) -> bool:
    be_quick(session, ALONE)
    locked = incidents.lock_if_free(session, context.cipher, claimed.incident)
    if locked is None:
        timers.give_back(session, claimed)
        return False
    taken = timers.take(session, [claimed], [locked.id])
    if taken:
        _decided(context, session, {locked.id: locked}, taken).store()
    return any(one.id == claimed.id for one in taken)


def _decided(
    context: Context, session: Session, locked: Mapping[str, Incident], taken: Sequence[ClaimedTimer]
) -> Recording:
    """What was taken, fired in its order, of one kind and instant in the order in which their incidents came; to be stored."""
    recording = Recording(context, session, context.clock.now())
    as_they_are = as_sent(session, locked)

    def order(one: ClaimedTimer) -> tuple[datetime, int, int, int]:
        due_at, rank, id_ = timers.place(one)
        return (due_at, rank, locked[one.incident].number, id_)

    for one in sorted(taken, key=order):
        decided = recording.carry_out(as_they_are[one.incident], _command(one.timer))
        as_they_are[one.incident] = decided.incident
    return recording


def _command(timer: Timer) -> Command:
    if timer.kind == timers.RECALCULATE:
        return Recalculate(since=timer.due_at)
    return FireTimer(timer.kind, timer.generation, timer.occurrence, timer.due_at)
