"""A world for each scenario."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clock import FrozenClock
from tests.scenarios.world import World, run_world
from tests.warm import warm_pages

warm_pages()


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """The whole service, on SQLite and on PostgreSQL, on the night of Sunday 22 November 2026."""
    with run_world(database_url, tmp_path, FrozenClock()) as world:
        yield world
