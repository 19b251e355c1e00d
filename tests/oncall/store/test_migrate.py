"""The migrations make what the models say, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, bindparam, create_engine, inspect, text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from oncall.domain.commands import AddNote
from oncall.domain.policy import Do
from oncall.errors import UnavailableError
from oncall.operations import act
from oncall.store import incidents
from oncall.store.cipher import Cipher
from oncall.store.database import Database
from oncall.store.migrate import config_for, is_current, revisions, upgrade
from oncall.store.tables import METADATA
from oncall.store.types import UTCDateTime
from tests.clock import SUNDAY_NIGHT
from tests.oncall.floor import Floor


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


def test_revisions_are_those_of_the_scripts_and_the_greatest_is_the_newest(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(config_for(connection))
    engine.dispose()

    assert {script.revision for script in scripts.walk_revisions()} == revisions()
    assert scripts.get_current_head() == max(revisions())


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


def test_migration_waits_for_those_who_work_and_lets_them_work(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        command.downgrade(config_for(connection), "0006")
    worker = engine.connect()
    worker.execute(text("LOCK TABLE incidents, timers, log_entries IN ROW EXCLUSIVE MODE"))

    def go_on(_seconds: float) -> None:
        worker.commit()
        database = Database(postgres_url)
        database.write(_store_as_before)
        database.dispose()

    upgrade(postgres_url, go_on)

    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert connection.scalar(text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")) == 0
        assert connection.scalar(text("SELECT count(*) FROM incidents")) == 1
    worker.close()
    engine.dispose()


def current(url: str) -> bool:
    """Whether the tables are this release's."""
    database = Database(url)
    try:
        with database.read() as session:
            return is_current(session)
    finally:
        database.dispose()


def test_release_before_this_one_goes_on_storing_incidents_and_timers(floor: Floor) -> None:
    floor.context.database.write(_store_as_before)
    old = floor.incident("old")
    assert (old.doing, old.rule, old.wait, old.management, old.missing) == (Do.PAGE, None, None, (), ())
    assert floor.log("old")[0].details == {"text": "hello"}
    floor.engine.fire_due()
    act.act(floor.context, "old", AddNote("ana", "taken over"))
    assert floor.events("old") == ["noted", "noted"]


def test_who_had_acknowledged_before_the_upgrade_has_responded(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        command.downgrade(config_for(connection), "0002")
    database = Database(postgres_url)
    database.write(_store_as_before)
    upgrade(postgres_url)
    with database.read() as session:
        assert incidents.get(session, Cipher(["a key of the tests"]), "old").responded_at == SUNDAY_NIGHT
    database.dispose()
    engine.dispose()


_AS_BEFORE = """
INSERT INTO incidents (id, service, dedup_key, open, state, severity, urgency, sensitive, title, body, fields, links,
    created_at, acknowledged_by, acknowledged_at, generation)
VALUES ('old', 'cloud', 'old', :yes, 'acknowledged', 'sev1', 'high', :no, 'db down', '', '{}', '[]', :at, 'ana', :at, 1);
INSERT INTO log_entries (incident_id, at, event, details) VALUES ('old', :at, 'noted', :said);
INSERT INTO timers (incident_id, kind, generation, occurrence, due_at, tries) VALUES ('old', 'step', 1, 1, :at, 0)
"""


def _store_as_before(session: Session) -> None:
    """Store an acknowledged incident, with a note and a timer, in the words of the release before."""
    values = {"at": SUNDAY_NIGHT, "yes": True, "no": False, "said": {"text": "hello"}}
    types: dict[str, TypeEngine[Any]] = {"at": UTCDateTime(), "said": JSON()}
    for statement in _AS_BEFORE.split(";"):
        named = [bindparam(key, value, types.get(key)) for key, value in values.items() if f":{key}" in statement]
        session.execute(text(statement).bindparams(*named))
