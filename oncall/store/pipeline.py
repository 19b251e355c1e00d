"""Several statements to PostgreSQL in one way there and back.

What a statement costs is less its work than its way: a call to send, a wait, and two processes that wake each other. The
driver's own pipeline still sends each by itself, so this speaks to libpq (https://www.postgresql.org/docs/current/libpq-pipeline-mode.html)
by the driver's `pq` module, on a connection of SQLAlchemy's pool.
"""

from __future__ import annotations

import itertools
import select
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection, Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError

_NOT_PREPARED = "26000"
_NAMES, _NUMBERS = "oncall_prepared", "oncall_prepared_numbers"
_DONE = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK})
# The server gives up a statement after ten seconds: whoever hears nothing for longer hears nothing at all.
_LONGEST_MS = 15_000
_READ, _BOTH = select.POLLIN, select.POLLIN | select.POLLOUT


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, with `$1` and so on in the place of its parameters, which are text or None."""

    text: str
    given: tuple[str | None, ...] = ()


Rows = list[tuple[str | None, ...]]

BEGIN, COMMIT = Statement("BEGIN"), Statement("COMMIT")
_ROLLBACK = Statement("ROLLBACK")


@dataclass(frozen=True, slots=True)
class Line:
    """A connection that was taken out of the engine's pool, and how it is let go of once it is lost."""

    engine: Engine
    taken: PoolProxiedConnection
    invalidate: Callable[[BaseException], None]


def open_line(engine: Engine) -> Line:
    """Take a connection out of the pool; raises OperationalError without a server."""
    try:
        taken = engine.raw_connection()
    except psycopg.Error as error:
        raise _as_sqlalchemy(engine, error, is_lost=False) from error
    return Line(engine, taken, taken.invalidate)


def line_of(connection: Connection) -> Line:
    """The line that SQLAlchemy has taken itself."""
    return Line(connection.engine, connection.connection, connection.invalidate)


def run(line: Line, statements: Sequence[Statement]) -> list[Rows]:
    """Run the statements in order, and return the rows of each, every value as text.

    The first that fails is raised as SQLAlchemy would raise it, and those after it are not done. Each is prepared once a
    connection. Without a BEGIN, now or before, what they do is done for good together.
    """
    pgconn = _spoken(line.taken)
    names = _names(line, statements)
    try:
        return _run(pgconn, statements, names)
    except psycopg.Error as error:
        # Of those that were to be prepared nobody knows which are, nor of any where the driver let go of all.
        are_gone = error.sqlstate == _NOT_PREPARED
        known = line.taken.info[_NAMES]
        for statement, (_, is_new) in zip(statements, names, strict=True):
            if is_new or are_gone:
                known.pop(statement.text, None)
        is_lost = pgconn.status != ConnStatus.OK
        if is_lost:
            line.invalidate(error)
        raise _as_sqlalchemy(line.engine, error, is_lost=is_lost) from error


def has_begun(line: Line) -> bool:
    """Whether the server is within a transaction on that line."""
    return _spoken(line.taken).transaction_status != TransactionStatus.IDLE


def commit(line: Line) -> None:
    """Commit what was begun; raises as `run` does."""
    if has_begun(line):
        run(line, [COMMIT])


def close(line: Line) -> None:
    """Give the connection back to the pool; what was begun and not committed is rolled back.

    Not by the driver, which lets go of all prepared statements with a rollback: the next try would prepare them anew.
    """
    try:
        if line.taken.is_valid and has_begun(line):
            run(line, [_ROLLBACK])
    except DBAPIError:
        # Then the pool rolls back, or lets go of what is lost.
        if line.taken.is_valid:
            line.taken.info.pop(_NAMES, None)
    finally:
        line.taken.close()


def forget(connection: Connection) -> None:
    """Take nothing for prepared any more on a connection: to be called at each rollback, with which the driver lets go of all."""
    if not connection.invalidated:
        connection.info.pop(_NAMES, None)


def _spoken(taken: PoolProxiedConnection) -> PGconn:
    spoken: PGconn = taken.driver_connection.pgconn  # type: ignore[union-attr]  # one that was taken out has a driver's
    return spoken


def _run(pgconn: PGconn, statements: Sequence[Statement], names: Sequence[tuple[bytes, bool]]) -> list[Rows]:
    pgconn.enter_pipeline_mode()
    for statement, (name, is_new) in zip(statements, names, strict=True):
        if is_new:
            pgconn.send_prepare(name, statement.text.encode())
        pgconn.send_query_prepared(name, [value if value is None else value.encode() for value in statement.given])
    pgconn.pipeline_sync()
    _flush(pgconn)
    results = list(_results(pgconn))
    pgconn.exit_pipeline_mode()
    failed = next((result for result in results if result.status not in _DONE), None)
    if failed is not None:
        raise error_from_result(failed)
    of_statements = iter(results)
    found = []
    for _, is_new in names:
        if is_new:
            next(of_statements)
        found.append(_rows(next(of_statements)))
    return found


def _names(line: Line, statements: Sequence[Statement]) -> list[tuple[bytes, bool]]:
    """The name under which this connection has each statement prepared, and whether that is yet to be done."""
    info = line.taken.info
    known: dict[str, bytes] = info.setdefault(_NAMES, {})
    numbers = info.setdefault(_NUMBERS, itertools.count())
    asked = line.engine.dispatch.before_cursor_execute
    named = []
    for statement in statements:
        asked(line.engine, None, statement.text, statement.given, None, False)  # noqa: FBT003  as SQLAlchemy tells whoever counts statements
        name = known.get(statement.text)
        is_new = name is None
        if name is None:
            name = known[statement.text] = f"oncall_{next(numbers)}".encode()
        named.append((name, is_new))
    return named


def _flush(pgconn: PGconn) -> None:
    while pgconn.flush():
        if _wait(pgconn, _BOTH) & select.POLLIN:
            pgconn.consume_input()


def _results(pgconn: PGconn) -> Iterator[PGresult]:
    while True:
        while pgconn.is_busy():
            _wait(pgconn, _READ)
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            if pgconn.status != ConnStatus.OK:
                raise psycopg.OperationalError("the connection was lost")
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return
        yield result


def _wait(pgconn: PGconn, events: int) -> int:
    poll = select.poll()
    poll.register(pgconn.socket, events)
    ready = poll.poll(_LONGEST_MS)
    if not ready:
        pgconn.finish()
        raise psycopg.OperationalError("the server does not answer")
    return ready[0][1]


def _rows(result: PGresult) -> Rows:
    columns = range(result.nfields)
    return [tuple([_text(result.get_value(row, column)) for column in columns]) for row in range(result.ntuples)]


def _text(value: bytes | None) -> str | None:
    return value.decode() if value is not None else None


def _as_sqlalchemy(engine: Engine, error: psycopg.Error, *, is_lost: bool) -> BaseException:
    return DBAPIError.instance(
        None,
        None,
        error,
        psycopg.Error,
        hide_parameters=True,
        connection_invalidated=is_lost,
        dialect=engine.dialect,
    )
