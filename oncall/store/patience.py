"""How long a transaction waits for what others have locked: where many are done together, none is to wait for one of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from oncall.store.question import ask_first
from oncall.store.transaction import is_sqlite

T = TypeVar("T")

TOGETHER = timedelta(milliseconds=200)
"""How long a batch waits: longer than anybody holds anything who is at work, and not suspended."""

ALONE = timedelta(milliseconds=20)
"""How long each of a batch waits by itself where one of them was held: others come after it, and it comes again."""


def within(limit: timedelta | None, work: Callable[[Session], T]) -> Callable[[Session], T]:
    """Work for a transaction that waits no longer than `limit` for a lock; then BusyError is raised and nothing has happened.

    It costs nothing, as that is said with the first question that the work asks (`question.ask`), and holds from there. With None
    it waits as ever, and so it does on SQLite, where the whole database has one lock.
    """

    def quick(session: Session) -> T:
        if limit is not None:
            ask_first(session, _words(limit))
        return work(session)

    return quick


def be_quick(session: Session, limit: timedelta) -> None:
    """The same from here on, for work that begins with no such question."""
    if not is_sqlite(session):
        session.execute(text(_words(limit)))


def _words(limit: timedelta) -> str:
    return f"SET LOCAL lock_timeout = {limit // timedelta(milliseconds=1)}"
