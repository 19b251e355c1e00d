"""The databases that tests are lent: migrated, empty, and each test's own."""

from contextlib import closing

from sqlalchemy import create_engine, text


def _leave_a_trace(database_url: str) -> None:
    engine = create_engine(database_url)
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM incidents")
        assert cursor.fetchone() == (0,)
        cursor.execute("CREATE TABLE trace (id integer)")
        connection.commit()
    engine.dispose()


def test_database_is_migrated_and_empty(database_url: str) -> None:
    _leave_a_trace(database_url)


def test_database_has_no_trace_of_another_test(database_url: str) -> None:
    _leave_a_trace(database_url)


def test_both_databases_can_be_had_in_one_test(sqlite_url: str, postgres_url: str) -> None:
    for url in (sqlite_url, postgres_url):
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM incidents")) == 0
        engine.dispose()
