"""The outbox's messages to webhooks: written down whole, sent in order, put off and given up together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session, load_only

from oncall.domain.webhooks import METHOD
from oncall.store.conflicts import insert_missing
from oncall.store.messages import IS_EVENT, WEBHOOK, MessageRow, MessageState
from oncall.store.sends import SendRow

_DIGITS = 3


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One event for one webhook, as its log shows it.

    `attempts` counts the calls so far. `status` is the HTTP status of the last one, None where there was no answer; `error`
    says why it failed, and `next_try_at` when it is tried next.
    """

    id: str
    said: str
    state: str
    attempts: int
    status: int | None
    error: str | None
    last_try_at: datetime | None
    next_try_at: datetime | None


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put events into the outbox: each with `id`, `method_id`, `incident_id`, `address`, `text`, `due_at` and `expires_at`."""
    shared = {"kind": WEBHOOK, "type": METHOD, "urgency": "low", "state": MessageState.PENDING.value, "tries": 0}
    insert_missing(session, MessageRow, [{**shared, **row} for row in rows])


def put_off(session: Session, webhook: int, until: datetime) -> None:
    """Let nothing for a webhook go out before `until`, however long it has been due."""
    _change(session, webhook, MessageRow.due_at < until, due_at=until)


def bring_forward(session: Session, webhook: int, since: datetime, now: datetime) -> None:
    """Let what was put off until `since` go out now."""
    _change(session, webhook, MessageRow.due_at == since, due_at=now)


def give_up(session: Session, webhook: int, before: datetime) -> int:
    """Fail whatever waits for a webhook and is not to be tried at `before` any more; how many that are."""
    return _change(session, webhook, MessageRow.expires_at < before, state=MessageState.FAILED.value)


def fail_all(session: Session, webhook: int) -> None:
    """Fail whatever waits for a webhook."""
    _change(session, webhook, state=MessageState.FAILED.value)


def void_all(session: Session, webhook: int) -> None:
    """Let nothing more go out to a webhook but what is being sent at this moment."""
    _change(session, webhook, state=MessageState.VOID.value)


def send_again(session: Session, webhook: int, ids: Collection[str] | None, now: datetime, until: datetime) -> int:
    """Let events that are over go out anew, to be tried until `until`: those of `ids`, or all that failed; how many."""
    over = (MessageState.FAILED.value, MessageState.SENT.value)
    which = MessageRow.state == MessageState.FAILED.value if ids is None else MessageRow.id.in_(ids)
    again = update(MessageRow).where(_of(webhook), which, MessageRow.state.in_(over))
    values = {"state": MessageState.PENDING.value, "due_at": now, "expires_at": until, "tries": 0}
    return len(session.scalars(again.values(values).returning(MessageRow.id)).all())


def events_of(session: Session, webhook: int, *, state: str | None, offset: int, limit: int) -> tuple[EventRecord, ...]:
    """The events for a webhook, the newest first: those in `state`, or all; `limit` of them after the first `offset`."""
    shown = (MessageRow.id, MessageRow.text, MessageRow.state, MessageRow.due_at)
    query = select(MessageRow).where(_of(webhook)).options(load_only(*shown))
    if state is not None:
        query = query.where(MessageRow.state == state)
    rows = session.scalars(
        query.order_by(MessageRow.expires_at.desc(), MessageRow.id.desc()).offset(offset).limit(limit)
    ).all()
    made, last = _calls(session, [row.id for row in rows])
    return tuple(_record(row, made.get(row.id, 0), last.get(row.id)) for row in rows)


def _calls(session: Session, ids: Collection[str]) -> tuple[dict[str, int], dict[str, SendRow]]:
    """How many calls there were for each message, and the last one."""
    counted = select(SendRow.message_id, func.count(), func.max(SendRow.id)).where(SendRow.message_id.in_(ids))
    found = session.execute(counted.group_by(SendRow.message_id)).all()
    rows = session.scalars(select(SendRow).where(SendRow.id.in_([last for *_, last in found])))
    return {id_: count for id_, count, _ in found}, {row.message_id: row for row in rows}


def _record(row: MessageRow, attempts: int, last: SendRow | None) -> EventRecord:
    waits = row.state == MessageState.PENDING
    return EventRecord(
        id=row.id,
        said=row.text or "{}",
        state=row.state,
        attempts=attempts,
        status=_status(last),
        error=last.reason if last else None,
        last_try_at=last.at if last else None,
        next_try_at=row.due_at if waits else None,
    )


def _status(last: SendRow | None) -> int | None:
    # The sandbox has no status: its reference is the call's own id.
    reference = last.reference if last is not None else None
    return int(reference) if reference is not None and len(reference) == _DIGITS and reference.isdecimal() else None


def _of(webhook: int) -> ColumnElement[bool]:
    return and_(IS_EVENT, MessageRow.method_id == str(webhook))


def _change(session: Session, webhook: int, *which: ColumnElement[bool], **values: object) -> int:
    waiting = and_(_of(webhook), MessageRow.state == MessageState.PENDING.value)
    changed = update(MessageRow).where(waiting, *which).values(values).returning(MessageRow.id)
    return len(session.scalars(changed.execution_options(synchronize_session=False)).all())
