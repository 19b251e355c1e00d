"""The application on both databases, and programs that call it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oncall.doors.company import Caller, Company, run_company
from tests.warm import warm_pages

warm_pages()


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
def caller(small: Company) -> Caller:
    """A system that may do everything, on SQLite alone."""
    return small.caller()


@pytest.fixture
def admin(company: Company) -> Caller:
    """A system that may do everything."""
    return company.caller()
