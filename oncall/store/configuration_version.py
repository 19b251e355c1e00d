"""The one number that grows with every change of the configuration; what was worked out under another is out of date."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base

_ONLY = 1


class ConfigurationRow(Base):
    """The only row of its table: the number of the configuration that holds."""

    __tablename__ = "configuration"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]


def current(session: Session) -> int:
    """The version that holds, as this transaction sees it; 0 before the first change."""
    return session.scalar(select(ConfigurationRow.version)) or 0


def lock(session: Session) -> int:
    """The version that holds, which nobody else changes until the transaction ends."""
    version = session.scalar(select(ConfigurationRow.version).with_for_update())
    if version is None:
        session.add(ConfigurationRow(id=_ONLY, version=0))
        session.flush()
    return version or 0


def advance(session: Session) -> int:
    """Count one change, and return the new version."""
    was = lock(session)
    session.execute(update(ConfigurationRow).values(version=was + 1))
    return was + 1
