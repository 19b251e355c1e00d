"""Log in by password: a few tries an account and address, so that guessing is slow and locks nobody else out."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from oncall.domain.directory import User
from oncall.errors import RefusedError, UnauthenticatedError
from oncall.operations import logins
from oncall.operations.context import Context
from oncall.store import login_attempts

MOST_TRIES = 10
WINDOW = timedelta(minutes=15)
_LONGEST_NAME = 200


def log_in(context: Context, name: str, password: str, *, address: str) -> User:
    """The user with that id or e-mail and that password; `address` is where the request came from.

    Raises UnauthenticatedError, the same for a wrong password as for an unknown name. After MOST_TRIES failures within
    WINDOW from one address further tries of that account from there raise RefusedError, a right password too; from any
    other address the account is not affected.
    """
    user = _named(context, name)
    account = user.id if user else name.replace("\0", "").strip().lower()[:_LONGEST_NAME]
    if not context.database.write(partial(_may_try, account, address, context.clock.now())):
        raise RefusedError(f"too many tries: wait {WINDOW // timedelta(minutes=1)} minutes, or ask for a log-in link")
    if not logins.check_password(context, user.id if user else None, password) or user is None:
        raise UnauthenticatedError("there is no account with that name and that password")
    context.database.write(partial(_forget, account, address))
    return user


def _named(context: Context, name: str) -> User | None:
    wanted = name.strip().lower()
    with context.database.read() as session:
        users = context.directory(session).users
    by_email = (user for user in users.values() if wanted and user.email and user.email.lower() == wanted)
    return users.get(wanted) or next(by_email, None)


def _may_try(account: str, address: str, now: datetime, session: Session) -> bool:
    """Count this try before its password is looked at, which takes long, so that tries made meanwhile count too."""
    login_attempts.purge(session, until=now - WINDOW)
    if login_attempts.count(session, account, address, since=now - WINDOW) >= MOST_TRIES:
        return False
    login_attempts.add(session, account, address, now)
    return True


def _forget(account: str, address: str, session: Session) -> None:
    login_attempts.forget(session, account, address)
