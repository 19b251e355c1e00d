"""Answers already given, by the key that the asker chose for the request."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base


class IdempotencyRow(Base):
    """One request of one asker; `status` and `answer` are None while it is being worked on."""

    __tablename__ = "idempotency_keys"

    asker: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    begun_at: Mapped[datetime]
    status: Mapped[int | None]
    answer: Mapped[str | None]


def get(session: Session, asker: str, key: str) -> IdempotencyRow | None:
    """The request that this asker sent under `key`, None when it is new."""
    return session.get(IdempotencyRow, (asker, key), with_for_update=True)


def forget_before(session: Session, instant: datetime) -> None:
    """Forget requests that were begun before `instant`."""
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.begun_at < instant))
