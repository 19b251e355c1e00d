"""Several statements in one way to PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from oncall.store import pipeline
from oncall.store.database import Database
from oncall.store.pipeline import Rows, Statement
from oncall.store.transaction import line_of

SUM = Statement("SELECT $1::integer + $2::integer", ("1", "2"))


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    yield database
    database.dispose()


def test_statement_is_prepared_anew_after_a_rollback_which_makes_the_driver_forget_it(database: Database) -> None:
    def rolled_back(session: Session) -> None:
        pipeline.run(line_of(session), [SUM])
        raise LookupError

    asked: list[Session] = []

    def once_more(session: Session) -> list[Rows]:
        asked.append(session)
        return pipeline.run(line_of(session), [SUM])

    for _ in range(3):
        with pytest.raises(LookupError):
            database.write(rolled_back)
        assert database.write(once_more) == [[("3",)]]
    assert len(asked) == 3


def test_statement_stays_prepared_after_a_rollback_in_which_the_driver_has_no_part(database: Database) -> None:
    prepared = Statement("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1%'")

    def failing(session: Session) -> None:
        pipeline.run(line_of(session), [pipeline.BEGIN, SUM, Statement("SELECT 1 / $1::integer", ("0",))])

    database.write(lambda session: pipeline.run(line_of(session), [SUM]))
    for _ in range(3):
        with pytest.raises(DBAPIError, match="division"):
            database.write(failing)
    assert database.write(lambda session: pipeline.run(line_of(session), [SUM, prepared])) == [[("3",)], [("1",)]]
