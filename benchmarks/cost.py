"""What one page costs: statements, and in the service as it runs also processor time, rows and bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from benchmarks.deployment import Deployment, in_several_processes, plain, safe_database
from benchmarks.load import at_a_pace
from benchmarks.many import context_on, copy_open, open_each, prepare_on
from benchmarks.row import Row
from benchmarks.taking import Taking
from oncall.delivery.deliver import Delivery
from oncall.operations.context import Context

_PAGES, _A_SECOND = 1000, 50
_BATCH = 32
_MORE_OPEN = 10_000
_STATISTICS = "shared_preload_libraries=pg_stat_statements"
_STATEMENTS = "SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat%'"
_TABLES = ("incidents", "log_entries", "timers", "pages", "reply_codes", "messages", "sends", "recent_pages")
_SIZE = "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables"
_WRITTEN_AHEAD = "SELECT pg_current_wal_lsn() - '0/0'"
_POSTMASTER = "SELECT pg_backend_pid()"

Count = Callable[[Callable[[], object]], int]


def measure() -> Iterator[Row]:
    """Yield what was measured; takes about a minute, and reads /proc, so it needs Linux."""
    yield from _statements()
    with in_several_processes(_PAGES) as running:
        url = make_url(running.environment["ONCALL_DATABASE_URL"])
        with psycopg.connect(plain(url), autocommit=True) as connection:
            yield from _of_many(running, connection)


def _statements() -> Iterator[Row]:
    """Count what PostgreSQL is asked for one page, for one among many open incidents, and for many pages together."""
    with safe_database(_STATISTICS) as url:
        prepare_on(url, 2 * _BATCH + 3)
        with psycopg.connect(plain(url), autocommit=True) as connection, context_on(url) as context:
            connection.execute("CREATE EXTENSION pg_stat_statements")
            delivery = Delivery(context, [Taking()], _BATCH)
            first, *_ = open_each(context, range(1), "first")
            delivery.deliver_due()
            few = _counts(_counter(connection), context, delivery, range(1, 2))
            copy_open(url, [first], range(_MORE_OPEN))
            many = _counts(_counter(connection), context, delivery, range(2, 3))
            together = _counts(_counter(connection), context, delivery, range(3, 3 + _BATCH))
            delivery.stop()
    name = "statements of a page: its trigger; its claim, call and record; BEGIN and COMMIT included"
    yield Row(name, f"{few[0]}; {few[1]}", "fixed", f"with {_MORE_OPEN:,} more open: {many[0]}; {many[1]}")
    yield Row(f"the same of {_BATCH} pages to {_BATCH} people, due at once, a page", f"{together[1] / _BATCH:.1f}")


def _counter(connection: psycopg.Connection) -> Count:
    def statements_of(work: Callable[[], object]) -> int:
        connection.execute("SELECT pg_stat_statements_reset()")
        work()
        return _number(connection, _STATEMENTS)

    return statements_of


def _counts(count: Count, context: Context, delivery: Delivery, people: range) -> tuple[int, int]:
    """How many statements it took to open an incident for each of these people, and to page them."""
    return count(lambda: open_each(context, people, f"counted-{people.start}")), count(delivery.deliver_due)


def _of_many(running: Deployment, connection: psycopg.Connection) -> Iterator[Row]:
    """Page many people at a pace, and divide what that took in all processes by their number."""
    database = _number(connection, _POSTMASTER)
    groups = {
        "web": [running.running[0].process.pid],
        "worker": [one.process.pid for one in running.running[1:]],
        "PostgreSQL": [_parent(database)],
    }
    rows, stored, logged = _rows(connection), *_stored(connection)
    before = {name: _cpu_seconds(pids) for name, pids in groups.items()}
    at_a_pace(running.port, [running.trigger(person, f"cost-{person}") for person in range(_PAGES)], _A_SECOND)
    running.wait_for(_PAGES)
    took = {name: (_cpu_seconds(pids) - before[name]) / _PAGES * 1000 for name, pids in groups.items()}
    more, (stored_then, logged_then) = _rows(connection), _stored(connection)
    name = f"{running.name}: a page"
    parts = ", ".join(f"{name} {spent:.1f}" for name, spent in took.items())
    yield Row(f"{name}: processor time", f"{sum(took.values()):.1f} ms", "", parts)
    added = {table: (more[table] - rows[table]) / _PAGES for table in _TABLES}
    parts = ", ".join(f"{table} {count:.1f}" for table, count in added.items() if count)
    yield Row(f"{name}: rows", f"{sum(added.values()):.0f}", "", parts)
    size, log = ((then - at_first) / _PAGES / 1024 for at_first, then in ((stored, stored_then), (logged, logged_then)))
    yield Row(f"{name}: stored, indexes included", f"{size:.1f} KiB", "", f"write-ahead log: {log:.1f} KiB")


def _rows(connection: psycopg.Connection) -> dict[str, int]:
    return {table: _number(connection, f"SELECT count(*) FROM {table}") for table in _TABLES}  # noqa: S608  names of our own


def _stored(connection: psycopg.Connection) -> tuple[int, int]:
    """Bytes in tables and indexes, and bytes that were ever written ahead."""
    return _number(connection, _SIZE), _number(connection, _WRITTEN_AHEAD)


def _number(connection: psycopg.Connection, query: str) -> int:
    (found,) = connection.execute(query).fetchone() or (0,)
    return int(found)


def _cpu_seconds(pids: list[int]) -> float:
    """The processor time of processes and of all that they have started, what has ended included."""
    family = _with_children(set(pids))
    ticks = sum(sum(map(int, _fields(pid)[11:15])) for pid in family)
    return ticks / os.sysconf("SC_CLK_TCK")


def _with_children(pids: set[int]) -> set[int]:
    running = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    children = {pid for pid in running if pid not in pids and _parent(pid) in pids}
    return _with_children(pids | children) if children else pids


def _parent(pid: int) -> int:
    fields = _fields(pid)
    return int(fields[1]) if fields else 0


def _fields(pid: int) -> list[str]:
    """What /proc says of a process, from its state on; nothing where it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return text.rpartition(")")[2].split()
