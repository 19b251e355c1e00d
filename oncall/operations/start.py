"""What a process checks before it works: that the database answers, fits this release, and knows our key."""

from __future__ import annotations

from oncall.errors import UnavailableError
from oncall.operations.context import Context
from oncall.store import key_check
from oncall.store.migrate import is_current


def require_ready(context: Context) -> None:
    """Raise UnavailableError when the tables are not this release's, SettingsError when the secret key is the wrong one."""
    with context.database.read() as session:
        if not is_current(session):
            raise UnavailableError("the database needs migrations first: run `oncall db upgrade`")
    context.database.write(lambda session: key_check.check(session, context.cipher))
