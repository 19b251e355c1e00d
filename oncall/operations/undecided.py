"""What follows from a page that failed and whose incident is damaged: nothing can decide, so whatever is left is tried."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from oncall.domain.directory import Directory, Role, Urgency, User
from oncall.domain.draft import Notice
from oncall.domain.paging import attempts
from oncall.operations.context import Context
from oncall.operations.outcome import Failed
from oncall.operations.poison import plainly
from oncall.store import damaged, messages
from oncall.store.settling import Carried
from schedules import format_instant

_log = structlog.get_logger(__name__)


def failed(part: Carried, outcome: Failed, again: datetime | None) -> dict[str, Any]:
    """What the log says of it, in the words that an incident that is whole would use."""
    return {
        "user": part.user,
        "method": part.type,
        "because": outcome.reason,
        "again_at": format_instant(again) if again else None,
        "attempt": part.message,
    }


def go_on(context: Context, session: Session, part: Carried, now: datetime) -> None:
    """Have the person's next way tried at once; where none is left, tell the administrators plainly which incident it is.

    Where none of them can be reached it is the managers. The rest of the escalation is the auditor's to look after: the next
    step cannot fire, and that is an alarm (docs/semantics.md 6.8).
    """
    _log.critical("a page failed and its incident is damaged", incident=part.incident, user=part.user)
    if damaged.try_next_way(session, part.message, now):
        return
    text = plainly(context.public_url, damaged.number_of(session, part.message))
    told = f"Nobody could be told of this: {text}"
    messages.add_notices(session, _notices(context.directory(session), told, part, now))


def _notices(directory: Directory, text: str, part: Carried, now: datetime) -> Iterator[Notice]:
    for user in _looking_after(directory):
        ways = attempts(user, Urgency.HIGH, f"{part.message}.damaged.{user.id}", now)
        yield Notice(user.id, Urgency.HIGH, text, ways)


def _looking_after(directory: Directory) -> tuple[User, ...]:
    """The administrators, or where none of them can be reached the managers."""
    reached = (tuple(user for user in directory.with_role(role) if user.ways(Urgency.HIGH)) for role in _IN_TURN)
    return next((users for users in reached if users), ())


_IN_TURN = (Role.ADMIN, Role.MANAGER)
