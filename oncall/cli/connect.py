"""How a command reaches the database: the environment is read here, and nowhere else in this package."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from oncall.clock import SystemClock
from oncall.doorbell import SilentDoorbell
from oncall.errors import RefusedError
from oncall.operations.context import Context
from oncall.settings import from_env
from oncall.store import migrate
from oncall.store.cipher import Cipher
from oncall.store.database import Database


@contextmanager
def connected(data: Path | None) -> Iterator[Context]:
    """Lend the context of a command that works beside the service; an embedded database that is not there yet is made.

    Raises RefusedError where the database has other tables than this release's.
    """
    settings = from_env(os.environ, data=data)
    _make_embedded(settings.database_url)
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            current = migrate.is_current(session)
        if not current:
            raise RefusedError("the database has not this release's tables: run `oncall db upgrade` first")
        cipher = Cipher(settings.secret_keys)
        yield Context(database, SystemClock(), SilentDoorbell(), cipher, settings.public_url)
    finally:
        database.dispose()


def _make_embedded(database_url: str) -> None:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        migrate.upgrade(database_url)
