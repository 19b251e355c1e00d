"""The processes' clocks against the database's, and against what they told before."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from oncall.operations.context import Context
from oncall.store import clocks
from oncall.store.clocks import WEB, ClockRecord

__all__ = ["WEB", "ClockRecord", "last_told", "measure", "recent"]

_FORGOTTEN_AFTER = timedelta(days=1)
_FRESH = timedelta(seconds=30)


def measure(context: Context, process: str, machine: str) -> ClockRecord:
    """Look how far this process's clock is ahead of the database's, and record it for whoever raises alarms.

    Against a database that runs in the process it is not ahead at all. Raises UnavailableError without a database.
    """
    with context.database.read() as session:
        before = context.clock.now()
        theirs = clocks.database_time(session)
        after = context.clock.now()
    told = before + (after - before) / 2
    measured_at = theirs or told
    record = ClockRecord(process, machine, told, told - measured_at, measured_at)

    def work(session: Session) -> None:
        clocks.keep(session, record)
        clocks.forget_before(session, measured_at - _FORGOTTEN_AFTER)

    context.database.write(work)
    return record


def recent(context: Context, at: datetime) -> tuple[ClockRecord, ...]:
    """What the processes measured within the last half a minute before `at` by the database's clock, the worst first."""
    with context.database.read() as session:
        return clocks.measured_since(session, at - _FRESH)


def last_told(context: Context, machine: str) -> datetime | None:
    """The latest instant that a worker of that machine has told, but for those that stopped as they should; None where none has."""
    with context.database.read() as session:
        return clocks.last_told(session, machine)
