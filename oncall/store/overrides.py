"""Overrides made by hand: they survive every `apply`, and none is ever deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.document.by_hand import MadeOverride
from oncall.store.base import Base


class OverrideRow(Base):
    """One override, from `made_at` until `taken_back_at`; `swap_id` is the swap or cover that it came of.

    `start` and `end` are on the wall of the schedule's zone; `start_at` and `end_at` what they came to when it was made.
    """

    __tablename__ = "overrides"
    __table_args__ = (
        Index("ix_overrides_schedule_end_at", "schedule", "end_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule: Mapped[str]
    start: Mapped[str]
    end: Mapped[str]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime] = mapped_column(index=True)
    users: Mapped[list[Any]]
    replaces: Mapped[str | None]
    note: Mapped[str]
    swap_id: Mapped[int | None]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[str | None]

    def as_made(self) -> MadeOverride:
        """The override as a value."""
        return MadeOverride(
            id=self.id,
            schedule=self.schedule,
            start_at=self.start_at,
            end_at=self.end_at,
            users=tuple(self.users),
            replaces=self.replaces,
            made_at=self.made_at,
            taken_back_at=self.taken_back_at,
        )


def lasting(session: Session, since: datetime) -> dict[str, list[MadeOverride]]:
    """The overrides that end after `since`, whether taken back or not, by schedule and in the order in which they were made."""
    return _by_schedule(session.scalars(select(OverrideRow).where(OverrideRow.end_at > since).order_by(OverrideRow.id)))


def standing(session: Session, schedule: str, since: datetime) -> tuple[OverrideRow, ...]:
    """The overrides of a schedule that end after `since` and were not taken back, in the order in which they were made."""
    here = (OverrideRow.schedule == schedule, OverrideRow.end_at > since, OverrideRow.taken_back_at.is_(None))
    return tuple(session.scalars(select(OverrideRow).where(*here).order_by(OverrideRow.id)))


def known_of(session: Session, schedules: Iterable[str], at: datetime | None) -> dict[str, list[MadeOverride]]:
    """Every override of these schedules as it was known at an instant, now where that is None."""
    query = select(OverrideRow).where(OverrideRow.schedule.in_(list(schedules))).order_by(OverrideRow.id)
    if at is not None:
        query = query.where(OverrideRow.made_at <= at)
    found = _by_schedule(session.scalars(query))
    return {schedule: [_as_known(one, at) for one in made] for schedule, made in found.items()}


def get(session: Session, id_: int) -> OverrideRow | None:
    """One override; None where there is none of that number."""
    return session.get(OverrideRow, id_)


def lock(session: Session, id_: int) -> OverrideRow | None:
    """One override, locked until the transaction ends; None when there is none of that number."""
    return session.scalars(select(OverrideRow).where(OverrideRow.id == id_).with_for_update()).one_or_none()


def lock_of_swap(session: Session, swap: int) -> tuple[OverrideRow, ...]:
    """The overrides that came of one swap, locked until the transaction ends."""
    query = select(OverrideRow).where(OverrideRow.swap_id == swap).order_by(OverrideRow.id)
    return tuple(session.scalars(query.with_for_update()))


def _by_schedule(rows: Iterable[OverrideRow]) -> dict[str, list[MadeOverride]]:
    found: dict[str, list[MadeOverride]] = {}
    for row in rows:
        found.setdefault(row.schedule, []).append(row.as_made())
    return found


def _as_known(made: MadeOverride, at: datetime | None) -> MadeOverride:
    if at is None or made.taken_back_at is None or made.taken_back_at <= at:
        return made
    return replace(made, taken_back_at=None)
