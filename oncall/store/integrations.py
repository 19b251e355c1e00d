"""Integration keys, by which monitors reach a service: only their hashes are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint, bindparam, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base
from oncall.store.database import Database
from oncall.store.question import Question, ask


class IntegrationRow(Base):
    """One key of one service for one dialect; `prefix` is its beginning, by which people recognise it."""

    __tablename__ = "integrations"
    __table_args__ = (UniqueConstraint("kind", "hash"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    prefix: Mapped[str]
    hash: Mapped[str]
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class IntegrationRecord:
    """What may be shown of an integration key; `kind` is the dialect that its senders speak."""

    id: int
    service: str
    kind: str
    prefix: str
    created_at: datetime


_BY_HASH = Question(
    lambda: select(
        IntegrationRow.id,
        IntegrationRow.service,
        IntegrationRow.kind,
        IntegrationRow.prefix,
        IntegrationRow.created_at,
    ).where(IntegrationRow.kind == bindparam("kind"), IntegrationRow.hash == bindparam("hash"))
)


def by_hash(session: Session, kind: str, hash_: str) -> IntegrationRecord | None:
    """The key with that hash for that dialect, None when there is none or it was revoked."""
    [rows] = ask(session, _BY_HASH.by(kind=kind, hash=hash_))
    return IntegrationRecord(*rows[0]) if rows else None


def known(database: Database, kind: str, hash_: str) -> IntegrationRecord | None:
    """The same, of a database."""
    [rows] = database.ask(_BY_HASH.by(kind=kind, hash=hash_))
    return IntegrationRecord(*rows[0]) if rows else None


def list_integrations(session: Session, service: str | None = None) -> tuple[IntegrationRecord, ...]:
    """The keys of a service, or of all, in the order in which they were made."""
    query = select(IntegrationRow).order_by(IntegrationRow.id)
    if service is not None:
        query = query.where(IntegrationRow.service == service)
    return tuple(_record(row) for row in session.scalars(query))


def services_with_keys(session: Session) -> frozenset[str]:
    """The services that a live key names, and that so cannot be removed (docs/semantics.md 7.2)."""
    return frozenset(session.scalars(select(IntegrationRow.service).distinct()))


def remove(session: Session, id_: int) -> bool:
    """Forget a key; False when there is none of that id."""
    return (
        session.scalar(delete(IntegrationRow).where(IntegrationRow.id == id_).returning(IntegrationRow.id)) is not None
    )


def _record(row: IntegrationRow) -> IntegrationRecord:
    return IntegrationRecord(row.id, row.service, row.kind, row.prefix, row.created_at)
