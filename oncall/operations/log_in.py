"""Log in by password: a few tries a name and address, so that guessing is slow and locks nobody else out."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from oncall.domain.directory import User
from oncall.errors import RefusedError
from oncall.operations import logins
from oncall.operations.context import Context
from oncall.store import login_attempts

MOST_TRIES = 10
WINDOW = timedelta(minutes=15)
_LONGEST_NAME = 200


def log_in(context: Context, name: str, password: str, *, address: str) -> User:
    """The user with that id or e-mail and that password; `address` is where the request came from.

    Raises UnauthenticatedError, the same for a wrong password as for an unknown name. After MOST_TRIES failures within
    WINDOW from one address further tries of that name from there raise RefusedError, a right password too; from any other
    address the account is not affected.
    """
    tried = name.replace("\0", "").strip().lower()[:_LONGEST_NAME]
    if not context.database.write(partial(_may_try, tried, address, context.clock.now())):
        raise RefusedError(f"too many tries: wait {WINDOW // timedelta(minutes=1)} minutes, or ask for a log-in link")
    user = logins.check_password(context, name, password)
    context.database.write(partial(_forget, tried, address))
    return user


def _may_try(name: str, address: str, now: datetime, session: Session) -> bool:
    """Count this try before its password is looked at, so that many at once count too."""
    login_attempts.purge(session, until=now - WINDOW)
    if login_attempts.count(session, name, address, since=now - WINDOW) >= MOST_TRIES:
        return False
    login_attempts.add(session, name, address, now)
    return True


def _forget(name: str, address: str, session: Session) -> None:
    login_attempts.forget(session, name, address)
