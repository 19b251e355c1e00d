"""How a command reaches the database: the environment is read here, and nowhere else in this package."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from oncall.clock import SystemClock
from oncall.doorbell import SilentDoorbell
from oncall.operations.context import Context, open_context
from oncall.operations.start import require_ready
from oncall.settings import Settings, from_env
from oncall.store import migrate


def settings_for(data: Path | None, public_url: str | None = None, *, only: Collection[str] | None = None) -> Settings:
    """What the environment says; `public_url` is how people reach the service where it does not say.

    With `only`, no variable counts but those.
    """
    environ = {name: value for name, value in os.environ.items() if only is None or name in only}
    return from_env(environ, data=data, public_url=public_url)


@contextmanager
def connected(data: Path | None) -> Iterator[Context]:
    """Lend the context of a command that works beside the service; an embedded database that is not there yet is made.

    Raises UnavailableError where the database does not answer or has other tables than this release's, SettingsError where
    the secret key is another than the database knows.
    """
    settings = settings_for(data)
    _make_embedded(settings.database_url)
    context = open_context(settings, SystemClock(), SilentDoorbell())
    try:
        require_ready(context)
        yield context
    finally:
        context.database.dispose()


def _make_embedded(database_url: str) -> None:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        migrate.upgrade(database_url)
