"""Periodic works that all workers share: whoever takes one on does it, and the others leave it until it is due again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from oncall.operations.context import Context
from oncall.store import beats
from oncall.store.beats import Beat


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a periodic work: when it is due again, what it has to remember, and when all was well, None where it was not."""

    next_at: datetime
    well_at: datetime | None
    memory: dict[str, Any] = field(default_factory=dict)


def take_beat(
    context: Context, name: str, holder: str, every: timedelta, begins_after: timedelta = timedelta(0)
) -> Beat | None:
    """Take on a periodic work that is due; None where it is not, or another worker is at it.

    It is due for the first time `begins_after` after anybody asked first.
    """
    now = context.clock.now()
    with context.database.read() as session:
        if not beats.is_due(session, name, now, every):
            return None
    return context.database.write(partial(_take, name, holder, now, every, now + begins_after))


def finish_beat(context: Context, name: str, holder: str, ran: Ran) -> None:
    """Record what came of it."""
    changes = {"next_at": ran.next_at, "ran_at": context.clock.now(), "memory": ran.memory}
    if ran.well_at is not None:
        changes["well_at"] = ran.well_at
    context.database.write(lambda session: beats.finish(session, name, holder, changes))


def _take(name: str, holder: str, now: datetime, every: timedelta, first_at: datetime, session: Session) -> Beat | None:
    beats.prepare(session, name, first_at)
    return beats.take(session, name, holder, now, every)
