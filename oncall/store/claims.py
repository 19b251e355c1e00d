"""The outbox as those see it who send from it: what is due, locked before it is claimed, and marked as being sent.

Nothing here loads an incident: how far a message may still go stands in its row, and whatever makes it void writes it there in
the transaction of its own. So a claim costs what is due, however much is open or waits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache, partial
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.orm import Session, aliased

from oncall.domain.bundling import Way
from oncall.domain.directory import Urgency
from oncall.domain.webhooks import METHOD
from oncall.store.bulk import Bulk, Part
from oncall.store.configuration_version import ConfigurationRow
from oncall.store.database import Database
from oncall.store.holds import HoldRow
from oncall.store.incidents import IncidentRow
from oncall.store.messages import IS_EVENT, PAGE, MessageRow, MessageState, Types
from oncall.store.pages import PageRow
from oncall.store.question import Asked, Question, among, ask

# Written out, not as parameters: only so do the planners see that the partial indexes serve.
_PENDING = MessageRow.state == literal_column("'pending'")
_SENDING = MessageRow.state == literal_column("'sending'")
_URGENT_FIRST = (MessageRow.urgency != Urgency.HIGH.value, MessageRow.due_at, MessageRow.id)


class Seen(NamedTuple):
    """A message that may be sent, or whose sender was lost; nothing of it is locked.

    `version` is that of the configuration that held when it was looked for, None where nobody asked.
    """

    id: str
    kind: str
    user: str | None
    type: str
    address: str
    urgency: str
    due_at: datetime
    is_lost: bool
    lease: str | None
    version: int | None = None


class Taken(NamedTuple):
    """A message that is locked, with what goes out of its page and its incident.

    `number` and what follows is None where it is of no incident. `rule` is the row of the table that decided last, as it is
    stored.
    """

    id: str
    kind: str
    page: str | None
    user: str | None
    method: str
    type: str
    address: str
    urgency: str
    due_at: datetime
    state: str
    tries: int
    text: str | None
    incident: str | None
    code: str | None
    number: int | None
    service: str | None
    severity: str | None
    sensitive: bool | None
    title: str | None
    rule: Any
    waits_since: datetime | None


_SEEN = (
    MessageRow.id,
    MessageRow.kind,
    MessageRow.user_id,
    MessageRow.type,
    MessageRow.address,
    MessageRow.urgency,
    MessageRow.due_at,
)
_TAKEN = (
    MessageRow.id,
    MessageRow.kind,
    MessageRow.page_id,
    MessageRow.user_id,
    MessageRow.method_id,
    MessageRow.type,
    MessageRow.address,
    MessageRow.urgency,
    MessageRow.due_at,
    MessageRow.state,
    MessageRow.tries,
    MessageRow.text,
    MessageRow.incident_id,
    PageRow.code,
    IncidentRow.number,
    IncidentRow.service,
    IncidentRow.severity,
    IncidentRow.sensitive,
    IncidentRow.title,
    IncidentRow.rule,
    MessageRow.waits_since,
)


def due(database: Database, wanted: frozenset[Types], now: datetime, limit: int) -> tuple[Seen, ...]:
    """Messages of any of these types that may be sent or whose sender was lost: at most `limit` of each, the urgent first.

    None while sending is held. Of the events of one incident for one webhook it is the first alone: they go out in order,
    unless an earlier one was refused by itself and waits for longer.
    """
    [rows] = database.ask(_due(wanted).by(now=now, most=limit))
    return tuple(Seen(*row) for row in rows)


def beside(session: Session, ways: Collection[Way], since: datetime, until: datetime, limit: int) -> tuple[Seen, ...]:
    """Pages by those ways that fall due after `since` and by `until`, at most `limit`, the urgent first."""
    way = tuple_(MessageRow.user_id, MessageRow.type, MessageRow.address)
    people = way.in_([each for each in ways if each[0] is not None])
    channels = tuple_(MessageRow.type, MessageRow.address).in_([each[1:] for each in ways if each[0] is None])
    by_way = or_(people, and_(MessageRow.user_id.is_(None), channels))
    query = _pending().where(MessageRow.kind == PAGE, MessageRow.due_at > since, MessageRow.due_at <= until, by_way)
    return tuple(Seen(*row) for row in session.execute(query.order_by(*_URGENT_FIRST).limit(limit)))


def lost_with(session: Session, leases: Collection[str | None], now: datetime) -> tuple[Seen, ...]:
    """Whatever the senders that were lost had under these leases."""
    query = _lost().where(MessageRow.lease.in_(leases), MessageRow.lease_until <= now)
    return tuple(Seen(*row) for row in session.execute(query))


def take_free(session: Session, ids: Collection[str], now: datetime, until: datetime) -> list[Taken]:
    """Those of `ids` that fall due by `until`, or whose sender was lost, and that nobody else is claiming, locked."""
    return _take(session, ids, now, until, skip_locked=True)


def take_kin(session: Session, ids: Collection[str], now: datetime, until: datetime) -> list[Taken]:
    """The same, of messages that others may have: then they are waited for."""
    return _take(session, ids, now, until, skip_locked=False)


def take_held(session: Session, lease: str, ids: Collection[str]) -> list[Taken]:
    """Those of `ids` that are being sent under `lease`, locked; not those of which the lease has gone to somebody else."""
    return _taken(session, _TAKE_HELD.by(ids=ids, lease=lease))


def mark_sending(bulk: Bulk, ids: Iterable[str], lease: str, until: datetime) -> None:
    """Hold messages that are locked under a lease, while they are being sent."""
    held = {"state": MessageState.SENDING.value, "lease": lease, "lease_until": until}
    bulk.add(Part.CLAIMED, *({"id": id_, **held} for id_ in ids))


def give_back(session: Session, lease: str, now: datetime) -> None:
    """Let the lease of all that is being sent under it run out now."""
    held = update(MessageRow).where(_SENDING, MessageRow.lease == lease).values(lease_until=now)
    session.execute(held.execution_options(synchronize_session=False))


def mark_void(session: Session, ids: Collection[str]) -> None:
    """Let messages that are locked never be sent."""
    _change(session, ids, state=MessageState.VOID.value, lease=None, lease_until=None)


def put_off(bulk: Bulk, waiting: Iterable[tuple[Taken, datetime]]) -> None:
    """Let messages that are locked be looked at again at these instants, and keep when they were due first."""
    rows = ({"id": row.id, "due_at": until, "waits_since": row.waits_since or row.due_at} for row, until in waiting)
    bulk.add(Part.PUT_OFF, *rows)


def count_try(session: Session, ids: Collection[str]) -> None:
    """Count one try more of messages that are locked."""
    _change(session, ids, tries=MessageRow.tries + 1)


def _change(session: Session, ids: Collection[str], **values: object) -> None:
    if ids:
        change = update(MessageRow).where(MessageRow.id.in_(ids)).values(values)
        session.execute(change.execution_options(synchronize_session=False))


@cache
def _due(wanted: frozenset[Types]) -> Question:
    return Question(partial(_looking, wanted))


def _looking(wanted: frozenset[Types]) -> Select[Any]:
    of_types = or_(*(types.condition() for types in wanted))
    looked_at = []
    if any(types.of is None or METHOD in types.of for types in wanted):
        looked_at = [~_has_earlier()]
    now, most = bindparam("now", type_=MessageRow.due_at.type), bindparam("most", type_=Integer)
    pending = _pending().where(of_types, MessageRow.due_at <= now, *looked_at).order_by(*_URGENT_FIRST).limit(most)
    lost = _lost().where(of_types, MessageRow.lease_until <= now).order_by(*_URGENT_FIRST).limit(most)
    found = union_all(*(select(*part.subquery().c) for part in (pending, lost))).subquery()
    held = select(HoldRow.id).where(HoldRow.released_at.is_(None)).exists()
    version = select(ConfigurationRow.version).scalar_subquery()
    return (
        select(*found.c, version)
        .where(~held)
        .order_by(found.c.urgency != Urgency.HIGH.value, found.c.due_at, found.c.id)
    )


def _pending() -> Any:
    return select(*_SEEN, literal_column("0", Integer).label("is_lost"), MessageRow.lease).where(_PENDING)


def _lost() -> Any:
    return select(*_SEEN, literal_column("1", Integer).label("is_lost"), MessageRow.lease).where(_SENDING)


def _has_earlier() -> ColumnElement[bool]:
    earlier = aliased(MessageRow)
    waits = and_(earlier.state == MessageState.PENDING.value, earlier.due_at <= MessageRow.due_at)
    same = and_(earlier.incident_id == MessageRow.incident_id, earlier.method_id == MessageRow.method_id)
    is_before = and_(earlier.type == METHOD, earlier.id < MessageRow.id)
    return and_(
        IS_EVENT,
        select(earlier.id).where(same, is_before, or_(earlier.state == MessageState.SENDING.value, waits)).exists(),
    )


def _take(session: Session, ids: Collection[str], now: datetime, until: datetime, *, skip_locked: bool) -> list[Taken]:
    if not ids:
        return []
    return _taken(session, (_TAKE_FREE if skip_locked else _TAKE_KIN).by(ids=ids, now=now, until=until))


def _locking_due(*, skip_locked: bool) -> Select[Any]:
    now, until = (bindparam(name, type_=MessageRow.due_at.type) for name in ("now", "until"))
    still = or_(
        and_(MessageRow.state == MessageState.PENDING.value, MessageRow.due_at <= until),
        and_(MessageRow.state == MessageState.SENDING.value, MessageRow.lease_until <= now),
    )
    return _locking(and_(among(MessageRow.id, "ids"), still), skip_locked=skip_locked)


def _locking_held() -> Select[Any]:
    held = and_(MessageRow.lease == bindparam("lease"), MessageRow.state == MessageState.SENDING.value)
    return _locking(and_(among(MessageRow.id, "ids"), held), skip_locked=False)


def _locking(which: ColumnElement[bool], *, skip_locked: bool) -> Select[Any]:
    query = select(*_TAKEN).outerjoin(PageRow, PageRow.id == MessageRow.page_id)
    query = query.outerjoin(IncidentRow, IncidentRow.id == MessageRow.incident_id).where(which)
    return query.order_by(MessageRow.id).with_for_update(of=MessageRow, skip_locked=skip_locked)


_TAKE_FREE = Question(partial(_locking_due, skip_locked=True))
_TAKE_KIN = Question(partial(_locking_due, skip_locked=False))
_TAKE_HELD = Question(_locking_held)


def _taken(session: Session, asked: Asked) -> list[Taken]:
    [rows] = ask(session, asked)
    return [Taken(*row) for row in rows]
