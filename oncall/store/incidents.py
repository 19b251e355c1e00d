"""Incidents as rows: loaded whole, saved whole, one open incident a service and dedup key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from types import SimpleNamespace
from typing import Any, TypedDict, Unpack

from sqlalchemy import ColumnElement, Index, Select, Text, and_, bindparam, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.domain.directory import Urgency
from oncall.domain.incident import Incident, State
from oncall.domain.itself import CANARY
from oncall.domain.policy import Do
from oncall.errors import NotFoundError, UnreadableError
from oncall.store.base import Base
from oncall.store.bulk import Bulk, Part, json_text
from oncall.store.cipher import Cipher
from oncall.store.incident_values import from_json, to_json
from oncall.store.question import Question, among, ask
from oncall.store.sealed import UNREADABLE, opened, seal

_NO_CONTENTS: Mapping[str, Any] = {"title": "", "body": "", "fields": "{}", "links": "[]"}


class IncidentRow(Base):
    """One incident.

    Of a sensitive one the title, body, fields and links are in `sealed` alone. What is JSON and may be None is a value of
    the domain, as `incident_values` writes it.
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
    management: Mapped[list[Any] | None]
    customer: Mapped[str | None]
    plan: Mapped[str | None]
    ticket_type: Mapped[str | None]
    missing: Mapped[list[Any] | None]
    rule: Mapped[dict[str, Any] | None]
    doing: Mapped[str] = mapped_column(server_default=Do.PAGE.value)
    wait: Mapped[dict[str, Any] | None]
    responded_at: Mapped[datetime | None]
    respond: Mapped[dict[str, Any] | None]
    update: Mapped[dict[str, Any] | None]
    pauses: Mapped[list[Any] | None]
    gate: Mapped[dict[str, Any] | None]


# Synthetic pages are the pager's own affair.
_IS_SEEN = IncidentRow.service != CANARY


class Named(TypedDict, total=False):
    """Of which service, severity and customer incidents are to be; None for any."""

    service: str | None
    severity: str | None
    customer: str | None


def find(session: Session, cipher: Cipher, key: str) -> Incident | None:
    """The incident with that id, or with that number written as text; None when there is none."""
    row = session.scalars(_named(key)).one_or_none()
    return of_row(row, cipher) if row else None


def get(session: Session, cipher: Cipher, key: str) -> Incident:
    """The incident with that id or number; raises NotFoundError when there is none."""
    found = find(session, cipher, key)
    if found is None:
        raise _missing(key)
    return found


def lock(session: Session, cipher: Cipher, key: str) -> Incident:
    """The incident, locked until the transaction ends: every command begins with this; raises NotFoundError.

    Whoever adds rows that only name the incident need not wait for it.
    """
    number = _number(key)
    [rows] = ask(session, _LOCK.by(ids=[_storable(key)]) if number is None else _LOCK_NUMBER.by(number=number))
    if not rows:
        raise _missing(key)
    return of_row(_row(rows[0]), cipher)


def lock_open(session: Session, cipher: Cipher, service: str, dedup_key: str) -> Incident | None:
    """The open incident of that service and dedup key, locked until the transaction ends; None when none is open."""
    [rows] = ask(session, _LOCK_OPEN.by(service=service, dedup_key=dedup_key))
    return of_row(_row(rows[0]), cipher) if rows else None


def is_open(session: Session, service: str, dedup_key: str) -> bool:
    """Whether an incident of that service and dedup key is open."""
    query = select(IncidentRow.number).where(
        IncidentRow.service == service, IncidentRow.dedup_key == dedup_key, IncidentRow.open
    )
    return session.scalar(query) is not None


def lock_all(session: Session, cipher: Cipher, ids: Collection[str]) -> dict[str, Incident]:
    """The incidents with those ids, by id, locked in the order of the ids until the transaction ends; damaged ones are left out."""
    [rows] = ask(session, _LOCK.by(ids=ids))
    return _whole(map(_row, rows), cipher)


def lock_free(session: Session, cipher: Cipher, ids: Collection[str]) -> dict[str, Incident]:
    """The same, without those at which somebody else is working: nobody is waited for."""
    [rows] = ask(session, _LOCK_FREE.by(ids=ids))
    return _whole(map(_row, rows), cipher)


def lock_if_free(session: Session, cipher: Cipher, id_: str) -> Incident | None:
    """The incident, locked until the transaction ends; None where somebody else is working at it."""
    [rows] = ask(session, _LOCK_FREE.by(ids=[id_]))
    return of_row(_row(rows[0]), cipher) if rows else None


def read_all(session: Session, cipher: Cipher, ids: Collection[str]) -> dict[str, Incident]:
    """The incidents with those ids, by id, as they are at this moment; damaged ones are left out."""
    return _whole(session.scalars(select(IncidentRow).where(IncidentRow.id.in_(ids))), cipher)


def list_incidents(
    session: Session,
    cipher: Cipher,
    *,
    states: Collection[State] | None = None,
    before: int | None = None,
    limit: int = 50,
    **named: Unpack[Named],
) -> tuple[Incident, ...]:
    """The newest incidents first, at most `limit`: in one of `states`, with a number below `before`, and with what is named."""
    query = select(IncidentRow).order_by(IncidentRow.number.desc()).limit(limit)
    if states is not None:
        query = query.where(IncidentRow.state.in_([state.value for state in states]))
    query = query.filter_by(**{name: value for name, value in named.items() if value is not None})
    if named.get("service") is None:
        query = query.where(_IS_SEEN)
    if before is not None:
        query = query.where(IncidentRow.number < before)
    return tuple(of_row(row, cipher) for row in session.scalars(query))


def list_open(session: Session, cipher: Cipher) -> tuple[Incident, ...]:
    """Every open incident in the order of the numbers; damaged ones are left out."""
    query = select(IncidentRow).where(IncidentRow.open, _IS_SEEN).order_by(IncidentRow.number)
    return tuple(_whole(session.scalars(query), cipher).values())


def open_ids(session: Session) -> Sequence[str]:
    """The ids of the open incidents in the order of their numbers."""
    return session.scalars(select(IncidentRow.id).where(IncidentRow.open).order_by(IncidentRow.number)).all()


def services_with_open(session: Session) -> frozenset[str]:
    """The services that have an open incident, and so cannot be removed (docs/semantics.md 7.2)."""
    return frozenset(session.scalars(select(IncidentRow.service).where(IncidentRow.open).distinct()))


def count_open(session: Session) -> Mapping[tuple[str, str], int]:
    """How many incidents are open, by state and severity."""
    query = select(IncidentRow.state, IncidentRow.severity, func.count()).where(IncidentRow.open, _IS_SEEN)
    rows = session.execute(query.group_by(IncidentRow.state, IncidentRow.severity))
    return {(state, severity): count for state, severity, count in rows}


def add_new(bulk: Bulk, cipher: Cipher, incident: Incident) -> None:
    """Write a new incident with everything else; the number that it is given is then known."""
    row = {
        "id": incident.id,
        "service": incident.service,
        "dedup_key": incident.dedup_key,
        "created_at": incident.created_at,
        "sensitive": incident.sensitive,
    }
    bulk.add(Part.OPENED, {**row, **_changing(incident), **_sealed_contents(cipher, incident)})


def add_changed(bulk: Bulk, cipher: Cipher, before: Incident, after: Incident) -> None:
    """Write what was decided of an incident that is locked; contents that no key opens are left as they are."""
    row = {"id": after.id, **_changing(after)}
    if _contents(after) != _contents(before) and before.title != UNREADABLE:
        bulk.add(Part.REWRITTEN, row | _sealed_contents(cipher, after))
    else:
        bulk.add(Part.SAVED, row)


def _whole(rows: Iterable[IncidentRow], cipher: Cipher) -> dict[str, Incident]:
    found = {}
    for row in rows:
        with suppress(UnreadableError):
            found[row.id] = of_row(row, cipher)
    return found


def _missing(key: str) -> NotFoundError:
    return NotFoundError(f"there is no incident {key!r}: `oncall incidents` lists them")


def _number(key: str) -> int | None:
    """The number that a key says, None where it is an id."""
    return int(key) if key.isascii() and key.isdecimal() and len(key) < len(str(2**31)) else None


def _named(key: str) -> Select[IncidentRow]:
    number = _number(key)
    return select(IncidentRow).where(
        IncidentRow.id == _storable(key) if number is None else IncidentRow.number == number
    )


def _storable(key: str) -> str:
    # PostgreSQL takes no NUL, not even to say that there is no such id.
    return key.replace("\0", "?")


_COLUMNS = tuple(IncidentRow.__table__.columns)
_NAMES = tuple(column.key for column in _COLUMNS)


def _row(values: Sequence[Any]) -> Any:
    return SimpleNamespace(**dict(zip(_NAMES, values, strict=True)))


def _locking(which: ColumnElement[bool], *, skip_locked: bool = False) -> Any:
    query = select(*_COLUMNS).where(which).order_by(IncidentRow.id)
    return query.with_for_update(key_share=True, skip_locked=skip_locked)


_LOCK = Question(lambda: _locking(among(IncidentRow.id, "ids")))
_LOCK_FREE = Question(lambda: _locking(among(IncidentRow.id, "ids"), skip_locked=True))
_LOCK_NUMBER = Question(lambda: _locking(IncidentRow.number == bindparam("number")))
_LOCK_OPEN = Question(
    lambda: _locking(
        and_(
            IncidentRow.service == bindparam("service"),
            IncidentRow.dedup_key == bindparam("dedup_key"),
            IncidentRow.open,
        )
    )
)


def _changing(incident: Incident) -> dict[str, Any]:
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
        "customer": incident.customer,
        "plan": incident.plan,
        "ticket_type": incident.ticket_type,
        "doing": incident.doing.value,
        "responded_at": incident.responded_at,
        **to_json(incident),
    }


def _contents(incident: Incident) -> dict[str, Any]:
    return {
        "title": incident.title,
        "body": incident.body,
        "fields": dict(incident.fields),
        "links": [dict(link) for link in incident.links],
    }


def _sealed_contents(cipher: Cipher, incident: Incident) -> dict[str, Any]:
    """What the incident says, as its columns hold it: of a sensitive one sealed, and nothing beside that."""
    contents = _contents(incident)
    if incident.sensitive:
        return {**_NO_CONTENTS, "sealed": seal(cipher, incident.id, contents)}
    return {**contents, "fields": json_text(contents["fields"]), "links": json_text(contents["links"]), "sealed": None}


def _opened_contents(row: IncidentRow, cipher: Cipher) -> dict[str, Any]:
    if row.sealed is None:
        return {"title": row.title, "body": row.body, "fields": row.fields, "links": tuple(row.links)}
    contents = opened(cipher, row.id, row.sealed)
    if contents is None:
        # It pages all the same: a page of a sensitive incident needs nothing of this.
        return {"title": UNREADABLE, "body": UNREADABLE, "fields": {}, "links": ()}
    return {**contents, "links": tuple(contents["links"])}


def of_row(row: IncidentRow, cipher: Cipher) -> Incident:
    """The incident that stands in a row; raises UnreadableError where it is damaged."""
    return Incident(
        id=row.id,
        number=row.number,
        service=row.service,
        dedup_key=row.dedup_key,
        severity=row.severity,
        created_at=row.created_at,
        sensitive=row.sensitive,
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=row.acknowledged_at,
        resolved_by=row.resolved_by,
        resolved_at=row.resolved_at,
        generation=row.generation,
        customer=row.customer,
        plan=row.plan,
        ticket_type=row.ticket_type,
        responded_at=row.responded_at,
        **_words(row),
        **from_json(row, row.number),
        **_opened_contents(row, cipher),
    )


def _words(row: IncidentRow) -> dict[str, Any]:
    try:
        return {"urgency": Urgency(row.urgency), "state": State(row.state), "doing": Do(row.doing)}
    except ValueError as error:
        message = f"incident {row.number} is damaged, or of a later release: {error}"
        raise UnreadableError(message) from error
