"""API tokens: only their hashes are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, bindparam, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.domain.directory import Role
from oncall.store.base import Base
from oncall.store.configuration_version import ConfigurationRow
from oncall.store.database import Database
from oncall.store.question import Question
from oncall.store.users import UserRow


class TokenRow(Base):
    """One token; `prefix` is its beginning, by which people recognise it."""

    __tablename__ = "tokens"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    user_id: Mapped[str | None] = mapped_column(ForeignKey(UserRow.id, ondelete="CASCADE"))
    prefix: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What may be shown of a token; `user` is None for one that belongs to a named system."""

    id: int
    name: str
    role: Role
    user: str | None
    prefix: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TokenUsed:
    """Of a token what whoever is asked by it has to know; `version` is that of the configuration which held when it was looked for."""

    name: str
    role: Role
    user: str | None
    version: int


_BY_HASH = Question(
    lambda: select(
        TokenRow.name,
        TokenRow.role,
        TokenRow.user_id,
        func.coalesce(select(ConfigurationRow.version).scalar_subquery(), 0),
    ).where(TokenRow.hash == bindparam("hash"))
)


def used(database: Database, hash_: str) -> TokenUsed | None:
    """What the token with that hash stands for, None when there is none or it was revoked; asked at every request."""
    [rows] = database.ask(_BY_HASH.by(hash=hash_))
    return next((TokenUsed(name, Role(role), user, version) for name, role, user, version in rows), None)


def by_name(session: Session, name: str) -> TokenRecord | None:
    """The token of that name, None when there is none."""
    row = session.scalars(select(TokenRow).where(TokenRow.name == name)).one_or_none()
    return _record(row) if row else None


def list_tokens(session: Session) -> tuple[TokenRecord, ...]:
    """Every token, in the order in which they were made."""
    return tuple(_record(row) for row in session.scalars(select(TokenRow).order_by(TokenRow.id)))


def remove(session: Session, id_: int) -> bool:
    """Forget a token; False when there is none of that id."""
    return session.scalar(delete(TokenRow).where(TokenRow.id == id_).returning(TokenRow.id)) is not None


def _record(row: TokenRow) -> TokenRecord:
    return TokenRecord(row.id, row.name, Role(row.role), row.user_id, row.prefix, row.created_at)
