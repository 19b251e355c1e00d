"""Tries of a password that have not succeeded, kept for as long as they count against further ones."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Index, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base


class LoginAttemptRow(Base):
    """One try of a password for an account's name from an address."""

    __tablename__ = "login_attempts"
    __table_args__ = (
        Index("ix_login_attempts_account_address", "account", "address"),
        Index("ix_login_attempts_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime]


def count(session: Session, account: str, address: str, *, since: datetime) -> int:
    """How many tries there were for the account from the address after `since`."""
    counted = select(func.count()).select_from(LoginAttemptRow)
    return session.scalar(counted.where(*_theirs(account, address), LoginAttemptRow.at > since)) or 0


def add(session: Session, account: str, address: str, at: datetime) -> None:
    """Note a try; it counts until `forget` or `purge` takes it away."""
    session.add(LoginAttemptRow(account=account, address=address, at=at))


def forget(session: Session, account: str, address: str) -> None:
    """Take away the tries of the account from the address, after one that succeeded."""
    session.execute(delete(LoginAttemptRow).where(*_theirs(account, address)))


def purge(session: Session, *, until: datetime) -> None:
    """Take away every try at or before `until`."""
    session.execute(delete(LoginAttemptRow).where(LoginAttemptRow.at <= until))


def _theirs(account: str, address: str) -> tuple[ColumnElement[bool], ...]:
    return LoginAttemptRow.account == account, LoginAttemptRow.address == address
