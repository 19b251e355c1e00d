"""The application on both databases, and monitors that send to it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from oncall.settings import Settings
from tests.oncall.doors.company import PUBLIC_URL, Caller, Company, run_company


@pytest.fixture
def company(database_url: str, tmp_path: Path) -> Iterator[Company]:
    """A company with the whole application."""
    with run_company(database_url, tmp_path) as company:
        yield company


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Iterator[Company]:
    """The same on SQLite alone, where the database is not what is tested."""
    with run_company(sqlite_url, tmp_path) as company:
        yield company


@pytest.fixture
def admin(company: Company) -> Caller:
    """A program that looks at what came of it."""
    return company.caller()


@pytest.fixture
def settings_without_database(tmp_path: Path) -> Settings:
    """Settings that name a database which nobody serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"postgresql+psycopg://nobody@127.0.0.1:{port}/nothing"
    return Settings(url, PUBLIC_URL, ("a key of sixteen or more",), tmp_path)
