"""The migrations make what the models say, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.orm import Session

from oncall.errors import UnavailableError
from oncall.store.database import Database
from oncall.store.migrate import config_for, is_current, upgrade
from oncall.store.tables import METADATA


def test_models_match_the_migrations(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_migrations_can_be_undone_and_done_again(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        command.downgrade(config_for(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()
    upgrade(database_url)
    with engine.connect() as connection:
        assert {*METADATA.tables} < {*inspect(connection).get_table_names()}
    engine.dispose()


def test_upgrade_of_what_is_current_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
    assert current(database_url)


def test_several_upgrades_at_once_are_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/fresh/oncall.sqlite3"
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(upgrade, [url] * 3))
    assert current(url)


def test_empty_database_is_not_current(tmp_path: Path) -> None:
    assert not current(f"sqlite:///{tmp_path}/empty.sqlite3")


@pytest.mark.parametrize(("revision", "answer"), [("9999", True), (None, False)], ids=["later release", "none"])
def test_tables_of_a_later_release_are_current(database_url: str, revision: str | None, answer: bool) -> None:  # noqa: FBT001
    def work(session: Session) -> None:
        session.execute(text("DELETE FROM alembic_version"))
        if revision:
            session.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})

    database = Database(database_url)
    database.write(work)
    database.dispose()
    assert current(database_url) is answer


def test_database_that_is_not_there_cannot_be_migrated() -> None:
    with pytest.raises(UnavailableError):
        upgrade("postgresql+psycopg://nobody@127.0.0.1:1/nothing")


def current(url: str) -> bool:
    """Whether the tables are this release's."""
    database = Database(url)
    try:
        with database.read() as session:
            return is_current(session)
    finally:
        database.dispose()
