"""Sends that a provider took, and of which nothing was heard since."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from oncall.store.messages import MessageRow
from oncall.store.sends import SendRow, SendState


class Unheard(NamedTuple):
    """A call by that way that was taken at that time; `reference` is the provider's own id."""

    call: str
    reference: str
    type: str
    at: datetime


def sent_between(
    session: Session, provider: str, types: Collection[str], since: datetime, until: datetime, limit: int
) -> tuple[Unheard, ...]:
    """Calls of a provider by those ways, begun at or after `since` and before `until`, that it has only taken: the first `limit`."""
    query = select(SendRow.call_id, SendRow.reference, MessageRow.type, SendRow.at).distinct()
    of_these = query.join(MessageRow, MessageRow.id == SendRow.message_id).where(
        SendRow.at >= since,
        SendRow.at < until,
        SendRow.state == SendState.SENT.value,
        SendRow.provider == provider,
        SendRow.reference.is_not(None),
        MessageRow.type.in_(types),
    )
    rows: Any = session.execute(of_these.order_by(SendRow.at).limit(limit))
    return tuple(Unheard(*row) for row in rows)
