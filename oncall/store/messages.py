"""The one outbox: every message to a person or a system, with its due time, its state and its lease."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.domain.directory import Urgency
from oncall.domain.incident import Attempt, AttemptState, Page
from oncall.domain.transition import Notice
from oncall.store.base import Base
from oncall.store.bulk import Bulk, Part
from oncall.store.conflicts import insert_missing
from oncall.store.incidents import IncidentRow
from oncall.store.pages import PageRow

PAGE = "page"
NOTICE = "notice"
WEBHOOK = "webhook"


class MessageState(StrEnum):
    """How far a message has come: an attempt's states, and being sent by a worker that holds the lease."""

    PENDING = AttemptState.PENDING.value
    SENDING = "sending"
    SENT = AttemptState.SENT.value
    DELIVERED = AttemptState.DELIVERED.value
    FAILED = AttemptState.FAILED.value
    VOID = AttemptState.VOID.value


_IS_PENDING = text("state = 'pending'")
_IS_SENDING = text("state = 'sending'")
_IS_EVENT = text("type = 'webhook_event'")


class MessageRow(Base):
    """One message by one way.

    That of a page has the attempt's id and no text: what it says is worked out when it is sent. A notice has its `text`,
    and nothing makes it void. An event for a webhook, whose id is in `method_id`, has its body as `text`; ids of events of one
    incident are in the order in which they happened, and after `expires_at` it is tried no more. `waits_since` is when a page was
    due that was put off so as not to flood, None where it never was.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_due_at", "due_at", postgresql_where=_IS_PENDING, sqlite_where=_IS_PENDING),
        Index("ix_messages_lease_until", "lease_until", postgresql_where=_IS_SENDING, sqlite_where=_IS_SENDING),
        Index(
            "ix_messages_method_id_expires_at",
            "method_id",
            "expires_at",
            postgresql_where=_IS_EVENT,
            sqlite_where=_IS_EVENT,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    page_id: Mapped[str | None] = mapped_column(ForeignKey(PageRow.id), index=True)
    incident_id: Mapped[str | None] = mapped_column(ForeignKey(IncidentRow.id), index=True)
    user_id: Mapped[str | None]
    method_id: Mapped[str]
    type: Mapped[str]
    address: Mapped[str]
    urgency: Mapped[str]
    text: Mapped[str | None]
    due_at: Mapped[datetime]
    state: Mapped[str]
    lease: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    tries: Mapped[int]
    expires_at: Mapped[datetime | None]
    waits_since: Mapped[datetime | None]


# Written out, not as parameters: only so do the planners see that the partial indexes serve.
IS_EVENT = MessageRow.type == literal_column("'webhook_event'")
"""The condition that a message is an event for a webhook."""

_PENDING = MessageRow.state == literal_column("'pending'")
_SENDING = MessageRow.state == literal_column("'sending'")


@dataclass(frozen=True, slots=True)
class Types:
    """Which messages to look at: those of the types in `of`, or of any type that is not in `other_than`."""

    of: frozenset[str] | None = None
    other_than: frozenset[str] = frozenset()

    def condition(self) -> ColumnElement[bool]:
        """The condition on a message's type."""
        return MessageRow.type.not_in(self.other_than) if self.of is None else MessageRow.type.in_(self.of)

    def cover(self, type_: str) -> bool:
        """Whether messages of that type are among them."""
        return type_ not in self.other_than if self.of is None else type_ in self.of


def add_pages(bulk: Bulk, incident: str, pages: Iterable[Page]) -> None:
    """Put the attempts of new pages into the outbox."""
    for page in pages:
        of_page = {"kind": PAGE, "page_id": page.id, "user_id": page.user, "text": None, "incident_id": incident}
        bulk.add(Part.MESSAGES, *_rows(of_page, page.urgency, page.attempts))


def add_told(bulk: Bulk, incident: str, notices: Iterable[Notice]) -> None:
    """Put notices that concern an incident into the outbox."""
    for notice in notices:
        bulk.add(Part.MESSAGES, *_rows(_of_notice(notice, incident), notice.urgency, notice.attempts))


def add_notices(session: Session, notices: Iterable[Notice]) -> None:
    """Put notices into the outbox that concern no incident, or not one alone."""
    for notice in notices:
        insert_missing(session, MessageRow, [*_rows(_of_notice(notice), notice.urgency, notice.attempts)])


def change_attempts(bulk: Bulk, attempts: Iterable[Attempt]) -> None:
    """Take over what a transition changed; what is being sent at this moment cannot be made void any more."""
    new = {row["id"]: row for row in bulk.rows.get(Part.MESSAGES, ())}
    for one in attempts:
        changed = {"state": one.state.value, "due_at": one.due_at, "tries": one.tries}
        if one.id in new:
            new[one.id].update(changed)
        else:
            bulk.add(Part.ATTEMPTS, {"id": one.id, **changed})


def expire(session: Session, attempts: Iterable[Attempt]) -> None:
    """Let what this session knows of messages be read again: they were changed behind its back."""
    known = session.identity_map
    for attempt in attempts:
        row = known.get(session.identity_key(MessageRow, attempt.id))
        if row is not None:
            session.expire(row)


def lock(session: Session, id_: str) -> MessageRow | None:
    """One message, locked; None when there is none of that id. Its incident is locked already."""
    query = select(MessageRow).where(MessageRow.id == id_).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def release_all(session: Session, now: datetime) -> None:
    """Let every sender's lease run out now."""
    session.execute(update(MessageRow).where(_SENDING).values(lease_until=now))


def next_due() -> tuple[Select[datetime], Select[datetime | None]]:
    """Ask when the next message can be claimed: when it is due, or when the lease of its sender runs out."""
    pending = select(MessageRow.due_at).where(_PENDING).order_by(MessageRow.due_at).limit(1)
    sending = select(MessageRow.lease_until).where(_SENDING).order_by(MessageRow.lease_until).limit(1)
    return pending, sending


def oldest_overdue(session: Session, now: datetime) -> timedelta | None:
    """How long the oldest message that is not being sent has been due, None when none is."""
    oldest = session.scalar(select(func.min(MessageRow.due_at)).where(_PENDING, MessageRow.due_at <= now))
    return now - oldest if oldest else None


def _of_notice(notice: Notice, incident: str | None = None) -> dict[str, Any]:
    return {"kind": NOTICE, "page_id": None, "user_id": notice.user, "text": notice.text, "incident_id": incident}


def _rows(shared: Mapping[str, Any], urgency: Urgency, attempts: Iterable[Attempt]) -> Iterator[dict[str, Any]]:
    for attempt in attempts:
        yield {
            **shared,
            "id": attempt.id,
            "method_id": attempt.method,
            "type": attempt.type,
            "address": attempt.address,
            "urgency": urgency.value,
            "due_at": attempt.due_at,
            "state": attempt.state.value,
            "tries": attempt.tries,
        }
