"""New indexes of large tables, built on PostgreSQL before a migration without keeping anybody from writing."""

from __future__ import annotations

from collections.abc import Iterator

import structlog
from sqlalchemy import Connection, Engine, Index, inspect, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.schema import CreateIndex

_LOCK = 7_214_026_003
_INVALID = """
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND n.nspname = current_schema()
"""

_log = structlog.get_logger(__name__)


def build_ahead(engine: Engine) -> None:
    """Build what this release's tables have of indexes more than the database, where its tables have the columns.

    One that cannot be built yet is left to the migration. Whatever was left half built before is built anew. Of several
    processes at once one builds, and the others leave it to that one.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # To wait for it would be in the way of whoever has it, who waits for everybody's transactions to end.
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
            return
        for name in connection.scalars(text(_INVALID)).all():
            connection.exec_driver_sql(
                f"DROP INDEX CONCURRENTLY IF EXISTS {engine.dialect.identifier_preparer.quote(name)}"
            )
        for index in _missing(connection):
            statement = str(CreateIndex(index, if_not_exists=True).compile(dialect=engine.dialect))
            try:
                connection.exec_driver_sql(statement.replace("INDEX", "INDEX CONCURRENTLY", 1))
            except ProgrammingError as error:
                _log.info("an index is left to the migration", index=index.name, error=str(error.orig))


def _missing(connection: Connection) -> Iterator[Index]:
    """The indexes, none of which decides what may be stored, of tables that are there with all their columns."""
    from oncall.store.tables import METADATA  # noqa: PLC0415  all tables are loaded where something is migrated, and not at each start

    known = inspect(connection)
    present = set(known.get_table_names())
    for table in METADATA.sorted_tables:
        if table.name not in present:
            continue
        columns = {column["name"] for column in known.get_columns(table.name)}
        built = {index["name"] for index in known.get_indexes(table.name)}
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            if not index.unique and index.name not in built and {column.name for column in index.columns} <= columns:
                yield index
