"""Timers: decisions to take later, claimed by lease, gone when they have fired."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    SmallInteger,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.domain.draft import RANKS, Timer
from oncall.store.base import Base
from oncall.store.conflicts import insert_missing

_LAST = RANKS["step"]
_IS_USABLE = text("failure IS NULL")
_IS_HELD = text("lease_until IS NOT NULL")


class TimerRow(Base):
    """One timer; what is due at one instant fires in the order of the ranks, then of the incidents (docs/semantics.md 5.7).

    `failure` says why it was set aside after it failed too often, None while it will still be fired.
    """

    __tablename__ = "timers"
    __table_args__ = (
        UniqueConstraint("incident_id", "kind", "generation", "occurrence"),
        Index("ix_timers_due_at", "due_at", postgresql_where=_IS_USABLE, sqlite_where=_IS_USABLE),
        Index("ix_timers_lease_until", "lease_until", postgresql_where=_IS_HELD, sqlite_where=_IS_HELD),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incidents.id"))
    kind: Mapped[str]
    generation: Mapped[int]
    occurrence: Mapped[int]
    due_at: Mapped[datetime]
    rank: Mapped[int] = mapped_column(SmallInteger, server_default=str(_LAST))
    lease: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    tries: Mapped[int]
    failure: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class ClaimedTimer:
    """A timer that one worker may fire until `lease` runs out; `tries` counts how often firing it has failed."""

    id: int
    incident: str
    timer: Timer
    lease: str
    tries: int


def add(session: Session, incident: str, timers: Iterable[Timer]) -> None:
    """Store new timers; one that is there already is left as it is."""
    rows = [
        {
            "incident_id": incident,
            "kind": timer.kind,
            "generation": timer.generation,
            "occurrence": timer.occurrence,
            "due_at": timer.due_at,
            "rank": RANKS.get(timer.kind, _LAST),
            "tries": 0,
        }
        for timer in timers
    ]
    insert_missing(session, TimerRow, rows)


def claim(session: Session, now: datetime, lease: str, until: datetime, limit: int) -> tuple[ClaimedTimer, ...]:
    """Lease the timers that are due at `now` and that nobody holds, the longest due first."""
    due = select(TimerRow.id).where(TimerRow.due_at <= now, _is_free(now)).order_by(TimerRow.due_at, TimerRow.id)
    chosen = session.scalars(due.limit(limit).with_for_update(skip_locked=True)).all()
    claimed = update(TimerRow).where(TimerRow.id.in_(chosen)).values(lease=lease, lease_until=until).returning(TimerRow)
    rows = sorted(session.scalars(claimed) if chosen else (), key=lambda row: (row.due_at, row.id))
    return tuple(ClaimedTimer(row.id, row.incident_id, _timer(row), lease, row.tries) for row in rows)


def release_all(session: Session) -> None:
    """Give up every timer that anybody holds."""
    session.execute(update(TimerRow).where(TimerRow.lease.is_not(None)).values(lease=None, lease_until=None))


def is_any_due(session: Session, now: datetime) -> bool:
    """Whether `claim` would find anything."""
    return session.scalar(select(TimerRow.id).where(TimerRow.due_at <= now, _is_free(now)).limit(1)) is not None


def is_any_left(session: Session, until: datetime) -> bool:
    """Whether a timer that falls due by `until` has not fired yet, whoever holds it."""
    unfired = select(TimerRow.id).where(TimerRow.due_at <= until, TimerRow.failure.is_(None))
    return session.scalar(unfired.limit(1)) is not None


def take(session: Session, claimed: ClaimedTimer) -> bool:
    """Remove a timer that is about to fire in this transaction; False when the lease has gone to somebody else."""
    mine = and_(TimerRow.id == claimed.id, TimerRow.lease == claimed.lease)
    return session.scalar(delete(TimerRow).where(mine).returning(TimerRow.id)) is not None


def put_back(session: Session, claimed: ClaimedTimer, until: datetime) -> None:
    """Count a failure, and let the timer be claimed again at `until`."""
    session.execute(_of(claimed).values(lease_until=until, tries=TimerRow.tries + 1))


def set_aside(session: Session, claimed: ClaimedTimer, failure: str) -> None:
    """Fire the timer no more until it is taken up, and keep it with the reason."""
    session.execute(_of(claimed).values(failure=failure, lease=None, lease_until=None))


def take_up(session: Session) -> None:
    """Let every timer that was set aside be claimed again, as if it had never failed."""
    session.execute(update(TimerRow).where(TimerRow.failure.is_not(None)).values(failure=None, tries=0))


def release(session: Session, lease: str) -> None:
    """Give up every timer held under `lease`, so that others need not wait for it to run out."""
    session.execute(update(TimerRow).where(TimerRow.lease == lease).values(lease=None, lease_until=None))


def next_due() -> tuple[Select[datetime], Select[datetime | None]]:
    """Ask when the next timer can be claimed: when it is due, or where somebody holds it when the lease runs out."""
    usable = select(TimerRow.due_at).where(TimerRow.failure.is_(None), TimerRow.lease_until.is_(None))
    held = select(TimerRow.lease_until).where(TimerRow.failure.is_(None), TimerRow.lease_until.is_not(None))
    return usable.order_by(TimerRow.due_at).limit(1), held.order_by(TimerRow.lease_until).limit(1)


def oldest_overdue(session: Session, now: datetime) -> timedelta | None:
    """How long the oldest timer has been due, None when none is."""
    oldest = session.scalar(select(func.min(TimerRow.due_at)).where(TimerRow.due_at <= now, TimerRow.failure.is_(None)))
    return now - oldest if oldest else None


def count_set_aside(session: Session) -> int:
    """How many timers failed too often to be fired."""
    return session.scalar(select(func.count()).where(TimerRow.failure.is_not(None))) or 0


def _is_free(now: datetime) -> ColumnElement[bool]:
    return and_(TimerRow.failure.is_(None), or_(TimerRow.lease_until.is_(None), TimerRow.lease_until <= now))


def _of(claimed: ClaimedTimer) -> Any:
    return update(TimerRow).where(TimerRow.id == claimed.id, TimerRow.lease == claimed.lease)


def _timer(row: TimerRow) -> Timer:
    return Timer(row.kind, row.generation, row.occurrence, row.due_at)
