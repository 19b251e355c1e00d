"""What is counted from the rows of sends and incidents: each row once, in the order in which they came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from oncall.domain.itself import CANARY, CANARY_TYPE
from oncall.store.incidents import IncidentRow
from oncall.store.messages import MessageRow
from oncall.store.pages import PageRow
from oncall.store.sends import SendRow


@dataclass(frozen=True, slots=True)
class Made:
    """One send: by whom, when, and what is known of it; of a page also the severity and the trigger of its incident.

    `is_first` says that it was the first of a page that was made by the trigger.
    """

    id: int
    at: datetime
    provider: str
    state: str
    settled_at: datetime | None
    severity: str | None
    triggered_at: datetime | None
    is_first: bool


def sends_after(session: Session, after: int, until: datetime, limit: int) -> tuple[Made, ...]:
    """The sends after the one with that id that were begun by an instant, at most `limit`, in the order of their ids."""
    earlier, beside = aliased(SendRow), aliased(MessageRow)
    again = exists().where(
        beside.page_id == MessageRow.page_id, earlier.message_id == beside.id, earlier.id < SendRow.id
    )
    first = and_(PageRow.made_at == IncidentRow.created_at, ~again)
    query = (
        select(
            SendRow.id,
            SendRow.at,
            SendRow.provider,
            SendRow.state,
            SendRow.settled_at,
            IncidentRow.severity,
            IncidentRow.created_at,
            func.coalesce(first, False),
        )
        .join(MessageRow, MessageRow.id == SendRow.message_id)
        .outerjoin(IncidentRow, and_(IncidentRow.id == MessageRow.incident_id, MessageRow.kind == "page"))
        .outerjoin(PageRow, PageRow.id == MessageRow.page_id)
        .where(SendRow.id > after, MessageRow.type != CANARY_TYPE)
    )
    rows = session.execute(query.order_by(SendRow.id).limit(limit))
    return tuple(made for made in (Made(*row) for row in rows) if made.at <= until)


def last_send(session: Session, until: datetime) -> int:
    """The id of the last send that was begun by an instant; 0 where there is none."""
    return session.scalar(select(SendRow.id).where(SendRow.at <= until).order_by(SendRow.id.desc()).limit(1)) or 0


def opened_after(session: Session, after: int, until: datetime) -> tuple[Mapping[str, int], int]:
    """How many incidents were opened after the one with that number and by an instant, by severity, and the number of the last."""
    query = select(IncidentRow.severity, func.count(), func.max(IncidentRow.number)).where(
        IncidentRow.number > after, IncidentRow.created_at <= until, IncidentRow.service != CANARY
    )
    rows = session.execute(query.group_by(IncidentRow.severity)).all()
    return {severity: count for severity, count, _ in rows}, max((last for _, _, last in rows), default=after)


def last_incident(session: Session, until: datetime) -> int:
    """The number of the last incident that was opened by an instant; 0 where there is none."""
    query = select(IncidentRow.number).where(IncidentRow.created_at <= until).order_by(IncidentRow.number.desc())
    return session.scalar(query.limit(1)) or 0
