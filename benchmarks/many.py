"""Databases with as many open incidents as one likes: copies of one that was opened as incidents are, made by the database itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import URL

from benchmarks.deployment import on, plain, prepare
from oncall.operations.context import Context
from oncall.operations.trigger import TriggerRequest, trigger
from oncall.store.base import Base
from tests.processes import Environment, environment, free_port
from tests.scenarios.beside import beside

# Ids of pages and messages begin with that of their incident; those of copies rise, which makes them much quicker to store.
_CHANGED: Mapping[str, Mapping[str, LiteralString]] = {
    "incidents": {
        "id": "new.id",
        "dedup_key": "new.id",
        "run": "replace(one.run::text, one.id, new.id)::json",
    },
    "pages": {"id": "replace(one.id, one.incident_id, new.id)", "incident_id": "new.id"},
    "messages": {
        "id": "replace(one.id, one.incident_id, new.id)",
        "page_id": "replace(one.page_id, one.incident_id, new.id)",
        "incident_id": "new.id",
        "state": "'sent'",
    },
    "timers": {
        "incident_id": "new.id",
        "due_at": "now() + interval '1 second' * (600 + mod(copy.number, 2592000))",
    },
}
_COPY = """
    INSERT INTO {table} ({names})
    SELECT {values} FROM {table} AS one CROSS JOIN generate_series(%s::int, %s::int) AS copy(number)
        CROSS JOIN LATERAL (SELECT left({incident}, 24) || lpad(to_hex(copy.number), 8, '0') AS id) AS new
    WHERE {incident} = ANY(%s)
"""


@contextmanager
def environment_on(url: URL) -> Iterator[Environment]:
    """Lend the environment of processes on a database; they find a home there."""
    with TemporaryDirectory(prefix="oncall-bench-") as name:
        yield environment(Path(name), free_port(), on(url))


def prepare_on(url: URL, people: int) -> None:
    """Make the tables in a database, and the services of so many people."""
    with environment_on(url) as known:
        prepare(known, people)


@contextmanager
def context_on(url: URL) -> Iterator[Context]:
    """Lend a context of this process on a database."""
    with environment_on(url) as known, beside(known) as context:
        yield context


def open_each(context: Context, people: range, key: str) -> list[str]:
    """Open an incident for each of these people, without a worker; their ids."""
    made = [
        TriggerRequest(f"s{person}", "disk full on node 7", "bench", dedup_key=f"{key}-{person}", severity="sev1")
        for person in people
    ]
    return [trigger(context, request).incident.id for request in made]


def copy_open(url: URL, incidents: Sequence[str], copies: range) -> None:
    """Add open incidents like each of these, whose messages are sent and whose timers fall due within the next month."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        # What they refer to is not looked up: it is what takes longest.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for table, changed in _CHANGED.items():
            connection.execute(_copied(table, changed), (copies.start, copies.stop - 1, list(incidents)))
            connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))


def _copied(table: str, changed: Mapping[str, LiteralString]) -> sql.Composed:
    # What the database numbers by itself is left out.
    known = Base.metadata.tables[table]
    names = [column.name for column in known.columns if column is not known.autoincrement_column]
    values = [sql.SQL(changed[name]) if name in changed else sql.Identifier("one", name) for name in names]
    return sql.SQL(_COPY).format(
        table=sql.Identifier(table),
        names=sql.SQL(", ").join(map(sql.Identifier, names)),
        values=sql.SQL(", ").join(values),
        incident=sql.Identifier("one", "id" if table == "incidents" else "incident_id"),
    )
