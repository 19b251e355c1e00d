"""A backup of an hour ago takes the database's place: nobody is paged for what was over, and nobody is forgotten (docs/restoring.md)."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url

from oncall.operations import act
from oncall.operations.hold import mark_restored, release_sending
from tests.oncall.floor import MINUTE, Floor, open_floor
from tests.servers import PostgresServer


class Night:
    """What happened, and a copy of the database from the middle of it."""

    def __init__(self, before: Floor) -> None:
        self.before = before
        # Three are open when the backup is made: two that will be resolved, and one that stays open.
        for title in ("db down", "disk full", "queue long"):
            before.trigger(title)
        before.pass_time(MINUTE)

    def goes_on(self) -> None:
        """Fifty things happen that the backup does not know of."""
        floor = self.before
        act.resolve(floor.context, "1", "ana")
        act.resolve(floor.context, "2", "bo")
        for number in range(16):
            opened = floor.trigger(f"later {number}")
            act.acknowledge(floor.context, opened.id, "ana")
            act.resolve(floor.context, opened.id, "ana")
        floor.pass_time(64 * MINUTE)


@pytest.fixture(params=["sqlite", "postgres"])
def after(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Floor]:
    """The service an hour later, on the copy."""
    if request.param == "sqlite":
        yield from _sqlite_from_a_copy(request.getfixturevalue("sqlite_url"), tmp_path / "backup.sqlite3")
    else:
        server, template = (request.getfixturevalue(name) for name in ("postgres_server", "postgres_template"))
        yield from _postgres_from_a_copy(server, template)


def _sqlite_from_a_copy(url: str, backup: Path) -> Iterator[Floor]:
    with open_floor(url) as before:
        night = Night(before)
        with closing(sqlite3.connect(str(make_url(url).database))) as live:
            live.execute(f"VACUUM INTO '{backup}'")
        night.goes_on()
        now = before.clock.now()
    yield from _started(f"sqlite:///{backup}", now)


def _postgres_from_a_copy(server: PostgresServer, template: str) -> Iterator[Floor]:
    with server.database(template=template) as live, open_floor(live.render_as_string(hide_password=False)) as before:
        night = Night(before)
        before.context.database.dispose()
        with server.database(template=str(live.database)) as backup:
            night.goes_on()
            now = before.clock.now()
            yield from _started(backup.render_as_string(hide_password=False), now)


def _started(url: str, now: datetime) -> Iterator[Floor]:
    with open_floor(url, "version: 1") as floor:
        floor.clock.set(now)
        yield floor


def test_restored_database_pages_nobody_until_it_is_let_and_then_tells_each_once(after: Floor) -> None:
    mark_restored(after.context, "ana")
    after.pass_time(MINUTE)
    assert after.vendor.sent == []

    # Ana knows that the first is over; the other two the pager takes for open.
    act.resolve(after.context, "1", "ana")
    released = release_sending(after.context, "ana")
    while after.work():
        continue

    assert released.open_incidents == 2
    told = [sent for sent in after.vendor.sent if not sent.lines]
    assert Counter(sent.user for sent in told) == {"ana": 1, "bo": 1}
    assert [sent for sent in after.vendor.sent if sent.lines] == []
    assert all("#2" in sent.text and "#3" in sent.text and "#1" not in sent.text for sent in told)

    after.pass_time(5 * MINUTE)
    assert {line.number for sent in after.vendor.sent for line in sent.lines} == {2, 3}
