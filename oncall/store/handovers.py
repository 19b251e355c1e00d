"""For each schedule when its changes of shift were looked at last, and when the next one comes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Select, Update, case, delete, literal, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base
from oncall.store.conflicts import insert_missing
from oncall.store.types import UTCDateTime

_AT_ONCE = 500
_MOMENT = timedelta(microseconds=1)


class HandoverRow(Base):
    """One schedule; those who came on call until `looked_at` have been told, and nobody comes or goes before `next_at`."""

    __tablename__ = "handovers"

    schedule: Mapped[str] = mapped_column(primary_key=True)
    looked_at: Mapped[datetime]
    next_at: Mapped[datetime] = mapped_column(index=True)


def watch(session: Session, schedules: Collection[str], now: datetime) -> None:
    """Look at these schedules from now on; those that are looked at already go on as they were."""
    insert_missing(session, HandoverRow, [{"schedule": one, "looked_at": now, "next_at": now} for one in schedules])


def work_out_anew(session: Session, schedules: Collection[str], now: datetime) -> None:
    """Have the next change of these schedules worked out again, as they have changed at `now`.

    That by itself is no change of shifts: who is on call from now on is not told, unless a change had come before and
    nobody has looked at it yet.
    """
    keys = sorted(schedules)
    for start in range(0, len(keys), _AT_ONCE):
        theirs = HandoverRow.schedule.in_(keys[start : start + _AT_ONCE])
        session.execute(_looked_at_again(now, now).where(theirs))
    watch(session, schedules, now)


def look_again(session: Session, schedules: Collection[str], now: datetime) -> None:
    """Have these schedules looked at now, as an override was laid on them or taken back at `now`: who comes by that is told."""
    theirs = HandoverRow.schedule.in_(list(schedules))
    before = now - _MOMENT
    session.execute(_looked_at_again(before, now).where(theirs))
    watch(session, schedules, before)


def _looked_at_again(looked_at: datetime, now: datetime) -> Update:
    """Let whatever is due later be due now, as if looked at then; it waits for whoever is looking at one, and what they find counts."""
    is_later = HandoverRow.next_at > now
    return update(HandoverRow).values(
        looked_at=case((is_later, literal(looked_at, UTCDateTime())), else_=HandoverRow.looked_at),
        next_at=case((is_later, literal(now, UTCDateTime())), else_=HandoverRow.next_at),
    )


def claim_due(session: Session, now: datetime, limit: int) -> tuple[HandoverRow, ...]:
    """The schedules to look at by now that nobody else is looking at, locked until the transaction ends, the longest due first."""
    query = select(HandoverRow).where(HandoverRow.next_at <= now).order_by(HandoverRow.next_at, HandoverRow.schedule)
    return tuple(session.scalars(query.limit(limit).with_for_update(skip_locked=True)))


def forget(session: Session, schedule: str) -> None:
    """Look at a schedule no more."""
    session.execute(delete(HandoverRow).where(HandoverRow.schedule == schedule))


def next_due() -> Select[datetime]:
    """Ask when a schedule is to be looked at next."""
    return select(HandoverRow.next_at).order_by(HandoverRow.next_at).limit(1)
