"""When something is due next: a timer, a message, a change of shifts, or a feed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oncall.store import handovers, messages, subscriptions, swaps, timers


def next_due(session: Session) -> datetime | None:
    """When the next timer or message can be claimed, the next shift begins, feed is read or swap expires; None when nothing waits."""
    asked = (*timers.next_due(), *messages.next_due(), handovers.next_due(), subscriptions.next_due(), swaps.next_due())
    times = session.execute(select(*(query.scalar_subquery() for query in asked))).one()
    return min((time for time in times if time is not None), default=None)
