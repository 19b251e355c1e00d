"""What people answered through vendors: each answer acts once, however often the vendor delivers it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base


class ReplyRow(Base):
    """One inbound answer, by the vendor's own id for it; `acted` is False where it was of no use."""

    __tablename__ = "replies"
    __table_args__ = (Index("ix_replies_address_at", "address", "at"),)

    reference: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str]
    at: Mapped[datetime]
    acted: Mapped[bool]
    text: Mapped[str | None]


def get(session: Session, reference: str) -> ReplyRow | None:
    """The answer that the vendor knows by `reference`, None when it is new."""
    return session.get(ReplyRow, reference)


def add(session: Session, reference: str, address: str, at: datetime, *, acted: bool, text: str | None) -> None:
    """Record an answer, and what was said to it; raises IntegrityError when it is being recorded elsewhere."""
    session.add(ReplyRow(reference=reference, address=address, at=at, acted=acted, text=text))
    session.flush()


def count_useless(session: Session, address: str, since: datetime) -> int:
    """How many answers from `address` were of no use since then."""
    query = select(func.count()).where(ReplyRow.address == address, ReplyRow.at >= since, ReplyRow.acted.is_(False))
    return session.scalar(query) or 0
