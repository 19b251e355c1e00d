"""The clocks of the processes: what each told last, and how far that was from the database's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, not_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base
from oncall.store.conflicts import insert_missing
from oncall.store.transaction import is_sqlite

WEB = "web:"
"""How the names of web processes begin: nothing of them is forgotten when they stop."""


class ClockRow(Base):
    """One process's clock; `measured_at` is by the database's clock, which `told_at` was ahead of by `ahead_seconds`."""

    __tablename__ = "clocks"

    process: Mapped[str] = mapped_column(primary_key=True)
    machine: Mapped[str] = mapped_column(index=True)
    told_at: Mapped[datetime]
    ahead_seconds: Mapped[float]
    measured_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """A process's clock: what it told at `measured_at` by the database's, and how far it was ahead; behind with less than zero."""

    process: str
    machine: str
    told_at: datetime
    ahead: timedelta
    measured_at: datetime


def database_time(session: Session) -> datetime | None:
    """The database's own clock; None where it has none, as it runs in our process."""
    if is_sqlite(session):
        return None
    return session.scalar(select(func.clock_timestamp()))


def keep(session: Session, record: ClockRecord) -> None:
    """Write what was measured in place of what was before."""
    values = {
        "machine": record.machine,
        "told_at": record.told_at,
        "ahead_seconds": record.ahead.total_seconds(),
        "measured_at": record.measured_at,
    }
    insert_missing(session, ClockRow, [{"process": record.process, **values}])
    row = session.get_one(ClockRow, record.process)
    for name, value in values.items():
        setattr(row, name, value)


def last_told(session: Session, machine: str) -> datetime | None:
    """The latest instant that a process of a machine has told, those of the web left out; None where none has."""
    theirs = and_(ClockRow.machine == machine, not_(ClockRow.process.startswith(WEB)))
    return session.scalar(select(func.max(ClockRow.told_at)).where(theirs))


def measured_since(session: Session, instant: datetime) -> tuple[ClockRecord, ...]:
    """What was measured since an instant of the database's clock, the worst first."""
    rows = session.scalars(select(ClockRow).where(ClockRow.measured_at >= instant))
    return tuple(sorted((_record(row) for row in rows), key=lambda one: -abs(one.ahead)))


def forget(session: Session, process: str) -> None:
    """Forget the clock of a process that has stopped as it should."""
    session.execute(delete(ClockRow).where(ClockRow.process == process))


def forget_before(session: Session, instant: datetime) -> None:
    """Forget what was measured before an instant of the database's clock."""
    session.execute(delete(ClockRow).where(ClockRow.measured_at < instant))


def _record(row: ClockRow) -> ClockRecord:
    ahead = timedelta(seconds=row.ahead_seconds)
    return ClockRecord(row.process, row.machine, row.told_at, ahead, row.measured_at)
