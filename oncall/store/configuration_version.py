"""The one number that grows with every change of the configuration; what was worked out under another is out of date."""

from __future__ import annotations

from sqlalchemy import select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base
from oncall.store.question import Question, ask, ask_first
from oncall.store.transaction import is_sqlite

_ONLY = 1
_LOCK = 7_214_026_002

HOLD = f"SELECT pg_advisory_xact_lock_shared({_LOCK})"
"""What `hold` says to PostgreSQL, for those who say several things at once; SQLite has one writer."""


class ConfigurationRow(Base):
    """The only row of its table: the number of the configuration that holds."""

    __tablename__ = "configuration"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]


_CURRENT = Question(lambda: select(ConfigurationRow.version))


def current(session: Session) -> int:
    """The version that holds, as this transaction sees it; 0 before the first change."""
    [rows] = ask(session, _CURRENT.by())
    return int(rows[0][0]) if rows else 0


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


def hold(session: Session) -> None:
    """Keep the version that holds from changing until the transaction ends; many may hold it at once.

    So whatever a command works out by one version is stored before the next, which then finds it. It is said to PostgreSQL with
    the question after it, which is for the version (`current`).
    """
    if not _has_one_writer(session):
        ask_first(session, HOLD)


def wait_for_holders(session: Session) -> None:
    """Wait until nobody holds the version, and let nobody hold it until the transaction ends."""
    if not _has_one_writer(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _has_one_writer(session: Session) -> bool:
    return is_sqlite(session)
