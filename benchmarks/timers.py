"""How late timers fire: 100,000 wait, and 200 fall due each second, of which each is a step that pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import URL

from benchmarks.deployment import account, plain, safe_database
from benchmarks.many import context_on, copy_open, environment_on, open_each, prepare_on
from benchmarks.row import Row, at, milliseconds
from benchmarks.vendor import Vendor, run_vendor
from tests.processes import started, worker
from tests.servers import run_valkey

_PENDING = 100_000
_A_SECOND, _SECONDS = 200, 10
_PEOPLE = 200
_DUE = _A_SECOND * _SECONDS
_PATIENCE_SECONDS = 60.0

_LET_FALL_DUE = """
    CREATE TABLE measured AS
        SELECT id, incident_id,
            now() + interval '3 seconds' + row_number() OVER (ORDER BY id) * interval '1 second' / %s::int AS due_at
        FROM timers ORDER BY id LIMIT %s::int OFFSET %s::int
"""
# The instants are those of the commits, by the clock of the database, which is this machine's.
_LATE = """
    SELECT extract(epoch FROM min(pg_xact_commit_timestamp(entry.xmin)) - measured.due_at)::float
    FROM measured JOIN log_entries AS entry USING (incident_id) GROUP BY measured.id, measured.due_at
"""


def measure() -> list[Row]:
    """Return what was measured; takes about a minute."""
    with _prepared() as url, _worker(url) as taking, psycopg.connect(plain(url), autocommit=True) as connection:
        _wait_until(lambda: taking.count() >= _PEOPLE)
        connection.execute(_LET_FALL_DUE, (_A_SECOND, _DUE, _PEOPLE))
        connection.execute("UPDATE timers SET due_at = measured.due_at FROM measured WHERE timers.id = measured.id")
        _wait_until(lambda: len(_late(connection)) >= _DUE)
        late = _late(connection)
    name = f"timers, {_PENDING:,} pending, {_A_SECOND} due a second for {_SECONDS} seconds: late by"
    figure = (
        f"p50 {milliseconds(at(late, 50))}, p99 {milliseconds(at(late, 99))}, the earliest {milliseconds(min(late))}"
    )
    return [Row(name, figure, "p99 < 20 ms, none early")]


def _late(connection: psycopg.Connection) -> list[float]:
    return [float(row[0]) for row in connection.execute(_LATE)]


@contextmanager
def _prepared() -> Iterator[URL]:
    """Lend a database in which the first pages are due, and timers that are not: copies, of which some will fall due."""
    with safe_database("track_commit_timestamp=on") as url:
        prepare_on(url, _PEOPLE)
        with context_on(url) as context:
            opened = open_each(context, range(_PEOPLE), "timed")
        copy_open(url, opened, range(_DUE // _PEOPLE))
        copy_open(url, opened[:1], range(_DUE, _DUE + _PENDING))
        yield url


@contextmanager
def _worker(url: URL) -> Iterator[Vendor]:
    with run_valkey() as valkey, run_vendor() as taking, environment_on(url) as known:
        more = {**account(taking), "ONCALL_REDIS_URL": valkey.url}
        with started({**known, **more}, Path(known["ONCALL_DATA"]), worker()):
            yield taking


def _wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the worker does not get on")
        time.sleep(0.1)
