"""Rows of many tables in one statement: on PostgreSQL what a trigger stores costs one way to the server and back, and one plan.

Seven statements took four times as long, most of it in the driver and in waiting; here each table's rows travel as one JSON
array, and the server makes rows of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import JSON, Boolean, DateTime, Integer, SmallInteger
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from oncall.errors import UnavailableError
from oncall.store import pipeline
from oncall.store.base import Base
from oncall.store.bulk import KEYS, ONLY_NEW, RETURNED, TABLES, WHERE, Part, Row, Written
from oncall.store.pipeline import Statement
from oncall.store.transaction import line_of
from oncall.store.types import UTCDateTime

_SQL_TYPES = (
    (JSON, "text"),
    (UTCDateTime, "timestamptz"),
    (DateTime, "timestamptz"),
    (Boolean, "boolean"),
    (SmallInteger, "smallint"),
    (Integer, "integer"),
)


def write(session: Session, parts: Mapping[Part, Sequence[Row]]) -> Written:
    """Write the rows of every part, in one statement."""
    return _written(pipeline.run(line_of(session), [_statement_for(parts)])[0])


def write_and_commit(session: Session, parts: Mapping[Part, Sequence[Row]]) -> Written:
    """The same, and commit on the same way to the server; the session's own commit then finds nothing to do.

    Raises UnavailableError where the connection is lost meanwhile: nobody knows then whether it is stored.
    """
    try:
        return _written(pipeline.run(line_of(session), [_statement_for(parts), pipeline.COMMIT])[0])
    except DBAPIError as error:
        if error.connection_invalidated:
            raise UnavailableError("the database does not answer: try again") from error
        raise


def _statement_for(parts: Mapping[Part, Sequence[Row]]) -> Statement:
    text = _statement(tuple((part, tuple(rows[0])) for part, rows in parts.items()))
    return Statement(text, tuple(_as_json(rows) for rows in parts.values()))


def _written(found: Sequence[tuple[str | None, ...]]) -> Written:
    return Written(
        numbers={str(name): int(number or 0) for part, name, number in found if part == Part.OPENED},
        places=sorted(int(number or 0) for part, _, number in found if part == Part.LOG),
        codes=Counter(str(name) for part, name, _ in found if part == Part.CODES),
    )


@cache
def _statement(parts: tuple[tuple[Part, tuple[str, ...]], ...]) -> str:
    """The statement for rows of those columns; for each part it takes one JSON array."""
    written = ", ".join(f"{part} AS ({_words(part, names, place)})" for place, (part, names) in enumerate(parts, 1))
    asked = [_asked(part) for part, _ in parts if part in RETURNED]
    return f"WITH {written} " + (" UNION ALL ".join(asked) or "SELECT NULL, NULL, NULL WHERE false")


def _words(part: Part, names: Sequence[str], place: int) -> str:
    given = ", ".join(f"{_quoted(name)} {_type(part, name)}" for name in names)
    rows = f"json_to_recordset(${place}::json) AS r({given})"
    return (_change if part in KEYS else _insert)(part, names, rows)


def _insert(part: Part, names: Sequence[str], rows: str) -> str:
    columns, values = ", ".join(map(_quoted, names)), ", ".join(_value(part, name) for name in names)
    unless = " ON CONFLICT DO NOTHING" if part in ONLY_NEW else ""
    returning = f" RETURNING {', '.join(RETURNED[part])}" if part in RETURNED else ""
    return f"INSERT INTO {TABLES[part]} ({columns}) SELECT {values} FROM {rows}{unless}{returning}"


def _change(part: Part, names: Sequence[str], rows: str) -> str:
    table = TABLES[part]
    values = ", ".join(f"{_quoted(name)} = {_value(part, name)}" for name in names if name not in KEYS[part])
    which = " AND ".join(f"{table}.{_quoted(name)} = r.{_quoted(name)}" for name in KEYS[part])
    only = f" AND {WHERE[part]}" if part in WHERE else ""
    return f"UPDATE {table} SET {values} FROM {rows} WHERE {which}{only}"


def _asked(part: Part) -> str:
    match RETURNED[part]:
        case ("id",):
            return f"SELECT '{part}', NULL::text, id FROM {part}"
        case (name,):
            return f"SELECT '{part}', {name}, NULL::integer FROM {part}"
        case (name, number):
            return f"SELECT '{part}', {name}, {number} FROM {part}"
    raise LookupError(part)


def _value(part: Part, name: str) -> str:
    # As text on the way: within JSON the server would take apart what these hold, and refuse some of it.
    return f"r.{_quoted(name)}" + ("::json" if isinstance(_column(part, name), JSON) else "")


def _type(part: Part, name: str) -> str:
    column = _column(part, name)
    return next((sql for type_, sql in _SQL_TYPES if isinstance(column, type_)), "text")


def _column(part: Part, name: str) -> Any:
    return Base.metadata.tables[TABLES[part]].c[name].type


def _quoted(name: str) -> str:
    return f'"{name}"'


def _as_json(rows: Sequence[Row]) -> str:
    try:
        return orjson.dumps(rows, default=_instant).decode()
    except orjson.JSONEncodeError:
        return json.dumps(rows, default=_instant)


def _instant(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    message = f"{value!r} is nothing that a column holds"
    raise TypeError(message)
