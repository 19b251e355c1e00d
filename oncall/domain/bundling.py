"""What goes out together: one pure function of the messages that are due (docs/semantics.md 6.6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from oncall.domain.directory import Urgency

MOST_IN_A_BUNDLE = 100
"""How many incidents one message may stand for: more than are ever released at once, and few enough to act on with one key."""

EARLY = timedelta(seconds=10)
"""How long before its time a page goes out with others: decisions that belong together take a moment one after the other."""


class DueMessage(NamedTuple):
    """A message that may be sent now.

    A notice goes alone, and so does whatever a program reads; pages to one person by one way go together.
    `of` is whatever its sender knows it by: nothing here looks at it.
    """

    id: str
    kind: str
    user: str | None
    type: str
    address: str
    urgency: Urgency
    due_at: datetime
    of: Any = None


def bundles(due: Iterable[DueMessage], soon: Iterable[DueMessage] = ()) -> tuple[tuple[DueMessage, ...], ...]:
    """The messages as they go out, each inner tuple as one send: the urgent first, then in the order in which they fell due.

    Those that fell due at one instant keep the order in which they are given: that in which their incidents came. What falls
    due within EARLY, `soon`, goes out with what is due to the same person by the same way, and never makes a send of its own.
    """
    together: dict[tuple[object, ...], list[DueMessage]] = {}
    for message in sorted(due, key=_order):
        together.setdefault(_belongs_to(message), []).append(message)
    for message in sorted(soon, key=_order):
        if _belongs_to(message) in together:
            together[_belongs_to(message)].append(message)
    return tuple(part for messages in together.values() for part in _parts(messages))


def _order(message: DueMessage) -> tuple[bool, datetime]:
    return (message.urgency is not Urgency.HIGH, message.due_at)


def _belongs_to(message: DueMessage) -> tuple[object, ...]:
    if message.kind != "page" or message.user is None or message.type == "webhook":
        return (message.id,)
    return (message.user, message.type, message.address, message.urgency)


def _parts(messages: Sequence[DueMessage]) -> Iterable[tuple[DueMessage, ...]]:
    if len(messages) <= MOST_IN_A_BUNDLE:
        return (tuple(messages),)
    starts = range(0, len(messages), MOST_IN_A_BUNDLE)
    return (tuple(messages[first : first + MOST_IN_A_BUNDLE]) for first in starts)
