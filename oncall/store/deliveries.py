"""The pages of an incident with everything that was tried, to be read by people."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oncall.store.messages import MessageRow
from oncall.store.pages import PageRow
from oncall.store.sends import SendRow


@dataclass(frozen=True, slots=True)
class SendRecord:
    """One provider call; `call` is shared by what went out as one, `reference` is the provider's own id."""

    call: str
    provider: str
    state: str
    reference: str | None
    reason: str | None
    at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One way in which a page was tried, with its sends in order."""

    id: str
    method: str
    type: str
    address: str
    due_at: datetime
    state: str
    sends: tuple[SendRecord, ...]


@dataclass(frozen=True, slots=True)
class PageRecord:
    """One page; `step` counts from 1, or is "fallback" or "administrators"."""

    id: str
    user: str | None
    policy: str
    step: int | str
    round: int
    because: str
    made_at: datetime
    attempts: tuple[AttemptRecord, ...]


def pages_of(session: Session, incident: str) -> tuple[PageRecord, ...]:
    """The pages of the incident with that id, in the order in which they were made, each with its attempts and sends."""
    sends = _sends(session, incident)
    attempts = _attempts(session, incident, sends)
    rows = session.scalars(select(PageRow).where(PageRow.incident_id == incident).order_by(PageRow.made_at, PageRow.id))
    return tuple(_page(row, tuple(attempts[row.id])) for row in rows)


def _sends(session: Session, incident: str) -> dict[str, list[SendRecord]]:
    query = select(SendRow).join(MessageRow, MessageRow.id == SendRow.message_id)
    found: dict[str, list[SendRecord]] = defaultdict(list)
    for row in session.scalars(query.where(MessageRow.incident_id == incident).order_by(SendRow.id)):
        record = SendRecord(row.call_id, row.provider, row.state, row.reference, row.reason, row.at, row.settled_at)
        found[row.message_id].append(record)
    return found


def _attempts(session: Session, incident: str, sends: dict[str, list[SendRecord]]) -> dict[str, list[AttemptRecord]]:
    query = select(MessageRow).where(MessageRow.incident_id == incident, MessageRow.page_id.is_not(None))
    found: dict[str, list[AttemptRecord]] = defaultdict(list)
    for row in session.scalars(query.order_by(MessageRow.due_at, MessageRow.id)):
        record = AttemptRecord(
            id=row.id,
            method=row.method_id,
            type=row.type,
            address=row.address,
            due_at=row.due_at,
            state=row.state,
            sends=tuple(sends[row.id]),
        )
        found[str(row.page_id)].append(record)
    return found


def _page(row: PageRow, attempts: tuple[AttemptRecord, ...]) -> PageRecord:
    return PageRecord(
        id=row.id,
        user=row.user_id,
        policy=row.policy,
        step=int(row.step) if row.step.isdecimal() else row.step,
        round=row.round,
        because=row.because,
        made_at=row.made_at,
        attempts=attempts,
    )
