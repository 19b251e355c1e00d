"""Sending is held since a backup was restored, until an operator lets it go on (docs/semantics.md 6.10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from oncall.domain.commands import PassOver
from oncall.domain.incident import Incident
from oncall.domain.withheld import concerned, digest
from oncall.errors import RefusedError
from oncall.operations.as_sent import as_sent
from oncall.operations.context import Context
from oncall.operations.record import Recording
from oncall.store import holds, incidents, interrupted, messages
from oncall.store.holds import Hold

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Released:
    """Since when sending had been held; how many incidents are open, and how many people were told of them."""

    since: datetime
    open_incidents: int
    told: int


def mark_restored(context: Context, by: str) -> Hold:
    """Hold all sending from now on, as the database is one of an earlier time; one that is held stays as it is."""

    def work(session: Session) -> Hold:
        hold = holds.in_force(session)
        if hold is not None:
            return hold
        now = context.clock.now()
        holds.begin(session, now, by)
        return Hold(now, by)

    return context.database.write(work)


def sending_held(context: Context) -> Hold | None:
    """What holds all sending, None while it goes on."""
    with context.database.read() as session:
        return holds.in_force(session)


def release_sending(context: Context, by: str) -> Released:
    """Let sending go on: what was due before is void, and each whom an open incident concerns is told once of all of theirs.

    Incidents are brought up to date some at a time and sending begins after all of them, so where this is cut off nothing has
    been sent, and it can be done again. Raises RefusedError where nothing is held.
    """
    hold = sending_held(context)
    if hold is None:
        raise RefusedError("nothing is held: sending goes on already")
    with context.database.read() as session:
        ids = incidents.open_ids(session)
    theirs: dict[str, list[Incident]] = defaultdict(list)
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        for user, incident in context.database.write(partial(_pass_over, context, hold, part)):
            theirs[user].append(incident)
    told = context.database.write(partial(_let_go, context, theirs, by))
    context.doorbell.ring()
    return Released(hold.at, len(ids), told)


def _pass_over(context: Context, hold: Hold, ids: Sequence[str], session: Session) -> Sequence[tuple[str, Incident]]:
    """Bring some incidents up to date; whom each of them concerns."""
    now = context.clock.now()
    recording = Recording(context, session, now)
    as_they_are = as_sent(session, incidents.lock_all(session, context.cipher, ids))
    locked = sorted(as_they_are.values(), key=lambda one: one.number)
    found = list(_concerned(context, session, locked, now))
    for incident in locked:
        recording.carry_out(incident, PassOver(hold.at))
    recording.store()
    return found


def _concerned(
    context: Context, session: Session, locked: Sequence[Incident], now: datetime
) -> Iterator[tuple[str, Incident]]:
    directory = context.directory(session)
    for incident in locked:
        for user in concerned(incident, directory, now):
            yield user, incident


def _let_go(context: Context, theirs: Mapping[str, Sequence[Incident]], by: str, session: Session) -> int:
    """End the hold and tell everybody, in one transaction."""
    now = context.clock.now()
    if holds.end(session, now, by) is None:
        raise RefusedError("nothing is held any more: somebody else has let sending go on")
    interrupted.give_up(session, now)
    directory = context.directory(session)
    made = (digest(user, theirs[user], directory, context.public_url, now) for user in sorted(theirs))
    notices = [notice for notice in made if notice is not None]
    messages.add_notices(session, notices)
    return len(notices)
