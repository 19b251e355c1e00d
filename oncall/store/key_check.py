"""A sealed word by which a wrong secret key is noticed at the start and not at night."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.errors import SettingsError, UnreadableError
from oncall.store.base import Base
from oncall.store.cipher import Cipher

_WORD = "oncall"
_ONLY = 1


class KeyCheckRow(Base):
    """The word, sealed with the first key that this database was used with."""

    __tablename__ = "key_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[str]


def check(session: Session, cipher: Cipher) -> bool:
    """Whether the word is kept; raises SettingsError when it is and no key opens it."""
    row = session.get(KeyCheckRow, _ONLY)
    if row is None:
        return False
    try:
        cipher.open(row.sealed)
    except UnreadableError as error:
        message = "this database was used with another key: give that one, after the new one and a comma"
        raise SettingsError("ONCALL_SECRET_KEY", message) from error
    return True


def keep(session: Session, cipher: Cipher) -> None:
    """Keep the word, sealed with the first key; raises IntegrityError when it is kept already."""
    session.add(KeyCheckRow(id=_ONLY, sealed=cipher.seal(_WORD)))
