"""The two doors of the database, on both engines."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import make_url, select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.orm import Session

from oncall.errors import UnavailableError
from oncall.store import pipeline
from oncall.store.database import Database
from oncall.store.question import Question
from oncall.store.workers import WorkerRow
from tests.chaos.proxy import run_proxies

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


def worker(name: str, at: datetime = NOON) -> WorkerRow:
    return WorkerRow(id=name, started_at=at, seen_at=at)


def names(database: Database) -> list[str]:
    with database.read() as session:
        return sorted(session.scalars(select(WorkerRow.id)))


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-7))])
def test_instant_comes_back_in_utc(database: Database, zone: timezone) -> None:
    at = NOON.replace(microsecond=123456).astimezone(zone)
    database.write(lambda session: session.add(worker("a", at)))
    with database.read() as session:
        found = session.scalars(select(WorkerRow.seen_at)).one()
    assert (found, found.tzinfo) == (at, UTC)


def test_instant_without_an_offset_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="has no offset"):
        database.write(lambda session: session.add(worker("a", NOON.replace(tzinfo=None))))


def test_work_that_raises_leaves_nothing(database: Database) -> None:
    def work(session: Session) -> None:
        session.add(worker("a"))
        session.flush()
        raise LookupError

    with pytest.raises(LookupError):
        database.write(work)
    assert names(database) == []


def test_reader_cannot_write(postgres_url: str) -> None:
    database = Database(postgres_url)
    with pytest.raises(SQLAlchemyError, match="read-only"), database.read() as session:
        session.execute(text("DELETE FROM workers"))
    database.dispose()


def test_reader_sees_one_snapshot(database: Database) -> None:
    with database.read() as session:
        before = session.scalars(select(WorkerRow.id)).all()
        database.write(lambda other: other.add(worker("a")))
        assert session.scalars(select(WorkerRow.id)).all() == before == []
    assert names(database) == ["a"]


def test_no_write_of_many_threads_is_lost(database: Database) -> None:
    database.write(lambda session: session.add(worker("a")))
    row = select(WorkerRow).where(WorkerRow.id == "a").with_for_update()

    def step(_: int) -> None:
        def work(session: Session) -> None:
            found = session.scalars(row).one()
            found.seen_at += timedelta(seconds=1)

        database.write(work)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(step, range(80)))
    with database.read() as session:
        assert session.scalars(select(WorkerRow.seen_at)).one() == NOON + timedelta(seconds=80)


def test_work_in_the_way_of_another_is_done_again(database: Database) -> None:
    met = threading.Barrier(2)
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        if session.get(WorkerRow, "a") is None:
            if len(tries) <= 2 and not database.is_sqlite:
                met.wait(20)
            session.add(worker("a"))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: database.write(work), range(2)))
    assert names(database) == ["a"]
    assert len(tries) == (2 if database.is_sqlite else 3)


def test_deadlock_is_resolved_by_doing_one_again(postgres_url: str) -> None:
    database = Database(postgres_url)
    database.write(lambda session: session.add_all([worker("a"), worker("b")]))
    met = threading.Barrier(2)
    tries = []

    def touch(first: str, second: str) -> None:
        def work(session: Session) -> None:
            tries.append(first)
            session.execute(update(WorkerRow).where(WorkerRow.id == first).values(seen_at=NOON))
            if len(tries) <= 2:
                met.wait(20)
            session.execute(update(WorkerRow).where(WorkerRow.id == second).values(seen_at=NOON))

        database.write(work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(touch, "ab", "ba"))
    database.dispose()
    # Where machines are busy the one that is done again may be in the way once more.
    assert len(tries) >= 3


def test_lasting_conflict_is_an_error_of_ours(database: Database) -> None:
    def work(session: Session) -> None:
        session.add_all([worker("a")])
        session.flush()
        session.expunge_all()
        session.add(worker("a"))

    with pytest.raises(IntegrityError):
        database.write(work)


@pytest.mark.parametrize("url", ["postgresql+psycopg://nobody@127.0.0.1:1/nothing", "sqlite:////nowhere/at/all"])
def test_database_that_is_not_there_is_unavailable(url: str) -> None:
    database = Database(url)
    with pytest.raises(UnavailableError), database.read() as session:
        session.execute(text("SELECT 1"))
    with pytest.raises(UnavailableError):
        database.write(lambda session: session.execute(text("SELECT 1")))
    database.dispose()


def test_database_that_only_reads_after_a_failover_is_unavailable(postgres_url: str) -> None:
    database = Database(postgres_url)

    def work(session: Session) -> None:
        session.execute(text("SET TRANSACTION READ ONLY"))
        session.add(worker("a"))

    with pytest.raises(UnavailableError):
        database.write(work)
    database.dispose()


def test_transaction_that_the_server_ended_as_its_process_stood_still_is_unavailable(postgres_url: str) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    ended = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
    )

    def work(session: Session) -> None:
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 1"))
        for _ in range(1000):
            with other.read() as looking:
                if not looking.scalar(ended):
                    break
        session.add(worker("a"))

    with pytest.raises(UnavailableError):
        database.write(work)
    assert names(database) == []
    for each in (database, other):
        each.dispose()


def test_connection_that_was_cut_is_replaced(postgres_url: str) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    assert names(database) == []
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    other.write(lambda session: session.execute(cut))
    other.dispose()
    database.write(lambda session: session.add(worker("a")))
    assert names(database) == ["a"]
    database.dispose()


def test_line_that_is_lost_without_a_word_is_replaced(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "_LONGEST_MS", 500)
    url = make_url(postgres_url)
    with run_proxies(url.port or 0) as (line,):
        database = Database(url.set(port=line.port).render_as_string(hide_password=False))
        assert names(database) == []
        line.lose()
        assert names(database) == []
        line.lose()
        assert database.ask(Question(lambda: select(WorkerRow.id)).by()) == [[]]
        line.lose()
        database.write(lambda session: session.add(worker("a")))
        assert names(database) == ["a"]
        database.dispose()


def test_sqlite_is_kept_safe(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.read() as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    database.dispose()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
