"""There is no room left for the database: what was accepted is kept and paged, and what is refused may be sent again."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Pool, event

from oncall.errors import UnavailableError
from tests.oncall.floor import MINUTE, Floor, open_floor

MANY = 30
LONG = "what happened\n" * 100


@contextmanager
def no_room(floor: Floor) -> Iterator[None]:
    """Let the file of the database grow no more, as on a disk that is full."""

    def stop_growing(connection: sqlite3.Connection, *_more: object) -> None:
        # As many pages as there are: it cannot be fewer.
        connection.execute("PRAGMA max_page_count = 1").close()

    event.listen(Pool, "checkout", stop_growing)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", stop_growing)
        # What comes after that is on connections that know of no limit.
        floor.context.database.dispose()


def test_full_disk_refuses_what_it_cannot_keep_and_loses_nothing_of_the_rest(sqlite_url: str) -> None:
    accepted: list[int] = []
    with open_floor(sqlite_url) as floor:
        with no_room(floor):
            for number in range(MANY):
                with suppress(UnavailableError):
                    accepted.append(floor.trigger(f"db {number}", body=LONG * number).number)
            with suppress(UnavailableError):
                floor.work()
        assert 0 < len(accepted) < MANY
        again = [floor.trigger(f"db {number}").number for number in range(3)]
        assert again == [accepted[-1] + 1 + more for more in range(3)]
        while floor.work():
            continue
        floor.pass_time(MINUTE)
        texts = [line.number for sent in floor.vendor.sent if sent.method == "sms" for line in sent.lines]
        assert Counter(texts) == dict.fromkeys([*accepted, *again], 1)
