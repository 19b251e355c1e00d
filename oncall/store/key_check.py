"""A sealed word by which a wrong secret key is noticed at the start and not at night."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.errors import SettingsError, UnreadableError
from oncall.store.base import Base
from oncall.store.cipher import Cipher

_WORD = "oncall"


class KeyCheckRow(Base):
    """The word, sealed with the first key that this database was used with."""

    __tablename__ = "key_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[str]


def is_kept(session: Session) -> bool:
    """Whether the word has been stored."""
    return session.get(KeyCheckRow, 1) is not None


def check(session: Session, cipher: Cipher) -> None:
    """Store the word at the first start; at later ones raise SettingsError when no key opens it."""
    row = session.scalars(select(KeyCheckRow).where(KeyCheckRow.id == 1).with_for_update()).one_or_none()
    if row is None:
        session.add(KeyCheckRow(id=1, sealed=cipher.seal(_WORD)))
        return
    try:
        cipher.open(row.sealed)
    except UnreadableError as error:
        message = "this database was used with another key: give that one, after the new one and a comma"
        raise SettingsError("ONCALL_SECRET_KEY", message) from error
