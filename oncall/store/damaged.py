"""Messages of which something is damaged: set aside, with a plain one in their place."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, insert, literal, select, update
from sqlalchemy.orm import Session

from oncall.domain.directory import Urgency
from oncall.store.incidents import IncidentRow
from oncall.store.messages import NOTICE, MessageRow, MessageState
from oncall.store.types import UTCDateTime

_HOPEFUL = [
    state.value for state in (MessageState.PENDING, MessageState.SENDING, MessageState.SENT, MessageState.DELIVERED)
]


def count_try(session: Session, message: str, until: datetime) -> int:
    """Let a message be looked at again at `until`; how often that was by now, 0 where there is none that waits."""
    waiting = update(MessageRow).where(MessageRow.id == message, MessageRow.state == MessageState.PENDING.value)
    counted = waiting.values(tries=MessageRow.tries + 1, due_at=until).returning(MessageRow.tries)
    return session.scalar(counted.execution_options(synchronize_session=False)) or 0


def set_aside(session: Session, message: str) -> int | None:
    """Send a message no more; the number of the incident that it is of."""
    gone = update(MessageRow).where(MessageRow.id == message).values(state=MessageState.FAILED.value)
    session.execute(gone.execution_options(synchronize_session=False))
    return number_of(session, message)


def number_of(session: Session, message: str) -> int | None:
    """The number of the incident that a message is of; None where it is of none."""
    of = select(IncidentRow.number).join(MessageRow, MessageRow.incident_id == IncidentRow.id)
    return session.scalar(of.where(MessageRow.id == message))


def try_next_way(session: Session, message: str, now: datetime) -> bool:
    """Have the next message of the same page sent now; False where none is left, and none was taken by a provider either."""
    first = _beside(message).where(MessageRow.state == MessageState.PENDING.value).order_by(MessageRow.due_at).limit(1)
    forward = update(MessageRow).where(MessageRow.id == first.scalar_subquery(), MessageRow.due_at > now)
    session.execute(forward.values(due_at=now).execution_options(synchronize_session=False))
    return session.scalar(_beside(message).where(MessageRow.state.in_(_HOPEFUL)).limit(1)) is not None


def tell_plainly(session: Session, message: str, text: str, now: datetime) -> None:
    """Put a notice into the outbox that goes by the way of another message."""
    values = {
        "id": MessageRow.id + ".plain",
        "kind": literal(NOTICE),
        "incident_id": MessageRow.incident_id,
        "user_id": MessageRow.user_id,
        "method_id": MessageRow.method_id,
        "type": MessageRow.type,
        "address": MessageRow.address,
        "urgency": literal(Urgency.HIGH.value),
        "text": literal(text),
        "due_at": literal(now, UTCDateTime()),
        "state": literal(MessageState.PENDING.value),
        "tries": literal(0),
    }
    instead = select(*values.values()).where(MessageRow.id == message)
    session.execute(insert(MessageRow).from_select(list(values), instead))


def _beside(message: str) -> Select[str]:
    """The other messages of the page that a message is of."""
    page = select(MessageRow.page_id).where(MessageRow.id == message).scalar_subquery()
    return select(MessageRow.id).where(MessageRow.page_id == page, MessageRow.id != message)
