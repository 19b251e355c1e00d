"""SQL is compiled once for all engines of a kind, as it is for all connections of one engine."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_COMPILED: dict[Any, Any] = {}


class _Warm:
    """A dialect that is the same as any other of its class, so that what one has compiled is found for the next."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Give a new engine the SQL that is compiled already."""
        engine.update_execution_options(compiled_cache=_COMPILED)


class WarmPostgres(_Warm, PGDialect_psycopg):
    """PostgreSQL, of which a test process knows one server."""

    supports_statement_cache = True


class WarmSqlite(_Warm, SQLiteDialect_pysqlite):
    """SQLite."""

    supports_statement_cache = True
