"""The log entries of incidents: only ever added to; of a sensitive one, what people wrote is sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.domain.log import Entry
from oncall.store.base import Base
from oncall.store.bulk import Bulk, Part, json_text
from oncall.store.cipher import Cipher
from oncall.store.incidents import IncidentRow
from oncall.store.sealed import UNREADABLE, opened, seal

_WRITTEN: Mapping[str, object] = {"text": "", "warnings": []}
"""The details that hold words of people (notes and answers, warnings that quote a sender), and what stands for them when sealed."""


class LogRow(Base):
    """One entry; within an incident the order of the ids is the order of events.

    Of a sensitive incident the details that people wrote are in `sealed`, and empty in `details`.
    """

    __tablename__ = "log_entries"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey(IncidentRow.id), index=True)
    at: Mapped[datetime]
    event: Mapped[str]
    details: Mapped[dict[str, Any]]
    sealed: Mapped[str | None]


def add(bulk: Bulk, incident: str, entries: Iterable[Entry], sealing: Cipher | None = None) -> None:
    """Write entries of the log of an incident that is locked; their places in it are then known.

    What people wrote is sealed with `sealing` where the incident is sensitive.
    """
    bulk.add(Part.LOG, *(_row(incident, entry, sealing) for entry in entries))


def log_of(session: Session, cipher: Cipher, incident: str) -> tuple[Entry, ...]:
    """Everything that happened to the incident with that id, in order."""
    rows = session.scalars(select(LogRow).where(LogRow.incident_id == incident).order_by(LogRow.id))
    return tuple(Entry(row.at, row.event, _details(cipher, row)) for row in rows)


def _row(incident: str, entry: Entry, sealing: Cipher | None) -> dict[str, Any]:
    details, sealed = dict(entry.details), None
    written = {name: details[name] for name in _WRITTEN if details.get(name)}
    if sealing is not None and written:
        sealed = seal(sealing, incident, written)
        # In its place, so that what is opened again stands where it stood.
        details |= {name: _WRITTEN[name] for name in written}
    return {
        "incident_id": incident,
        "at": entry.at,
        "event": entry.event,
        "details": json_text(details),
        "sealed": sealed,
    }


def _details(cipher: Cipher, row: LogRow) -> dict[str, Any]:
    if row.sealed is None:
        return row.details
    hidden = {"text": UNREADABLE} if "text" in row.details else {}
    return {**row.details, **(opened(cipher, row.incident_id, row.sealed) or hidden)}
