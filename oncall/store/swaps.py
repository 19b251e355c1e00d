"""Swaps and cover requests: asked for, and what became of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from oncall.store.base import Base

_IS_ASKED = text("state = 'asked'")


class SwapState(StrEnum):
    """How far a swap has come; all but the first are final."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class SwapRow(Base):
    """One request: `asked_by` gives away a time and, in a swap, takes one of `asked_of` for it.

    Without a time to take it is a request for cover; with nobody in `asked_of` it goes to the whole rotation.
    """

    __tablename__ = "swaps"
    __table_args__ = (
        Index("ix_swaps_expires_at", "expires_at", postgresql_where=_IS_ASKED, sqlite_where=_IS_ASKED),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule: Mapped[str] = mapped_column(index=True)
    asked_by: Mapped[str]
    asked_of: Mapped[str | None]
    give_start_at: Mapped[datetime]
    give_end_at: Mapped[datetime]
    take_start_at: Mapped[datetime | None]
    take_end_at: Mapped[datetime | None]
    note: Mapped[str]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
