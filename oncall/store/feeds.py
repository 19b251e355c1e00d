"""The secret addresses under which calendars are read: only their hashes are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base


class FeedKind(StrEnum):
    """Whose shifts a calendar shows."""

    USER = "user"
    SCHEDULE = "schedule"


class FeedRow(Base):
    """One address of the shifts of a user or of a schedule, whose id is `target`; `prefix` is its beginning."""

    __tablename__ = "feeds"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    target: Mapped[str]
    prefix: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    revoked_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """What may be shown of a secret address."""

    id: int
    kind: FeedKind
    target: str
    prefix: str
    created_at: datetime
    created_by: str


def by_hash(session: Session, hash_: str) -> FeedRecord | None:
    """The address with that hash; None where there is none, or it was revoked."""
    row = session.scalars(select(FeedRow).where(FeedRow.hash == hash_, FeedRow.revoked_at.is_(None))).one_or_none()
    return record(row) if row else None


def list_feeds(session: Session) -> tuple[FeedRecord, ...]:
    """Every address that was not revoked, in the order in which they were made."""
    rows = session.scalars(select(FeedRow).where(FeedRow.revoked_at.is_(None)).order_by(FeedRow.id))
    return tuple(record(row) for row in rows)


def concerns(feed: FeedRecord, user: str) -> bool:
    """Whether an address shows this person's shifts, or was made by them."""
    return user == feed.created_by or (feed.kind is FeedKind.USER and user == feed.target)


def lock(session: Session, id_: int) -> FeedRow | None:
    """The address with that id, locked until the transaction ends; None where there is none, or it was revoked."""
    named = select(FeedRow).where(FeedRow.id == id_, FeedRow.revoked_at.is_(None))
    return session.scalars(named.with_for_update()).one_or_none()


def record(row: FeedRow) -> FeedRecord:
    """What may be shown of a row."""
    return FeedRecord(row.id, FeedKind(row.kind), row.target, row.prefix, row.created_at, row.created_by)
