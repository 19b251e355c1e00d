"""Passwords and one-time links, as hashes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.store.base import Base
from oncall.store.users import UserRow


class CredentialRow(Base):
    """How a user logs in; sessions begun under another `generation` are over.

    `password_hash` is None for one who has used a link and set no password yet.
    """

    __tablename__ = "credentials"

    user_id: Mapped[str] = mapped_column(ForeignKey(UserRow.id, ondelete="CASCADE"), primary_key=True)
    password_hash: Mapped[str | None]
    generation: Mapped[int]
    changed_at: Mapped[datetime]


class LoginLinkRow(Base):
    """A link that logs a user in once, until `expires_at`."""

    __tablename__ = "login_links"

    hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey(UserRow.id, ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]


def credential(session: Session, user: str) -> CredentialRow | None:
    """How that user logs in; None for one who never has."""
    return session.get(CredentialRow, user)


def link(session: Session, hash_: str, now: datetime) -> str | None:
    """The user whom an unused link still logs in at `now`."""
    query = select(LoginLinkRow.user_id).where(LoginLinkRow.hash == hash_, LoginLinkRow.expires_at > now)
    return session.scalar(query)


def take_link(session: Session, hash_: str, now: datetime) -> str | None:
    """Use a link up and return its user; None for one that was used already or is too old."""
    mine = delete(LoginLinkRow).where(LoginLinkRow.hash == hash_, LoginLinkRow.expires_at > now)
    return session.scalar(mine.returning(LoginLinkRow.user_id))


def forget_links(session: Session, user: str) -> None:
    """Make every link of a user useless."""
    session.execute(delete(LoginLinkRow).where(LoginLinkRow.user_id == user))
