"""What went out by a way a moment ago is known to whoever sends by it next."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from oncall.domain.bundling import MINUTE, Recent
from oncall.store import recent_pages
from oncall.store.bulk import Bulk
from oncall.store.database import Database
from oncall.store.migrate import upgrade

NIGHT = datetime(2026, 3, 3, 2, 13, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BO, CHANNEL = ("bo", "sms", "+15005550007"), (None, "slack", "C0OPS")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    upgrade(database_url)
    database = Database(database_url)
    yield database
    database.dispose()


def sent(call: str, *, by: tuple[str | None, str, str] = BO, after: timedelta = timedelta(0)) -> Recent:
    """A send about the cloud."""
    return Recent(by, NIGHT + after, {"cloud": 1}, None, call == "apart", call)


def held(database: Database, now: datetime) -> set[str]:
    """The calls of the minute before."""
    found = database.write(lambda session: recent_pages.hold(session, {BO, CHANNEL}, now))
    return {one.call for one in found}


def store_sends(session: Session, *sends: Recent) -> None:
    """Store what was sent by ways that are held."""
    bulk = Bulk()
    recent_pages.remember(bulk, sends)
    bulk.write(session)


def remember(database: Database, *sends: Recent) -> None:
    """Store what was sent."""

    def store(session: Session) -> None:
        recent_pages.hold(session, {BO, CHANNEL}, NIGHT)
        store_sends(session, *sends)

    database.write(store)


def test_sends_come_back_as_they_were_for_a_minute(database: Database) -> None:
    told = (sent("one"), sent("apart", after=10 * SECOND), sent("post", by=CHANNEL))
    remember(database, *told)
    found = database.write(lambda session: recent_pages.hold(session, {BO, CHANNEL}, NIGHT + 20 * SECOND))
    assert sorted(found, key=lambda one: one.call) == sorted(told, key=lambda one: one.call)
    assert held(database, NIGHT + MINUTE) == {"apart"}


def test_call_that_reached_nobody_is_forgotten(database: Database) -> None:
    remember(database, sent("one"), sent("two", after=SECOND))
    database.write(lambda session: recent_pages.forget(session, BO, {"one"}))
    assert held(database, NIGHT + SECOND) == {"two"}


def test_way_that_is_held_is_waited_for(postgres_url: str) -> None:
    upgrade(postgres_url)
    database = Database(postgres_url)
    with ThreadPoolExecutor(1) as pool:

        def first(session: Session) -> Future[set[str]]:
            recent_pages.hold(session, {BO}, NIGHT)
            second = pool.submit(held, database, NIGHT + SECOND)
            while not second.done() and not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                continue
            store_sends(session, sent("one"))
            return second

        assert database.write(first).result() == {"one"}
    database.dispose()
