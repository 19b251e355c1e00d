"""Time that passes for what waits in a PostgreSQL database, while workers are at it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Interval, delete, literal, update
from sqlalchemy.orm import Session

from oncall.store.database import Database
from oncall.store.messages import MessageRow, MessageState
from oncall.store.recent_pages import RecentPageRow
from oncall.store.timers import TimerRow


def pass_minutes(database: Database, minutes: int) -> None:
    """Let everything that waits be due so much earlier, and what was sent be so long ago; what a worker holds is left alone."""
    by = literal(timedelta(minutes=minutes), Interval())

    def work(session: Session) -> None:
        session.execute(update(TimerRow).where(TimerRow.lease_until.is_(None)).values(due_at=TimerRow.due_at - by))
        waits = MessageRow.state == MessageState.PENDING.value
        session.execute(update(MessageRow).where(waits).values(due_at=MessageRow.due_at - by))
        # What is longer ago than a minute keeps nothing waiting.
        session.execute(delete(RecentPageRow))

    database.write(work)


def end_leases(database: Database, by: timedelta) -> None:
    """Let the leases of workers that are dead run out so much earlier."""
    earlier = literal(by, Interval())

    def work(session: Session) -> None:
        for row in (MessageRow, TimerRow):
            held = row.lease_until.is_not(None)
            session.execute(update(row).where(held).values(lease_until=row.lease_until - earlier))

    database.write(work)
