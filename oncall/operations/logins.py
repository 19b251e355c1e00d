"""How people log in: a one-time link for the first time, a password after that."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from oncall.domain.directory import Directory, User
from oncall.errors import NotFoundError
from oncall.operations.context import Context
from oncall.operations.secrets import digest, random_secret
from oncall.store import logins
from oncall.store.logins import CredentialRow, LoginLinkRow

LINK_LIFETIME = timedelta(hours=24)
"""How long an unused link works."""

_LINK_LENGTH = 43
_NEVER = "never"


def create_login_link(context: Context, user: str) -> str:
    """Make an address that logs a user in once, within a day; raises NotFoundError."""
    secret = random_secret(_LINK_LENGTH)
    now = context.clock.now()

    def work(session: Session) -> None:
        _require_user(context.directory(session), user)
        session.add(LoginLinkRow(hash=digest(secret), user_id=user, expires_at=now + LINK_LIFETIME))

    context.database.write(work)
    return f"{context.public_url}/login/link/{secret}"


def use_login_link(context: Context, secret: str) -> User:
    """Use a link up and return its user; raises NotFoundError for one that is unknown, used or too old."""
    now = context.clock.now()

    def work(session: Session) -> User:
        user = logins.take_link(session, digest(secret), now)
        if user is None:
            raise NotFoundError("this link was used already or is too old: ask for another one")
        found = _require_user(context.directory(session), user)
        if logins.credential(session, user) is None:
            session.add(CredentialRow(user_id=user, password_hash=None, generation=0, changed_at=now))
        return found

    return context.database.write(work)


def set_password(context: Context, user: str, password: str) -> None:
    """Set a user's password; every session and link from before is useless once this returns. Raises NotFoundError."""
    hashed = _hasher().hash(password)
    now = context.clock.now()

    def work(session: Session) -> None:
        _require_user(context.directory(session), user)
        _change(session, user, hashed, now)
        logins.forget_links(session, user)

    context.database.write(work)


def check_password(context: Context, user: str | None, password: str) -> bool:
    """Whether this is the user's password; it takes as long for a user who does not exist, or has none."""
    with context.database.read() as session:
        credential = logins.credential(session, user) if user is not None else None
    stored = credential.password_hash if credential else None
    return _fits(stored or _hash_of_nobody(), password) and stored is not None


def session_stamp(context: Context, user: str) -> str:
    """What a session must have been begun under to be good still: it changes with the password.

    It is another for a later user of the same id, so what somebody who left still holds opens nothing of theirs.
    """
    with context.database.read() as session:
        credential = logins.credential(session, user)
    return f"{credential.generation}.{credential.changed_at.timestamp()}" if credential else _NEVER


def _change(session: Session, user: str, hashed: str, now: datetime) -> None:
    credential = logins.credential(session, user)
    if credential is None:
        session.add(CredentialRow(user_id=user, password_hash=hashed, generation=1, changed_at=now))
        return
    credential.password_hash, credential.changed_at = hashed, now
    credential.generation += 1


def _require_user(directory: Directory, user: str) -> User:
    found = directory.users.get(user)
    if found is None:
        message = f"there is no user {user!r}; there are: {', '.join(directory.users) or 'none'}"
        raise NotFoundError(message)
    return found


def _fits(stored: str, password: str) -> bool:
    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _hash_of_nobody() -> str:
    """A hash to try where there is none, so that an unknown user takes as long as a wrong password."""
    return _hasher().hash(random_secret(_LINK_LENGTH))
