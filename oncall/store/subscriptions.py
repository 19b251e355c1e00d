"""Calendars that are read from elsewhere: when each was looked at last, and when it is looked at next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base


class SubscriptionKind(StrEnum):
    """What is read of a calendar elsewhere, and of whom: the holidays of a calendar, or the time off of a user."""

    HOLIDAYS = "holidays"
    TIME_OFF = "time_off"


class SubscriptionRow(Base):
    """One feed: the holidays of a calendar or the time off of a user, whose id is `target`; `fault` is what went wrong last."""

    __tablename__ = "subscriptions"

    kind: Mapped[str] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    looked_at: Mapped[datetime | None]
    next_at: Mapped[datetime] = mapped_column(index=True)
    fault: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Failing:
    """A feed that could not be read when it was looked at last, and why."""

    kind: SubscriptionKind
    target: str
    fault: str
    looked_at: datetime | None


def get(session: Session, kind: SubscriptionKind, target: str) -> SubscriptionRow | None:
    """The feed of a calendar or of a user; None where there is none."""
    return session.get(SubscriptionRow, (kind.value, target))


def lock(session: Session, kind: SubscriptionKind, target: str) -> SubscriptionRow | None:
    """The same, locked until the transaction ends."""
    return session.get(SubscriptionRow, (kind.value, target), with_for_update=True, populate_existing=True)


def follow(session: Session, kind: SubscriptionKind, target: str, url: str, next_at: datetime) -> SubscriptionRow:
    """Look at this address for a calendar or a user from `next_at` on, in place of another where there was one."""
    row = lock(session, kind, target)
    if row is None:
        row = SubscriptionRow(kind=kind.value, target=target)
        session.add(row)
    row.url, row.next_at = url, next_at
    return row


def forget(session: Session, kind: SubscriptionKind, target: str) -> bool:
    """Look at the feed of a calendar or of a user no more; False where there was none."""
    here = (SubscriptionRow.kind == kind.value) & (SubscriptionRow.target == target)
    return session.scalar(delete(SubscriptionRow).where(here).returning(SubscriptionRow.target)) is not None


def forget_others(session: Session, kind: SubscriptionKind, targets: Collection[str]) -> None:
    """Look at the feeds of these alone."""
    here = (SubscriptionRow.kind == kind.value) & SubscriptionRow.target.not_in(list(targets))
    session.execute(delete(SubscriptionRow).where(here))


def claim_due(session: Session, now: datetime, until: datetime) -> SubscriptionRow | None:
    """The feed that has been due the longest, which nobody else has until then; None where none is due."""
    query = select(SubscriptionRow).where(SubscriptionRow.next_at <= now).order_by(SubscriptionRow.next_at).limit(1)
    row = session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
    if row is not None:
        row.next_at = until
    return row


def failing(session: Session) -> tuple[Failing, ...]:
    """The feeds that could not be read when they were looked at last."""
    rows = session.scalars(select(SubscriptionRow).where(SubscriptionRow.fault.is_not(None)))
    found = [Failing(SubscriptionKind(row.kind), row.target, row.fault or "", row.looked_at) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.kind, one.target)))


def next_due() -> Select[datetime]:
    """Ask when a feed is to be looked at next."""
    return select(SubscriptionRow.next_at).order_by(SubscriptionRow.next_at).limit(1)
