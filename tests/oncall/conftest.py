"""A floor for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.oncall.desk import DESK
from tests.oncall.floor import Floor, open_floor
from tests.passwords import cheap_passwords

__all__ = ["cheap_passwords"]


@pytest.fixture
def floor(database_url: str) -> Iterator[Floor]:
    """The service without its doors, on SQLite and on PostgreSQL."""
    with open_floor(database_url) as floor:
        yield floor


@pytest.fixture
def desk(database_url: str) -> Iterator[Floor]:
    """The same, for a company with a support policy; it is Sunday night there."""
    with open_floor(database_url, DESK) as desk:
        yield desk
