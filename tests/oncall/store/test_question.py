"""Questions give on both databases what SQLAlchemy would give, whatever is asked and given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from oncall.store.beats import BeatRow
from oncall.store.database import Database
from oncall.store.question import Question, among, ask

NOON = datetime(2026, 11, 22, 12, 0, 0, 250, tzinfo=UTC)
ODD = ("", "a", 'a "b"', "c\\d", "{e,f}", "NULL", "ü\n☎", "'; --")
COLUMNS = (BeatRow.name, BeatRow.next_at, BeatRow.holder, BeatRow.held_until, BeatRow.memory)
BY_NAMES = Question(
    lambda: (
        select(*COLUMNS)
        .where(among(BeatRow.name, "names"), BeatRow.next_at <= bindparam("at", type_=BeatRow.next_at.type))
        .where(BeatRow.name.in_(ODD))
        .order_by(BeatRow.next_at)
    )
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


def keep_odd(session: Session) -> None:
    for place, name in enumerate(ODD):
        memory: dict[str, Any] = {"name": name, "much": 10**30, "nothing": None}
        session.add(BeatRow(name=name, next_at=NOON + timedelta(seconds=place), holder=name or None, memory=memory))


def plainly(session: Session) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in session.execute(select(*COLUMNS).order_by(BeatRow.next_at))]


def test_rows_are_as_they_were_written_whatever_they_hold(database: Database) -> None:
    database.write(keep_odd)
    given = BY_NAMES.by(
        names=(*ODD, "another"), at=(NOON + timedelta(hours=1)).astimezone(timezone(timedelta(hours=-7)))
    )
    with database.read() as session:
        expected = plainly(session)
        assert ask(session, given) == [expected]
    assert database.ask(given, BY_NAMES.by(names=["a"], at=NOON), BY_NAMES.by(names=[], at=NOON)) == [expected, [], []]
    assert [row[0] for row in expected] == list(ODD)


def test_question_sees_what_its_transaction_has_written(database: Database) -> None:
    def work(session: Session) -> list[Any]:
        keep_odd(session)
        [rows] = ask(session, BY_NAMES.by(names=["a", "NULL"], at=NOON + timedelta(hours=1)))
        return [name for name, *_ in rows]

    assert database.write(work) == ["a", "NULL"]


def test_question_is_part_of_the_transaction_that_it_begins(database: Database) -> None:
    def work(session: Session) -> None:
        ask(session, BY_NAMES.by(names=ODD, at=NOON))
        keep_odd(session)
        session.flush()
        raise LookupError

    with pytest.raises(LookupError):
        database.write(work)
    assert database.ask(BY_NAMES.by(names=ODD, at=NOON + timedelta(hours=1))) == [[]]


def test_parameter_that_is_not_given_is_an_error(database: Database) -> None:
    with pytest.raises((KeyError, StatementError), match=r"\bat\b"):
        database.ask(BY_NAMES.by(names=ODD))


def test_question_is_asked_again_where_its_connection_was_cut(postgres_url: str) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    given = BY_NAMES.by(names=["a"], at=NOON)
    database.write(keep_odd)
    assert database.ask(given) == [[]]
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with other.read() as session:
        session.execute(cut)
    assert database.ask(given) == [[]]
    database.dispose()
    other.dispose()
