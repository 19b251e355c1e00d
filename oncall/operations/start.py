"""What a process checks before it works: that the database answers, fits this release, and knows our key."""

from __future__ import annotations

from functools import partial

from sqlalchemy.orm import Session

from oncall.errors import UnavailableError
from oncall.operations.context import Context
from oncall.store import key_check
from oncall.store.migrate import is_current


def require_ready(context: Context) -> None:
    """Raise UnavailableError when the tables are not this release's, SettingsError when the secret key is the wrong one."""
    with context.database.read() as session:
        if not is_current(session):
            raise UnavailableError("the database needs migrations first: run `oncall db upgrade`")
        known = key_check.check(session, context.cipher)
    if not known:
        context.database.write(partial(_keep, context))


def get_ready(context: Context) -> None:
    """Require the same, and read the whole configuration: so what is asked first waits no longer than what is asked later."""
    require_ready(context)
    with context.database.read() as session:
        context.directory(session)


def _keep(context: Context, session: Session) -> None:
    if not key_check.check(session, context.cipher):
        key_check.keep(session, context.cipher)
