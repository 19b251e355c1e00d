"""What a claim of a hundred costs, beside the bare statement, and with a million open incidents beside ten thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median
from time import perf_counter
from uuid import uuid4

import psycopg
from sqlalchemy import URL

from benchmarks.deployment import plain
from benchmarks.many import context_on, copy_open, open_each, prepare_on
from benchmarks.row import Row, milliseconds
from oncall.operations.claim import claim_messages
from oncall.operations.context import Context
from oncall.operations.fire import claim_timers
from oncall.store.messages import Types
from tests.servers.postgres import SAFE, run_postgres

_BATCH = 100
_BATCHES = 10
_DUE = _BATCH * _BATCHES
_FEW, _MANY = 10_000, 1_000_000
_TEXTS = Types(of=frozenset({"sms"}))
_ROOM = ("max_wal_size=8GB", "checkpoint_timeout=1h", "shared_buffers=512MB")

# The least that a claim does: it marks rows for itself that nobody else has, in the order in which they fell due.
_BARE = """
    UPDATE {table} SET lease = %s, lease_until = now() + interval '30 seconds' {more} WHERE id IN (
        SELECT id FROM {table} WHERE {free} AND due_at <= %s ORDER BY due_at LIMIT 100 FOR UPDATE SKIP LOCKED
    ) RETURNING *
"""


def measure() -> Iterator[Row]:
    """Yield what was measured; takes about two minutes, the most of which to make a million incidents."""
    with _databases() as (few, many), context_on(few) as small, context_on(many) as large:
        for name, ours, bare in (
            ("timers", _claim_timers, _bare(few, "timers", "failure IS NULL AND lease_until IS NULL", "")),
            ("pages", _claim_pages, _bare(few, "messages", "state = 'pending'", ", state = 'sending'")),
        ):
            yield from _compared(name, partial(ours, small), partial(ours, large), bare)


def _compared(name: str, few: Callable[[], int], many: Callable[[], int], bare: Callable[[], int]) -> Iterator[Row]:
    took = [[_timed(claim) for claim in (few, many, bare)] for _ in range(_BATCHES)]
    of_few, of_many, of_bare = (median(batch[place] for batch in took[1:]) for place in range(3))
    rate, bare_rate = (f"{_BATCH / seconds:,.0f} a second" for seconds in (of_few, of_bare))
    what = f"{name} claimed by one worker in batches of {_BATCH}, {_FEW:,} incidents open"
    yield Row(what, rate, "", f"the bare statement: {bare_rate}", f"{of_bare / of_few:.2f}, goal 0.5")
    what = f"a batch of {name} claimed, {_MANY:,} incidents open"
    beside = f"{_FEW:,} open: {milliseconds(of_few)}"
    yield Row(what, milliseconds(of_many), "", beside, f"{of_many / of_few:.2f}, goal < 1.5")


def _timed(claim: Callable[[], int]) -> float:
    began = perf_counter()
    claimed = claim()
    took = perf_counter() - began
    assert claimed == _BATCH, f"{claimed} claimed instead of {_BATCH}"
    return took


def _claim_timers(context: Context) -> int:
    return len(claim_timers(context, uuid4().hex, _BATCH))


def _claim_pages(context: Context) -> int:
    return len(claim_messages(context, "twilio", _TEXTS, _BATCH))


def _bare(url: URL, table: str, free: str, more: str) -> Callable[[], int]:
    """The bare statement on a copy of the table as it now is."""
    connection = psycopg.connect(plain(url), autocommit=True, prepare_threshold=1)
    connection.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
    connection.execute(f"INSERT INTO bare_{table} SELECT * FROM {table}")  # noqa: S608  a name of our own
    connection.execute(f"VACUUM ANALYZE bare_{table}")
    statement = _BARE.format(table=f"bare_{table}", free=free, more=more)
    (now,) = connection.execute("SELECT now()").fetchone() or (None,)
    return lambda: len(connection.execute(statement, (uuid4().hex, now)).fetchall())


@contextmanager
def _databases() -> Iterator[tuple[URL, URL]]:
    """Lend two databases in which the same is due, of which one has a hundred times as many open incidents."""
    with run_postgres((*SAFE, *_ROOM)) as postgres, postgres.database() as few:
        prepare_on(few, _DUE)
        with context_on(few) as context:
            first, *_ = open_each(context, range(_DUE), "claimed")
        with psycopg.connect(plain(few)) as connection:
            connection.execute("UPDATE timers SET due_at = now()")
        copy_open(few, [first], range(_FEW - _DUE))
        with postgres.database(template=str(few.database)) as many:
            copy_open(many, [first], range(_FEW, _MANY))
            yield few, many
