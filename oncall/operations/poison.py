"""Messages that cannot be claimed because something of them is damaged: they keep no other waiting, and are not silent either."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session

from oncall.errors import BusyError, UnavailableError
from oncall.operations.alarms import raise_alarm
from oncall.operations.context import Context
from oncall.store import damaged
from oncall.store.patience import ALONE, be_quick

T = TypeVar("T")
M = TypeVar("M")

TRIES = 3
"""How often it is tried to claim a damaged message."""

_AGAIN_AFTER = timedelta(seconds=2)
_ALARM = (
    "Its person was told plainly which incident it was. See that the secret keys are all configured; the log has more."
)

_log = structlog.get_logger(__name__)


def isolated(together: Callable[[], T], apart: Callable[[], T]) -> T:
    """What `together` returns; where something unforeseen is wrong with a part of it, or held by somebody, what `apart` does.

    Raises UnavailableError without a database.
    """
    try:
        return together()
    except BusyError as error:
        _log.warning("what somebody holds is in the way of others", error=str(error))
    except UnavailableError:
        raise
    except Exception:  # noqa: BLE001  whatever is wrong with one of them must not keep the others waiting
        _log.exception("messages could not be handled as usual")
    return apart()


def salvaged(work: Callable[[], T], instead: Callable[[], T]) -> T:
    """What `work` returns; where something unforeseen is wrong with it, what `instead` does.

    Raises UnavailableError without a database, BusyError among them: nothing is wrong with what somebody else holds.
    """
    try:
        return work()
    except UnavailableError:
        raise
    except Exception:  # noqa: BLE001  whatever is wrong with it, something is to be done in its place
        _log.exception("a message could not be handled as usual")
        return instead()


def unless_held(work: Callable[[], T], meanwhile: M) -> T | M:
    """What `work` returns, or `meanwhile` where somebody holds what it needs: then it is to be done again later."""
    try:
        return work()
    except BusyError:
        return meanwhile


def put_off(context: Context, message: str) -> tuple[()]:
    """Try a message again in a moment that could not be claimed; after the third time tell its person plainly.

    Then it is set aside, and in its place goes a notice by the same way: which incident it was, and where to read of it. That
    is an alarm, which stays until somebody has looked at it.
    """

    def work(session: Session) -> bool:
        be_quick(session, ALONE)
        now = context.clock.now()
        if damaged.count_try(session, message, now + _AGAIN_AFTER) < TRIES:
            return False
        _log.critical("a message is set aside: something of it is damaged", message=message)
        number = damaged.set_aside(session, message)
        damaged.tell_plainly(session, message, plainly(context.public_url, number), now)
        return True

    if unless_held(lambda: context.database.write(work), meanwhile=False):
        raise_alarm(
            context, "damaged", "A message could not be read and was set aside", f"It is message {message}. {_ALARM}"
        )
    return ()


def plainly(public_url: str, number: int | None) -> str:
    """What is said of an incident of which nothing more can be said."""
    if number is None:
        return f"Oncall has a message for you that cannot be read: {public_url}"
    return f"Incident #{number}, details unavailable: {public_url}/incidents/{number}"
