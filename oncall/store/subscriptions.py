"""Calendars that are read from elsewhere: when each was looked at last, and when it is looked at next."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from oncall.store.base import Base


class SubscriptionRow(Base):
    """One feed: the holidays of a calendar or the time off of a user, whose id is `target`; `fault` is what went wrong last."""

    __tablename__ = "subscriptions"

    kind: Mapped[str] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    looked_at: Mapped[datetime | None]
    next_at: Mapped[datetime] = mapped_column(index=True)
    fault: Mapped[str | None]
