"""When something is due next: a timer, a message, a change of shifts, or a feed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from oncall.store import handovers, messages, subscriptions, swaps, timers
from oncall.store.database import Database
from oncall.store.question import Question


def _first_of(*asked: Select[Any]) -> Any:
    return select(*(query.scalar_subquery() for query in asked))


_CHANGES = (handovers.next_due, subscriptions.next_due, swaps.next_due)

ANYTHING = Question(lambda: _first_of(*timers.next_due(), *messages.next_due(), *(each() for each in _CHANGES)))
"""When the next of all that is falls due."""

TIMER = Question(lambda: _first_of(*timers.next_due()))
"""When the next timer can be claimed."""

MESSAGE = Question(lambda: _first_of(*messages.next_due()))
"""When the next message can be claimed."""

CHANGE = Question(lambda: _first_of(*(each() for each in _CHANGES)))
"""When the next shift begins, feed is read or swap expires."""


def next_due(database: Database, of: Question) -> datetime | None:
    """When the next of what is asked for falls due; None when nothing of that waits."""
    [[times]] = database.ask(of.by())
    return min((time for time in times if time is not None), default=None)
