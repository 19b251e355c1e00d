"""Whether sending is held: since a backup was restored, until an operator lets it go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base


class HoldRow(Base):
    """One time that sending was held; `released_at` is None while it is."""

    __tablename__ = "holds"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    held_at: Mapped[datetime]
    held_by: Mapped[str]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Hold:
    """Since when nothing is sent, and who had it so."""

    at: datetime
    by: str


def in_force(session: Session) -> Hold | None:
    """The hold that keeps everything from being sent; None while sending goes on."""
    row = session.scalars(_in_force()).first()
    return None if row is None else Hold(row.held_at, row.held_by)


def is_in_force(session: Session) -> bool:
    """Whether nothing may be sent."""
    return session.scalar(select(HoldRow.id).where(HoldRow.released_at.is_(None)).limit(1)) is not None


def begin(session: Session, at: datetime, by: str) -> None:
    """Hold all sending from now on."""
    session.add(HoldRow(held_at=at, held_by=by))


def end(session: Session, at: datetime, by: str) -> Hold | None:
    """Let sending go on; returns what held it, None where nothing did."""
    rows = session.scalars(_in_force().with_for_update()).all()
    for row in rows:
        row.released_at, row.released_by = at, by
    return Hold(rows[0].held_at, rows[0].held_by) if rows else None


def _in_force() -> Select[HoldRow]:
    return select(HoldRow).where(HoldRow.released_at.is_(None)).order_by(HoldRow.id)
