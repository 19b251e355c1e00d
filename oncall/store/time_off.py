"""When people are away: known to those who plan, and never a reason to put somebody else on call."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.domain.absence import Absence
from oncall.store.base import Base
from oncall.store.users import UserRow
from schedules import Span

BY_HAND = "hand"
"""The `source` of what was written by hand."""

OF_FEED, OF_FILE = "feed", "file"
"""The `source` of what was read from the person's calendar: each day from its address, or once from a file."""


class TimeOffRow(Base):
    """One absence; `source` says whether it was written by hand or read from the person's calendar."""

    __tablename__ = "time_off"
    __table_args__ = (
        Index("ix_time_off_user_id_end_at", "user_id", "end_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey(UserRow.id, ondelete="CASCADE"))
    start_at: Mapped[datetime]
    end_at: Mapped[datetime] = mapped_column(index=True)
    note: Mapped[str]
    source: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]


@dataclass(frozen=True, slots=True)
class TimeOff:
    """One absence as it is kept: by whom and when it was made, and where it comes from."""

    id: int
    absence: Absence
    source: str
    made_at: datetime
    made_by: str


def between(session: Session, since: datetime, until: datetime) -> tuple[Absence, ...]:
    """Everybody's absences that have to do with `since` up to `until`, by user and then start, not clipped."""
    here = (TimeOffRow.end_at > since) & (TimeOffRow.start_at < until)
    rows = session.scalars(select(TimeOffRow).where(here).order_by(TimeOffRow.user_id, TimeOffRow.start_at))
    return tuple(_absence(row) for row in rows)


def of_user(session: Session, user: str, since: datetime) -> tuple[TimeOff, ...]:
    """What is known of one person's absences that end after `since`, in the order in which it came to be known."""
    here = (TimeOffRow.user_id == user) & (TimeOffRow.end_at > since)
    return tuple(_kept(row) for row in session.scalars(select(TimeOffRow).where(here).order_by(TimeOffRow.id)))


def get(session: Session, id_: int) -> TimeOff | None:
    """One absence; None where there is none of that id."""
    row = session.get(TimeOffRow, id_)
    return None if row is None else _kept(row)


def add(session: Session, absence: Absence, *, source: str, by: str, at: datetime) -> TimeOff:
    """Keep an absence."""
    start, end = absence.span
    row = TimeOffRow(
        user_id=absence.user,
        start_at=start,
        end_at=end,
        note=absence.note,
        source=source,
        made_at=at,
        made_by=by,
    )
    session.add(row)
    session.flush()
    return _kept(row)


def take_over(
    session: Session, user: str, source: str, absences: Collection[Absence], *, by: str, at: datetime
) -> None:
    """Let a person's absences of one source that are not over be these; what is there already stays as it is."""
    here = (TimeOffRow.user_id == user) & (TimeOffRow.source == source) & (TimeOffRow.end_at > at)
    there = {_absence(row): row for row in session.scalars(select(TimeOffRow).where(here))}
    wanted = dict.fromkeys(absences)
    for absence, row in there.items():
        if absence not in wanted:
            session.delete(row)
    for absence in wanted:
        if absence not in there:
            add(session, absence, source=source, by=by, at=at)


def remove(session: Session, id_: int) -> None:
    """Forget one absence."""
    session.execute(delete(TimeOffRow).where(TimeOffRow.id == id_))


def _kept(row: TimeOffRow) -> TimeOff:
    return TimeOff(row.id, _absence(row), row.source, row.made_at, row.made_by)


def _absence(row: TimeOffRow) -> Absence:
    return Absence(row.user_id, Span(row.start_at, row.end_at), row.note)
