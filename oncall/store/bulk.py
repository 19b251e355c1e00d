"""Rows of many tables, gathered while a transaction decides and written at once: however many, for the price of few statements."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy.orm import Session

from oncall.store.transaction import is_sqlite

Row = dict[str, Any]
"""The columns of one row: instants as such, JSON as text (`json_text`)."""


class Part(StrEnum):
    """What is written, in an order in which each row finds those that it refers to.

    OPENED are new incidents; SAVED are changes of incidents, REWRITTEN changes of what they say as well. ATTEMPTS are changes
    of messages that are in the outbox. CLAIMED are messages that are about to be sent and BEGUN the sends, PUT_OFF what waits and
    PAGED what went out by each way. LEFT are messages that were being sent, ENDED what came of it, and NAMED what the
    provider calls a send that is over. Timers, codes and messages that a unique constraint says are there already are
    left alone; FRESH_CODES are codes of which that is an error.
    """

    OPENED = "opened"
    SAVED = "saved"
    REWRITTEN = "rewritten"
    LOG = "log"
    TIMERS = "timers"
    PAGES = "pages"
    CODES = "codes"
    FRESH_CODES = "fresh_codes"
    MESSAGES = "messages"
    ATTEMPTS = "attempts"
    CLAIMED = "claimed"
    BEGUN = "begun"
    PUT_OFF = "put_off"
    PAGED = "paged"
    LEFT = "left_alone"
    ENDED = "ended"
    NAMED = "named"


TABLES: Mapping[Part, str] = {
    Part.OPENED: "incidents",
    Part.SAVED: "incidents",
    Part.REWRITTEN: "incidents",
    Part.LOG: "log_entries",
    Part.TIMERS: "timers",
    Part.PAGES: "pages",
    Part.CODES: "reply_codes",
    Part.FRESH_CODES: "reply_codes",
    Part.MESSAGES: "messages",
    Part.ATTEMPTS: "messages",
    Part.CLAIMED: "messages",
    Part.BEGUN: "sends",
    Part.PUT_OFF: "messages",
    Part.PAGED: "recent_pages",
    Part.LEFT: "messages",
    Part.ENDED: "sends",
    Part.NAMED: "sends",
}
"""The table of each part."""

KEYS: Mapping[Part, tuple[str, ...]] = {
    **dict.fromkeys((Part.SAVED, Part.REWRITTEN, Part.ATTEMPTS, Part.CLAIMED, Part.PUT_OFF, Part.LEFT), ("id",)),
    **dict.fromkeys((Part.ENDED, Part.NAMED), ("id",)),
    Part.PAGED: ("user_id", "type", "address"),
}
"""The parts that change rows, with the columns that name these; the others add some."""

ONLY_NEW = frozenset({Part.TIMERS, Part.CODES, Part.MESSAGES})
"""The parts of which rows that are there already are left alone."""

RETURNED: Mapping[Part, tuple[str, ...]] = {Part.OPENED: ("id", "number"), Part.LOG: ("id",), Part.CODES: ("page_id",)}
"""What is asked of the rows that were added."""

WHERE: Mapping[Part, str] = {
    # What is being sent at this moment cannot be made void any more, nor be put off; and what was sent meanwhile is not sent again.
    Part.ATTEMPTS: (
        "(r.state <> 'void' OR messages.state = 'pending')"
        " AND (r.state <> 'pending' OR messages.state IN ('pending', 'failed'))"
    )
}
"""Which rows alone are changed; `r` is what they are to become."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the database made of what was written.

    `numbers` are those of the new incidents by their ids, `places` the log entries' in the order in which they were given,
    each greater than the one before, and `codes` how many codes of each page were free.
    """

    numbers: Mapping[str, int]
    places: Sequence[int]
    codes: Mapping[str, int]


@dataclass(slots=True)
class Bulk:
    """The rows that a transaction has gathered so far; all rows of one part have the same columns."""

    rows: dict[Part, list[Row]] = field(default_factory=dict)
    drawn: set[tuple[str, str]] = field(default_factory=set)
    """The codes that were drawn so far, each with its address."""

    def add(self, part: Part, *rows: Row) -> None:
        """Gather rows of a part."""
        if rows:
            self.rows.setdefault(part, []).extend(rows)

    def write(self, session: Session) -> Written:
        """Write them all, after what the session itself still holds.

        Raises IntegrityError when another transaction has opened an incident of the same service and dedup key.
        """
        session.flush()
        parts = self._parts()
        written: Written = _words(session).write(session, parts) if parts else Written({}, (), {})
        return written

    def write_and_commit(self, session: Session) -> Written:
        """Write them all to PostgreSQL as the last thing in a transaction, and commit on the same way.

        The session's own commit then finds nothing to do. Raises IntegrityError also where a code is in use already, and
        UnavailableError where nobody knows whether it is stored.
        """
        from oncall.store import bulk_postgres  # noqa: PLC0415  as below

        session.flush()
        self.rows[Part.FRESH_CODES] = self.rows.pop(Part.CODES, [])
        parts = self._parts()
        return bulk_postgres.write_and_commit(session, parts) if parts else Written({}, (), {})

    def write_last(self, session: Session) -> Written:
        """Write them all as the last thing in a transaction; on PostgreSQL it is then committed, as by `write_and_commit`."""
        if is_sqlite(session):
            return self.write(session)
        return self.write_and_commit(session)

    def count(self, part: Part) -> int:
        """How many rows of a part there are so far."""
        return len(self.rows.get(part, ()))

    def _parts(self) -> dict[Part, list[Row]]:
        return {part: self.rows[part] for part in Part if self.rows.get(part)}


def _words(session: Session) -> Any:
    # Of the two databases' words those alone are loaded that are spoken.
    if is_sqlite(session):
        from oncall.store import bulk_sqlite  # noqa: PLC0415

        return bulk_sqlite
    from oncall.store import bulk_postgres  # noqa: PLC0415

    return bulk_postgres


def json_text(value: Any) -> str:
    """The value as JSON text, the order of its keys kept."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        # What senders may send and orjson does not know: whole numbers of more than 64 bits, halves of surrogate pairs.
        return json.dumps(value)
