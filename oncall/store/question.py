"""Statements that are asked many times a second: put together once, and on PostgreSQL several in one way there and back.

What SQLAlchemy does at each of them, and what each waits for by itself, took several times as long as the database's work. The
words are SQLAlchemy's, and so the same for both databases.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BindParameter,
    Boolean,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    Integer,
    String,
    Text,
    bindparam,
    cast,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator

from oncall.store.bulk import json_text
from oncall.store.transaction import is_sqlite, line_of
from oncall.store.types import UTCDateTime

if TYPE_CHECKING:
    from oncall.store.pipeline import Line, Statement

Rows = list[tuple[Any, ...]]

_BEFORE = "oncall_before"


class Question:
    """A statement by what puts it together: a select, or an insert or update that returns rows."""

    def __init__(self, put_together: Callable[[], Any]) -> None:
        self._put_together = put_together

    def by(self, **given: object) -> Asked:
        """The question with its parameters."""
        return Asked(self, given)

    @cached_property
    def statement(self) -> Any:
        """As SQLAlchemy has it."""
        return self._put_together()

    @cached_property
    def on_postgres(self) -> _OnPostgres:
        """As PostgreSQL is asked."""
        return _OnPostgres(self.statement)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what is given to it; columns and parameters are whatever SQLAlchemy takes and gives."""

    question: Question
    given: dict[str, object]


def ask(session: Session, *asked: Asked) -> list[Rows]:
    """The rows of each, asked in this order within the session's transaction; the first that fails is raised."""
    if is_sqlite(session):
        return [_asked_by_itself(session, one) for one in asked]
    from oncall.store import pipeline  # noqa: PLC0415  loads the driver, which SQLite does without

    session.flush()
    line = line_of(session)
    begin = [] if pipeline.has_begun(line) else [pipeline.BEGIN]
    before = [pipeline.Statement(words) for words in session.info.pop(_BEFORE, ())]
    return _asked_together(line, [*begin, *before], asked)


def ask_first(session: Session, words: str) -> None:
    """Have PostgreSQL do this before the next question of the session's transaction, after what was said so before, on the same way."""
    session.info[_BEFORE] = (*session.info.get(_BEFORE, ()), words)


def ask_at_once(engine: Engine, *asked: Asked) -> list[Rows]:
    """The same, of PostgreSQL, outside of any transaction."""
    from oncall.store import pipeline  # noqa: PLC0415  as above

    line = pipeline.open_line(engine)
    try:
        return _asked_together(line, [], asked)
    finally:
        pipeline.close(line)


def _asked_together(line: Line, before: Sequence[Statement], asked: Sequence[Asked]) -> list[Rows]:
    from oncall.store import pipeline  # noqa: PLC0415  as above

    said = [one.question.on_postgres.said(one.given) for one in asked]
    found = pipeline.run(line, [*before, *said])[len(before) :]
    return [one.question.on_postgres.read(rows) for one, rows in zip(asked, found, strict=True)]


def _asked_by_itself(session: Session, asked: Asked) -> Rows:
    return [tuple(row) for row in session.execute(asked.question.statement, asked.given)]


class _Many(TypeDecorator[Collection[str]]):
    """Any number of texts as one parameter."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return json.dumps(list(value))
        quoted = (str(one).replace("\\", "\\\\").replace('"', '\\"') for one in value)
        return "{" + ",".join(f'"{one}"' for one in quoted) + "}"


class _Among(ColumnElement[bool]):
    inherit_cache = False

    def __init__(self, column: Any, given: BindParameter[Any], sql_type: str) -> None:
        self.type = Boolean()
        self.column, self.given, self.sql_type = column, given, sql_type


def among(column: Any, name: str) -> ColumnElement[bool]:
    """That a column of texts or numbers is one of those that the parameter `name` gives, however many."""
    sql_type = "integer" if isinstance(column.type, Integer) else "text"
    return _Among(column, bindparam(name, type_=_Many()), sql_type)


def texts(name: str) -> Any:
    """Texts that the parameter `name` gives, however many, as PostgreSQL's array."""
    return cast(bindparam(name, type_=_Many()), ARRAY(Text))


@compiles(_Among, "postgresql")
def _any_of_array(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, given = compiler.process(element.column, **more), compiler.process(element.given, **more)
    return f"{column} = ANY (({given})::{element.sql_type}[])"


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, given = compiler.process(element.column, **more), compiler.process(element.given, **more)
    return f"{column} IN (SELECT value FROM json_each({given}))"  # noqa: S608  both are what the compiler made of them


class _OnPostgres:
    """A statement in PostgreSQL's words, with what makes text of its parameters, and of text its columns."""

    def __init__(self, statement: Any) -> None:
        from sqlalchemy.dialects.postgresql import psycopg  # noqa: PLC0415  loaded where PostgreSQL is spoken

        dialect = psycopg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
        compiled = statement.compile(dialect=dialect)
        asked_for = {bound.key for bound in compiled.binds.values() if bound.required}
        whole = compiled.construct_expanded_state(dict.fromkeys(asked_for))
        self._text = whole.statement
        self._given = [
            (name, whole.processors.get(name) or _writer(compiled.binds.get(name), dialect))
            for name in whole.positiontup
        ]
        self._known = {name: value for name, value in whole.parameters.items() if name not in asked_for}
        self._readers = [_reader(column.type) for column in statement.exported_columns]

    def said(self, given: dict[str, object]) -> Statement:
        from oncall.store.pipeline import Statement  # noqa: PLC0415  as above

        values = {**self._known, **given}
        return Statement(self._text, tuple([_as_text(values[name], process) for name, process in self._given]))

    def read(self, rows: Sequence[Sequence[str | None]]) -> Rows:
        return [
            tuple(
                [
                    value if value is None or read is None else read(value)
                    for read, value in zip(self._readers, row, strict=True)
                ]
            )
            for row in rows
        ]


def _writer(bound: BindParameter[Any] | None, dialect: Dialect) -> Callable[[Any], Any] | None:
    if bound is None:
        return None
    if isinstance(bound.type, JSON):
        return json_text
    return bound.type.dialect_impl(dialect).bind_processor(dialect)


def _as_text(given: Any, process: Callable[[Any], Any] | None) -> str | None:
    value = process(given) if process else given
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _reader(type_: Any) -> Callable[[str], Any] | None:
    match type_:
        case UTCDateTime() | DateTime():
            return _instant
        case JSON():
            return json.loads
        case Boolean():
            return "t".__eq__
        case Integer():
            return int
        case String():
            return None
    message = f"no column of the type {type_!r} is asked for in this way"
    raise TypeError(message)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
