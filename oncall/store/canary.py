"""The rows of synthetic pages: one is under way at a time, and what is old goes for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, delete, literal_column, select, text
from sqlalchemy.orm import Session

from oncall.domain.itself import CANARY
from oncall.store.incidents import IncidentRow
from oncall.store.log import LogRow
from oncall.store.messages import MessageRow
from oncall.store.pages import PageRow, ReplyCodeRow
from oncall.store.sends import SendRow
from oncall.store.timers import TimerRow

_IS_CANARY = text(f"service = '{CANARY}'")
Index("ix_incidents_canary", IncidentRow.number, postgresql_where=_IS_CANARY, sqlite_where=_IS_CANARY)

_CANARIES = IncidentRow.service == literal_column(f"'{CANARY}'")


@dataclass(frozen=True, slots=True)
class Flight:
    """A synthetic page under way: its incident, and since when."""

    incident: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Leg:
    """One message of it: by which way and where to it goes, how far it has come, and by which call and when that was."""

    type: str
    address: str
    state: str
    call: str | None
    at: datetime | None


def under_way(session: Session) -> Flight | None:
    """The synthetic page that is not back yet; None where none is out."""
    row = session.execute(select(IncidentRow.id, IncidentRow.created_at).where(_CANARIES, IncidentRow.open)).first()
    return None if row is None else Flight(row.id, row.created_at)


def legs(session: Session, incident: str) -> tuple[Leg, ...]:
    """The messages of a synthetic page, in the order in which they were made, each with its last call."""
    columns = (
        MessageRow.id,
        MessageRow.type,
        MessageRow.address,
        MessageRow.state,
        SendRow.call_id,
        SendRow.settled_at,
    )
    query = select(*columns).outerjoin(SendRow, SendRow.message_id == MessageRow.id)
    rows = session.execute(query.where(MessageRow.incident_id == incident).order_by(MessageRow.due_at, SendRow.id))
    return tuple({row.id: Leg(row.type, row.address, row.state, row.call_id, row.settled_at) for row in rows}.values())


def remove_old(session: Session, before: datetime, limit: int) -> int:
    """Remove at most `limit` synthetic pages that were over before an instant, with all that belongs to them."""
    over = select(IncidentRow.id).where(_CANARIES, IncidentRow.resolved_at < before)
    ids = session.scalars(over.order_by(IncidentRow.number).limit(limit)).all()
    pages = select(PageRow.id).where(PageRow.incident_id.in_(ids))
    messages = select(MessageRow.id).where(MessageRow.incident_id.in_(ids))
    for gone in (
        delete(SendRow).where(SendRow.message_id.in_(messages)),
        delete(MessageRow).where(MessageRow.incident_id.in_(ids)),
        delete(ReplyCodeRow).where(ReplyCodeRow.page_id.in_(pages)),
        delete(PageRow).where(PageRow.incident_id.in_(ids)),
        delete(TimerRow).where(TimerRow.incident_id.in_(ids)),
        delete(LogRow).where(LogRow.incident_id.in_(ids)),
        delete(IncidentRow).where(IncidentRow.id.in_(ids)),
    ):
        if ids:
            session.execute(gone.execution_options(synchronize_session=False))
    return len(ids)
