"""When something is due next: a timer, a message, a change of shifts, or a feed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from oncall.store import handovers, messages, subscriptions, swaps, timers


def next_due(session: Session) -> datetime | None:
    """When the next of all that is; None when nothing waits."""
    return _first(session, *timers.next_due(), *messages.next_due(), *_changes())


def next_timer(session: Session) -> datetime | None:
    """When the next timer can be claimed; None when none waits."""
    return _first(session, *timers.next_due())


def next_message(session: Session) -> datetime | None:
    """When the next message can be claimed; None when none waits."""
    return _first(session, *messages.next_due())


def next_change(session: Session) -> datetime | None:
    """When the next shift begins, feed is read or swap expires; None when nothing of that waits."""
    return _first(session, *_changes())


def _changes() -> tuple[Select[Any], ...]:
    return handovers.next_due(), subscriptions.next_due(), swaps.next_due()


def _first(session: Session, *asked: Select[Any]) -> datetime | None:
    times = session.execute(select(*(query.scalar_subquery() for query in asked))).one()
    return min((time for time in times if time is not None), default=None)
