"""What each person was paged of last, by each way and service: what decides whether the next page waits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from oncall.store.base import Base


class RecentPageRow(Base):
    """The last page to a person by one way of one service; `user_id` is empty where the way is a channel.

    `incident_id` is None where the send stood for several incidents; `rank` is that of the gravest of them.
    """

    __tablename__ = "recent_pages"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    rank: Mapped[int]
    incident_id: Mapped[str | None]
