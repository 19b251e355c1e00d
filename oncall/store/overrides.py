"""Overrides made by hand: they survive every `apply`, and none is ever deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

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
