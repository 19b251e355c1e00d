"""Bring a database to this release's tables, and tell whether it is there."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from oncall.errors import UnavailableError
from oncall.store.index_ahead import build_ahead

if TYPE_CHECKING:
    from alembic.config import Config

_PACKAGE = Path(__file__).resolve().parents[1]
# In a wheel the scripts lie inside the package, in a checkout beside it.
_PLACES = (_PACKAGE / "migrations", _PACKAGE.parent / "migrations")
_LOCK = 7_214_026_001
_LOCKED = "55P03"
_LONGEST_WAIT_MS = 2000
_PAUSE_SECONDS = 3.0
_TRIES = 12


def upgrade(url: str, pause: Callable[[float], object] = time.sleep) -> None:
    """Apply every migration that the database at `url` has not had; makes SQLite's file where there is none.

    Of several processes at once one migrates and the others wait for it. All or nothing: a migration that fails leaves the
    database as it was, but for indexes. What works on the database meanwhile is never held up for long: a lock that is not had
    within two seconds is asked for again after a `pause` of some seconds, for about a minute. Raises UnavailableError when there
    is no database, or no such lock in all that time.
    """
    engine = _engine(url)
    try:
        for tries in range(1, _TRIES + 1):
            try:
                _migrate_once(engine)
            except OperationalError as error:
                if tries == _TRIES or getattr(error.orig, "sqlstate", None) != _LOCKED:
                    message = f"the database could not be migrated: {error.orig}"
                    raise UnavailableError(message) from error
            else:
                return
            pause(_PAUSE_SECONDS)
    finally:
        engine.dispose()


def is_current(session: Session) -> bool:
    """Whether the tables are those of this release, or of a later one that this release knows nothing of."""
    present, known = _present(session.connection()), revisions()
    return bool(present) and (present == {max(known)} or not present & known)


def config_for(connection: Connection) -> Config:
    """What Alembic needs to know to work on that connection."""
    from alembic.config import Config  # noqa: PLC0415  slow to import, and few starts migrate anything

    config = Config()
    config.set_main_option("script_location", str(_scripts()))
    config.attributes["connection"] = connection
    return config


@cache
def revisions() -> frozenset[str]:
    """The revisions that this release knows, as the names of their files begin; the greatest is the newest."""
    return frozenset(path.name.partition("_")[0] for path in (_scripts() / "versions").glob("[0-9]*.py"))


def _migrate_once(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            present = _present(connection)
        if present and present != {max(revisions())}:
            build_ahead(engine)
    with engine.begin() as connection:
        _migrate(connection)


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    if _present(connection) == {max(revisions())}:
        return
    from alembic import command  # noqa: PLC0415  as above

    command.upgrade(config_for(connection), "head")


def _present(connection: Connection) -> set[str]:
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.scalars(text("SELECT version_num FROM alembic_version")))


def _scripts() -> Path:
    return next(place for place in _PLACES if place.is_dir())


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        waits = {"connect_timeout": 3, "options": f"-c lock_timeout={_LONGEST_WAIT_MS}"}
        return create_engine(url, poolclass=NullPool, connect_args=waits)
    if parsed.database:
        Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(url, poolclass=NullPool)
    event.listen(engine, "connect", lambda connection, _record: setattr(connection, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine
