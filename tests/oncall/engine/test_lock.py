"""One engine a SQLite database; as many as wanted on PostgreSQL."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from oncall.engine.lock import only_engine
from oncall.errors import RefusedError


def take(url: str) -> str:
    try:
        with only_engine(url):
            return "taken"
    except RefusedError as error:
        return str(error)


def in_another_process(url: str) -> str:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(take, (url,))


def test_second_engine_on_sqlite_is_refused_and_may_come_after_the_first(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/data/oncall.sqlite3"
    with only_engine(url):
        assert "another process runs the engine" in in_another_process(url)
    assert in_another_process(url) == "taken"


def test_postgresql_has_as_many_as_wanted() -> None:
    url = "postgresql+psycopg://somewhere/oncall"
    with only_engine(url):
        assert take(url) == "taken"


def test_error_inside_gives_the_lock_up(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/oncall.sqlite3"
    with pytest.raises(LookupError), only_engine(url):
        raise LookupError
    assert take(url) == "taken"
