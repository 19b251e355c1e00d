"""When people are away: known to those who plan, and never a reason to put somebody else on call."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from oncall.store.base import Base


class TimeOffRow(Base):
    """One absence; `source` says whether it was written by hand or read from the person's calendar."""

    __tablename__ = "time_off"
    __table_args__ = (
        Index("ix_time_off_user_id_end_at", "user_id", "end_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    start_at: Mapped[datetime]
    end_at: Mapped[datetime] = mapped_column(index=True)
    note: Mapped[str]
    source: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
