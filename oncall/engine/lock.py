"""One engine a SQLite database: a lock on a file beside it, which the kernel gives up with the process."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from oncall.errors import RefusedError


@contextmanager
def only_engine(database_url: str) -> Iterator[None]:
    """Keep every other process from running the engine on the same SQLite database; on PostgreSQL many may.

    Raises RefusedError when another process runs it.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    path = Path(f"{url.database}.engine-lock")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another process runs the engine on this database ({path}): stop it, or use PostgreSQL"
            raise RefusedError(message) from error
        yield
