"""Wait for what other processes do, and let their waits be over."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from oncall.domain.bundling import MINUTE
from oncall.store.database import Database
from oncall.store.messages import MessageRow
from oncall.store.recent_pages import RecentPageRow
from oncall.store.timers import TimerRow

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.02


def eventually(
    ask: Callable[[], T], expected: T, patience: float = PATIENCE_SECONDS, poll: float = POLL_SECONDS
) -> None:
    """Return as soon as `ask` answers what is expected, and fail with its last answer when it never does."""
    end = time.monotonic() + patience
    while (answer := ask()) != expected and time.monotonic() < end:
        time.sleep(poll)
    assert answer == expected, answer


def let_pass(database_url: str, by: timedelta) -> None:
    """Make everything that waits in the database due, or its lease run out, so much earlier, as if the time had passed.

    Nothing waits any more for what went out a minute before.
    """
    database = Database(database_url)

    def work(session: Session) -> None:
        for row in (*session.scalars(select(TimerRow)), *session.scalars(select(MessageRow))):
            row.due_at -= by
            if row.lease_until is not None:
                row.lease_until -= by
        if by >= MINUTE:
            session.execute(delete(RecentPageRow))

    try:
        database.write(work)
    finally:
        database.dispose()
