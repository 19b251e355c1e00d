"""The log entries of incidents: only ever added to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.domain.log import Entry
from oncall.store.base import Base


class LogRow(Base):
    """One entry; within an incident the order of the ids is the order of events."""

    __tablename__ = "log_entries"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incidents.id"), index=True)
    at: Mapped[datetime]
    event: Mapped[str]
    details: Mapped[dict[str, Any]]


def append(session: Session, incident: str, entries: Iterable[Entry]) -> None:
    """Add entries to the log of an incident that is locked."""
    rows = [
        {"incident_id": incident, "at": entry.at, "event": entry.event, "details": dict(entry.details)}
        for entry in entries
    ]
    if rows:
        session.execute(insert(LogRow), rows)


def log_of(session: Session, incident: str) -> tuple[Entry, ...]:
    """Everything that happened to the incident with that id, in order."""
    rows = session.scalars(select(LogRow).where(LogRow.incident_id == incident).order_by(LogRow.id))
    return tuple(Entry(row.at, row.event, row.details) for row in rows)
