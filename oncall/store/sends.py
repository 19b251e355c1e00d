"""The record of every provider call: what was sent by it, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base
from oncall.store.bulk import Bulk, Part
from oncall.store.messages import PAGE, MessageRow


class SendState(StrEnum):
    """What is known of a send."""

    CALLING = "calling"
    """The provider is being called, or the worker that called it died."""
    UNKNOWN = "unknown"
    """The worker died, and the provider could not say yet whether it was sent."""
    LOST = "lost"
    """The worker died, the provider never got it or could not say, and it was sent again."""
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


OPEN = frozenset({SendState.CALLING, SendState.UNKNOWN})


class SendRow(Base):
    """One message within one provider call; those that went out as one share `call_id`, which the provider knows too.

    `verdict` says of a failed one whose fault that was, as in the command AttemptFailed.
    """

    __tablename__ = "sends"
    __table_args__ = (Index("ix_sends_at", "at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey(MessageRow.id), index=True)
    call_id: Mapped[str] = mapped_column(index=True)
    provider: Mapped[str]
    state: Mapped[str]
    reference: Mapped[str | None]
    reason: Mapped[str | None]
    verdict: Mapped[str | None]
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


def begin(bulk: Bulk, call: str, provider: str, messages: Iterable[str], at: datetime) -> None:
    """Record that a call is about to carry `messages`."""
    begun = {"call_id": call, "provider": provider, "state": SendState.CALLING.value, "at": at}
    bulk.add(Part.BEGUN, *({"message_id": message, **begun} for message in messages))


def change(
    session: Session,
    call: str,
    messages: Collection[str],
    state: SendState,
    *,
    at: datetime | None = None,
    reason: str | None = None,
) -> None:
    """Write what is known of the parts of a call whose messages are locked; with `at` it is over for good."""
    parts = update(SendRow).where(SendRow.call_id == call, SendRow.message_id.in_(messages))
    changed = parts.values(state=state.value, settled_at=at, reason=reason)
    session.execute(changed.execution_options(synchronize_session=False))


def of_call(session: Session, call: str) -> tuple[SendRow, ...]:
    """What a call carried, in the order in which it was listed; nothing for an unknown call."""
    return tuple(session.scalars(select(SendRow).where(SendRow.call_id == call).order_by(SendRow.id)))


class PageSent(NamedTuple):
    """A page as one call carried it."""

    page: str
    incident: str
    user: str | None
    type: str


def pages_of(session: Session, call: str) -> tuple[PageSent, ...]:
    """The pages that a call carried, in the order in which they were listed."""
    query = select(MessageRow.page_id, MessageRow.incident_id, MessageRow.user_id, MessageRow.type)
    of_call = query.join(SendRow, SendRow.message_id == MessageRow.id).where(SendRow.call_id == call)
    rows: Iterable[Any] = session.execute(of_call.where(MessageRow.kind == PAGE).order_by(SendRow.id))
    return tuple(PageSent(*row) for row in rows)


def sent_with(session: Session, page: str, types: Collection[str]) -> tuple[PageSent, ...]:
    """What went out in the last call that carried that page by one of those ways; nothing where none did."""
    query = select(SendRow.call_id).join(MessageRow, MessageRow.id == SendRow.message_id)
    of_page = query.where(MessageRow.page_id == page, MessageRow.type.in_(types))
    call = session.scalar(of_page.order_by(SendRow.id.desc()).limit(1))
    return pages_of(session, call) if call is not None else ()


def reference(session: Session, call: str) -> str | None:
    """The provider's own id of a call, by which we know that it was made; None while no message of it is recorded as sent."""
    taken = SendRow.state.in_([SendState.SENT.value, SendState.DELIVERED.value])
    query = select(SendRow.reference).where(SendRow.call_id == call, taken, SendRow.reference.is_not(None))
    return session.scalar(query.limit(1))


def references_beside(session: Session, call: str, method: str, address: str, since: datetime) -> frozenset[str] | None:
    """The provider's ids of the other calls begun at or after `since` to an address; None where the id of one is not known."""
    query = select(SendRow.reference).join(MessageRow, MessageRow.id == SendRow.message_id)
    beside = (SendRow.at >= since, SendRow.call_id != call, MessageRow.type == method, MessageRow.address == address)
    found = session.scalars(query.where(*beside)).all()
    known = frozenset(reference for reference in found if reference is not None)
    return known if None not in found else None


def latest(session: Session, messages: Collection[str]) -> dict[str, SendRow]:
    """The last send of each message, by the message's id; none for a message that was never sent."""
    rows = session.scalars(select(SendRow).where(SendRow.message_id.in_(messages)).order_by(SendRow.id))
    return {row.message_id: row for row in rows}
