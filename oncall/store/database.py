"""One database, PostgreSQL or SQLite, behind two doors: read a snapshot, or write in one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from oncall.errors import BusyError, UnavailableError
from oncall.store.question import Asked, Rows, ask, ask_at_once
from oncall.store.transaction import Transaction

T = TypeVar("T")

_TRIES = 3
_SQLITE_BUSY_MS = 5000
_SNAPSHOT = "REPEATABLE READ"
_POSTGRES_LIMITS = "-c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=10000"
# A server that is gone without a word is noticed within seconds, not within hours.
_NOTICE_A_DEAD_SERVER = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# Serialization failure, deadlock, unique violation: somebody else was at the same thing, and a second look will see it.
# And a statement that was prepared on this connection until the driver, after a rollback, let go of all that were.
_RACES = frozenset({"40001", "40P01", "23505", "26000"})
# The server ended a transaction in which nothing came for too long: a process that was suspended must not keep its locks.
_STOOD_STILL = "25P03"
# A lock was waited for in vain.
_HELD = "55P03"
# A standby, which a failover is about to make the primary.
_ONLY_READS = "25006"


class _CutBeforeCommitError(Exception):
    """The connection was cut while work was being done: nothing of it is stored."""


class Database:
    """The connections of one process; hold one a process and `dispose` it at the end.

    PostgreSQL's pool has room for every sender's thread beside those of the web.
    """

    def __init__(self, url: str) -> None:
        self._engine = _sqlite(url) if make_url(url).get_backend_name() == "sqlite" else _postgres(url)
        self.is_sqlite = self._engine.dialect.name == "sqlite"
        self._write: Callable[[], Session] = (
            sessionmaker(self._engine, expire_on_commit=False) if self.is_sqlite else partial(Transaction, self._engine)
        )
        self._read = sessionmaker(_reading(self._engine), expire_on_commit=False, autoflush=False)
        # SQLite's own waiting is asleep and unfair; threads of one process queue here instead.
        self._writer: AbstractContextManager[object] = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Lend a session that sees one snapshot and changes nothing; raises UnavailableError when there is no database."""
        with _told_when_away(), self._read() as session:
            self._begin_to_read(session)
            yield session
            # Not rolled back, as nothing was changed: after a rollback the driver prepares every statement anew.
            session.commit()

    def ask(self, *asked: Asked) -> list[Rows]:
        """The rows of questions that change nothing, each by itself: for less than half of what `read` costs.

        Raises UnavailableError when there is no database.
        """
        if self.is_sqlite:
            with self.read() as session:
                return ask(session, *asked)
        with _told_when_away():
            return self._ask(asked)

    def _ask(self, asked: Sequence[Asked]) -> list[Rows]:
        try:
            return ask_at_once(self._engine, *asked)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        # It was cut since it was last used, as most likely were the others in the pool.
        self._engine.dispose()
        return ask_at_once(self._engine, *asked)

    def write(self, work: Callable[[Session], T]) -> T:
        """Do `work` in one transaction and return what it returns, after the commit.

        Where another transaction was in the way, or the connection turns out to be dead before the commit, `work` is done
        again from the start, so it must hold no effect but on its session. Raises UnavailableError when the database does not
        answer; then it is not known whether the commit happened. BusyError is one of them, of a lock that another held for
        too long: then nothing has happened.
        """
        tries = 0
        while True:
            tries += 1
            try:
                return self._once(work)
            except PoolTimeoutError as error:
                raise _unavailable() from error
            except _CutBeforeCommitError as error:
                # Whatever cut this one has most likely cut the others in the pool.
                self._engine.dispose()
                if tries > 1:
                    raise _unavailable() from error
            except DBAPIError as error:
                if _is_race(error) and tries < _TRIES:
                    continue
                ours = _in_our_words(error)
                if ours is None:
                    raise
                raise ours from error

    def _once(self, work: Callable[[Session], T]) -> T:
        with self._writer, self._write() as session:
            try:
                done = work(session)
                session.flush()
            except DBAPIError as error:
                if error.connection_invalidated and _sqlstate(error) != _STOOD_STILL:
                    raise _CutBeforeCommitError from error
                raise
            session.commit()
            return done

    def _begin_to_read(self, session: Session) -> None:
        """Begin on the session's connection, or in its place on a new one, where it was cut since it was last used."""
        if self.is_sqlite:
            return
        from oncall.store import pipeline  # noqa: PLC0415  loads the driver, which SQLite does without

        # Not left to the driver, which would wait for ever where a line is lost without a word.
        begin = [pipeline.Statement(f"BEGIN ISOLATION LEVEL {_SNAPSHOT} READ ONLY")]
        try:
            pipeline.run(pipeline.line_of(session.connection()), begin)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            session.rollback()
            self._engine.dispose()
            pipeline.run(pipeline.line_of(session.connection()), begin)

    def dispose(self) -> None:
        """Close every connection."""
        self._engine.dispose()


@contextmanager
def _told_when_away() -> Iterator[None]:
    """Raise UnavailableError in place of what says that there is no database."""
    try:
        yield
    except PoolTimeoutError as error:
        raise _unavailable() from error
    except DBAPIError as error:
        if _is_away(error):
            raise _unavailable() from error
        raise


def _is_race(error: DBAPIError) -> bool:
    return _sqlstate(error) in _RACES


def _in_our_words(error: DBAPIError) -> UnavailableError | None:
    if _sqlstate(error) == _HELD:
        return BusyError("somebody else is at the same: try again")
    return _unavailable() if _is_away(error) or _sqlstate(error) == _ONLY_READS else None


def _is_away(error: DBAPIError) -> bool:
    return isinstance(error, (OperationalError, InterfaceError)) or _sqlstate(error) == _STOOD_STILL


def _sqlstate(error: DBAPIError) -> object:
    return getattr(error.orig, "sqlstate", None)


def _unavailable() -> UnavailableError:
    return UnavailableError("the database does not answer: try again")


def _postgres(url: str) -> Engine:
    from oncall.store import pipeline  # noqa: PLC0415  loads the driver, which SQLite does without

    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=10,
        max_overflow=30,
        pool_timeout=4,
        connect_args={
            "connect_timeout": 3,
            "options": _POSTGRES_LIMITS,
            "application_name": "oncall",
            **_NOTICE_A_DEAD_SERVER,
        },
    )
    event.listen(engine, "rollback", pipeline.forget)
    return engine


def _reading(engine: Engine) -> Engine:
    if engine.dialect.name == "sqlite":
        return engine.execution_options(oncall_reading=True)
    return engine.execution_options(isolation_level=_SNAPSHOT, postgresql_readonly=True)


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, hide_parameters=True, pool_size=20, max_overflow=20, pool_timeout=4)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver opens no transactions of its own: `_begin_sqlite` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: with NORMAL a power cut may take the last commits, and a page with them.
    for pragma in (f"busy_timeout={_SQLITE_BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("oncall_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
