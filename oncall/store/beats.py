"""What looks after the pager, a row each: when it is due next, who is at it, when it ran last and when all was well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base
from oncall.store.conflicts import insert_missing

LEASE = timedelta(minutes=1)
"""How long one worker may be at a periodic work before others take it on."""


class BeatRow(Base):
    """One periodic work that all workers share; `holder` is at it until `held_until`. `memory` is what it remembers."""

    __tablename__ = "beats"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]
    holder: Mapped[str | None]
    held_until: Mapped[datetime | None]
    ran_at: Mapped[datetime | None]
    well_at: Mapped[datetime | None]
    memory: Mapped[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Beat:
    """How one periodic work stands: when it was last done, None before the first time, and when all was last well with it."""

    name: str
    next_at: datetime
    ran_at: datetime | None
    well_at: datetime | None
    memory: dict[str, Any]


def prepare(session: Session, name: str, first_at: datetime) -> None:
    """Have a row for a periodic work that begins at `first_at`; one that is there is left as it is."""
    values = {"next_at": first_at, "holder": None, "held_until": None, "ran_at": None, "well_at": None}
    insert_missing(session, BeatRow, [{"name": name, **values, "memory": {}}])


def take(session: Session, name: str, holder: str, now: datetime, every: timedelta) -> Beat | None:
    """Take on a work that is due every so often, for a minute at most; None where it is not due or somebody is at it.

    An instant further away than that was written by a clock that was wrong, and counts as past.
    """
    due = or_(BeatRow.next_at <= now, BeatRow.next_at > now + 2 * every)
    free = or_(BeatRow.held_until.is_(None), BeatRow.held_until <= now, BeatRow.held_until > now + 2 * LEASE)
    query = select(BeatRow).where(and_(BeatRow.name == name, due, free)).with_for_update(skip_locked=True)
    row = session.scalars(query).one_or_none()
    if row is None:
        return None
    row.holder, row.held_until = holder, now + LEASE
    return _beat(row)


def finish(session: Session, name: str, holder: str, changes: dict[str, Any]) -> None:
    """Write what came of a periodic work and let go of it; nothing where somebody else has taken it over."""
    mine = and_(BeatRow.name == name, BeatRow.holder == holder)
    session.execute(update(BeatRow).where(mine).values(holder=None, held_until=None, **changes))


def is_due(session: Session, name: str, now: datetime, every: timedelta) -> bool:
    """Whether `take` may find the work to be due; asks no more than that, and locks nothing."""
    next_at = session.scalar(select(BeatRow.next_at).where(BeatRow.name == name))
    return next_at is None or not now < next_at <= now + 2 * every


def beats(session: Session) -> dict[str, Beat]:
    """How every periodic work stands, by its name."""
    return {row.name: _beat(row) for row in session.scalars(select(BeatRow))}


def _beat(row: BeatRow) -> Beat:
    return Beat(row.name, row.next_at, row.ran_at, row.well_at, row.memory)
