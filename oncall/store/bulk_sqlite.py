"""Rows of many tables on SQLite: there a statement costs next to nothing, so each table has its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from oncall.store.bulk import KEYS, ONLY_NEW, RETURNED, TABLES, WHERE, Part, Row, Written


def write(session: Session, parts: Mapping[Part, Sequence[Row]]) -> Written:
    """Write the rows of every part."""
    connection = session.connection()
    found = {part: _write(connection, part, rows) for part, rows in parts.items()}
    return Written(
        numbers={row.id: row.number for row in found.get(Part.OPENED, ())},
        places=[row.id for row in found.get(Part.LOG, ())],
        codes=Counter(row.page_id for row in found.get(Part.CODES, ())),
    )


def _write(connection: Connection, part: Part, rows: Sequence[Row]) -> list[Any]:
    statement, names = _statement(part, tuple(rows[0])), rows[0].keys()
    given = [tuple(_as_stored(row[name]) for name in names) for row in rows]
    if part in RETURNED:
        return [each for values in given for each in connection.exec_driver_sql(statement, values)]
    connection.exec_driver_sql(statement, given)
    return []


@cache
def _statement(part: Part, names: tuple[str, ...]) -> str:
    return _change(part, names) if part in KEYS else _insert(part, names)


def _insert(part: Part, names: Sequence[str]) -> str:
    columns, values = ", ".join(map(_quoted, names)), ", ".join("?" for _ in names)
    unless = " ON CONFLICT DO NOTHING" if part in ONLY_NEW else ""
    returning = f" RETURNING {', '.join(RETURNED[part])}" if part in RETURNED else ""
    return f"INSERT INTO {TABLES[part]} ({columns}) VALUES ({values}){unless}{returning}"


def _change(part: Part, names: Sequence[str]) -> str:
    table = TABLES[part]
    given = ", ".join(f"? AS {_quoted(name)}" for name in names)
    values = ", ".join(f"{_quoted(name)} = r.{_quoted(name)}" for name in names if name not in KEYS[part])
    which = " AND ".join(f"{table}.{_quoted(name)} = r.{_quoted(name)}" for name in KEYS[part])
    only = f" AND {WHERE[part]}" if part in WHERE else ""
    return f"UPDATE {table} SET {values} FROM (SELECT {given}) AS r WHERE {which}{only}"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _as_stored(value: object) -> object:
    """An instant in the words of SQLAlchemy's own type, which sort as the instants do."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value
