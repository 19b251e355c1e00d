"""Incidents as rows: loaded whole, saved whole, one open incident a service and dedup key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Index, Select, Text, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.domain.directory import Urgency
from oncall.domain.incident import Incident, Run, State
from oncall.errors import NotFoundError, UnreadableError
from oncall.store.base import Base
from oncall.store.cipher import Cipher

_RUN = TypeAdapter(Run)
_UNREADABLE = "(encrypted with a key that is not configured)"
# Sealed with the contents, so that what belongs to one incident cannot be put under another.
_OF = "of"


class IncidentRow(Base):
    """One incident.

    Of a sensitive one the title, body, fields and links are in `sealed` alone.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        # Finds the open incident that a trigger joins, and keeps two triggers at once from opening two.
        Index(
            "uq_incidents_open_service_dedup_key",
            "service",
            "dedup_key",
            unique=True,
            postgresql_where=text("open"),
            sqlite_where=text("open"),
        ),
        Index("ix_incidents_state_severity", "state", "severity"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Text, unique=True)
    service: Mapped[str]
    dedup_key: Mapped[str]
    open: Mapped[bool]
    state: Mapped[str]
    severity: Mapped[str]
    urgency: Mapped[str]
    sensitive: Mapped[bool]
    title: Mapped[str]
    body: Mapped[str]
    fields: Mapped[dict[str, Any]]
    links: Mapped[list[Any]]
    sealed: Mapped[str | None]
    created_at: Mapped[datetime]
    acknowledged_by: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
    resolved_at: Mapped[datetime | None]
    generation: Mapped[int]
    run: Mapped[dict[str, Any] | None]


def find(session: Session, cipher: Cipher, key: str) -> Incident | None:
    """The incident with that id, or with that number written as text; None when there is none."""
    row = session.scalars(_named(key)).one_or_none()
    return _incident(row, cipher) if row else None


def get(session: Session, cipher: Cipher, key: str) -> Incident:
    """The incident with that id or number; raises NotFoundError when there is none."""
    found = find(session, cipher, key)
    if found is None:
        raise _missing(key)
    return found


def lock(session: Session, cipher: Cipher, key: str) -> Incident:
    """The incident, locked until the transaction ends: every command begins with this; raises NotFoundError."""
    row = session.scalars(_named(key).with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise _missing(key)
    return _incident(row, cipher)


def lock_open(session: Session, cipher: Cipher, service: str, dedup_key: str) -> Incident | None:
    """The open incident of that service and dedup key, locked until the transaction ends; None when none is open."""
    query = select(IncidentRow).where(
        IncidentRow.service == service, IncidentRow.dedup_key == dedup_key, IncidentRow.open
    )
    row = session.scalars(query.with_for_update()).one_or_none()
    return _incident(row, cipher) if row else None


def share(session: Session, cipher: Cipher, ids: Collection[str]) -> dict[str, Incident]:
    """The incidents with those ids, by id, kept from changing until the transaction ends; others may share them.

    One that is damaged is left out.
    """
    query = select(IncidentRow).where(IncidentRow.id.in_(ids)).order_by(IncidentRow.id).with_for_update(read=True)
    shared = {}
    for row in session.scalars(query):
        with suppress(UnreadableError):
            shared[row.id] = _incident(row, cipher)
    return shared


def list_incidents(
    session: Session,
    cipher: Cipher,
    *,
    states: Collection[State] | None = None,
    service: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> tuple[Incident, ...]:
    """The newest incidents first, at most `limit`: in one of `states`, of `service`, with a number below `before`."""
    query = select(IncidentRow).order_by(IncidentRow.number.desc()).limit(limit)
    if states is not None:
        query = query.where(IncidentRow.state.in_([state.value for state in states]))
    if service is not None:
        query = query.where(IncidentRow.service == service)
    if before is not None:
        query = query.where(IncidentRow.number < before)
    return tuple(_incident(row, cipher) for row in session.scalars(query))


def services_with_open(session: Session) -> frozenset[str]:
    """The services that have an open incident, and so cannot be removed (docs/semantics.md 7.2)."""
    return frozenset(session.scalars(select(IncidentRow.service).where(IncidentRow.open).distinct()))


def count_open(session: Session) -> Mapping[tuple[str, str], int]:
    """How many incidents are open, by state and severity."""
    query = select(IncidentRow.state, IncidentRow.severity, func.count()).where(IncidentRow.open)
    rows = session.execute(query.group_by(IncidentRow.state, IncidentRow.severity))
    return {(state, severity): count for state, severity, count in rows}


def insert(session: Session, cipher: Cipher, incident: Incident) -> int:
    """Store a new incident and return the number it was given.

    Raises IntegrityError when another transaction has opened one with the same service and dedup key.
    """
    row = IncidentRow(id=incident.id, service=incident.service, dedup_key=incident.dedup_key)
    row.created_at, row.sensitive = incident.created_at, incident.sensitive
    _write_contents(row, cipher, incident)
    for name, value in _changing(incident).items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    return row.number


def save(session: Session, incident: Incident) -> None:
    """Store what a transition may have changed of an incident that is locked; what it says never changes."""
    session.execute(update(IncidentRow).where(IncidentRow.id == incident.id).values(_changing(incident)))


def _missing(key: str) -> NotFoundError:
    return NotFoundError(f"there is no incident {key!r}: `oncall incidents` lists them")


def _named(key: str) -> Select[IncidentRow]:
    is_number = key.isascii() and key.isdecimal() and len(key) < len(str(2**31))
    # PostgreSQL takes no NUL, not even to say that there is no such id.
    return select(IncidentRow).where(
        IncidentRow.number == int(key) if is_number else IncidentRow.id == key.replace("\0", "?")
    )


def _changing(incident: Incident) -> dict[str, Any]:
    run = incident.run
    return {
        "open": incident.state is not State.RESOLVED,
        "state": incident.state.value,
        "severity": incident.severity,
        "urgency": incident.urgency.value,
        "acknowledged_by": incident.acknowledged_by,
        "acknowledged_at": incident.acknowledged_at,
        "resolved_by": incident.resolved_by,
        "resolved_at": incident.resolved_at,
        "generation": incident.generation,
        "run": _RUN.dump_python(run, mode="json") if run else None,
    }


def _write_contents(row: IncidentRow, cipher: Cipher, incident: Incident) -> None:
    contents = {
        "title": incident.title,
        "body": incident.body,
        "fields": dict(incident.fields),
        "links": [dict(link) for link in incident.links],
    }
    row.sealed = cipher.seal({_OF: incident.id, **contents}) if incident.sensitive else None
    shown = {"title": "", "body": "", "fields": {}, "links": []} if incident.sensitive else contents
    for name, value in shown.items():
        setattr(row, name, value)


def _contents(row: IncidentRow, cipher: Cipher) -> dict[str, Any]:
    if row.sealed is None:
        return {"title": row.title, "body": row.body, "fields": row.fields, "links": tuple(row.links)}
    try:
        contents: dict[str, Any] = cipher.open(row.sealed)
    except UnreadableError:
        contents = {}
    if contents.pop(_OF, None) != row.id:
        # It pages all the same: a page of a sensitive incident needs nothing of this.
        return {"title": _UNREADABLE, "body": _UNREADABLE, "fields": {}, "links": ()}
    return {**contents, "links": tuple(contents["links"])}


def _run(row: IncidentRow) -> Run | None:
    try:
        return _RUN.validate_python(row.run) if row.run is not None else None
    except ValidationError as error:
        message = f"the escalation of incident {row.number} is damaged: {error.error_count()} faults in its row"
        raise UnreadableError(message) from error


def _incident(row: IncidentRow, cipher: Cipher) -> Incident:
    return Incident(
        id=row.id,
        number=row.number,
        service=row.service,
        dedup_key=row.dedup_key,
        severity=row.severity,
        urgency=Urgency(row.urgency),
        state=State(row.state),
        created_at=row.created_at,
        sensitive=row.sensitive,
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=row.acknowledged_at,
        resolved_by=row.resolved_by,
        resolved_at=row.resolved_at,
        generation=row.generation,
        run=_run(row),
        **_contents(row, cipher),
    )
