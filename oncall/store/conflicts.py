"""Insert what is not there yet: the same statement in the words of both databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from oncall.store.base import Base


def insert_missing(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert `rows`, leaving alone those that a unique constraint says are there already."""
    if not rows:
        return
    session.execute(insert_in(session.get_bind().dialect.name, table).on_conflict_do_nothing(), list(rows))


def insert_in(dialect: str, table: type[Base] | Table) -> Any:
    """An insert in the words of that database, which can say what is to be done where a row is there already."""
    # Of the two databases' words those alone are loaded that are spoken.
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table)
