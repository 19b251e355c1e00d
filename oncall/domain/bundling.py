"""What goes out together, and what waits so as not to flood: one pure function of messages and a minute (docs/semantics.md 6.6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from oncall.domain.directory import Urgency

EARLY = timedelta(seconds=10)
"""How long before its time a page goes out with others: decisions that belong together take a moment one after the other."""

MINUTE = timedelta(minutes=1)
"""How long nothing more goes to somebody by a way by which they have been paged, but for what cannot wait."""

MOST_IN_A_MINUTE = 5
"""How many sends by one way within a minute let the gravest incident of yet another service out at once."""

Way = tuple[str | None, str, str]
"""A person (None for a channel), a type of contact method and an address."""


class DueMessage(NamedTuple):
    """A message that may be sent now.

    A notice goes alone, and so does whatever a program reads; pages to one person or channel by one way go together.
    `rank` is the place of the incident's severity in its policy, 0 the gravest. `of` is whatever its sender knows it by:
    nothing here looks at it.
    """

    id: str
    kind: str
    user: str | None
    type: str
    address: str
    urgency: Urgency
    due_at: datetime
    of: Any = None
    service: str = ""
    rank: int = 0
    incident: str | None = None

    @property
    def way(self) -> Way | None:
        """The way by which it floods somebody; None where it goes alone and at once, whatever went before."""
        if self.kind != "page" or self.type == "webhook":
            return None
        return (self.user, self.type, self.address)


class Recent(NamedTuple):
    """A send by one way a moment ago.

    `ranks` has the services that it was about, each with its gravest rank; `incident` is None where it stood for several.
    `apart` says that it went out within the minute of another, because it could not wait: it keeps nothing waiting itself.
    `call` is whatever its sender knows it by.
    """

    way: Way
    at: datetime
    ranks: Mapping[str, int]
    incident: str | None
    apart: bool = False
    call: str = ""


class Send(NamedTuple):
    """Messages that go out as one, and what is to be remembered of it for a minute; None of what floods nobody."""

    messages: tuple[DueMessage, ...]
    remembered: Recent | None


class Waiting(NamedTuple):
    """A message that is to be looked at again at `until`, at most a minute away."""

    message: DueMessage
    until: datetime


class Planned(NamedTuple):
    """What goes out now, and what waits. Each message that is due is in one of them, once."""

    sends: tuple[Send, ...]
    waiting: tuple[Waiting, ...]


def planned(due: Iterable[DueMessage], soon: Iterable[DueMessage], recent: Iterable[Recent], now: datetime) -> Planned:
    """What goes out now of the messages that are due: the urgent first, then in the order in which they fell due.

    By one way a person is paged once a minute. What comes meanwhile waits until that minute is over, and goes out as one
    send, however many incidents that stands for. Three things do not wait: a further page of an incident that was paged
    alone, a page graver than all of that minute, and the gravest severity of a service of which nothing was sent.
    What falls due within EARLY, `soon`, goes along with what opens a minute, and is left alone otherwise. Who goes with whom
    and who waits does not depend on the order in which messages are given; of those that are alike the first stays first.
    """
    minutes: dict[Way, list[Recent]] = {}
    for one in recent:
        # One further ahead is of a clock that has been set back since: it would hold up all that comes.
        if abs(one.at - now) < MINUTE:
            minutes.setdefault(one.way, []).append(one)
    early = _by_way(soon)
    sends: list[Send] = []
    waiting: list[Waiting] = []
    for way, messages in _by_way(due).items():
        minute = _minute(minutes.get(way, ()))
        if minute.opened_at is None:
            with_them = early.get(way)
            sends.append(_send(way, sorted([*messages, *with_them], key=_order) if with_them else messages, now))
            continue
        apart = [message for message in messages if minute.lets_out(message)]
        if apart:
            sends.append(_send(way, apart, now, apart=True))
        until = min(now, minute.opened_at) + MINUTE
        waiting += [Waiting(message, until) for message in messages if not minute.lets_out(message)]
    return Planned(tuple(sends), tuple(waiting))


class _Minute(NamedTuple):
    """What has gone out by one way within the last minute; `opened_at` is None where nothing has to wait for it."""

    opened_at: datetime | None
    gravest: int
    services: Collection[str]
    incidents: Collection[str | None]
    sends: int

    def lets_out(self, message: DueMessage) -> bool:
        """Whether a page goes out all the same."""
        if message.rank < self.gravest or (message.incident is not None and message.incident in self.incidents):
            return True
        return message.rank == 0 and message.service not in self.services and self.sends < MOST_IN_A_MINUTE


def _minute(recent: Sequence[Recent]) -> _Minute:
    opened_at: datetime | None = None
    ranks: dict[str, int] = {}
    for one in recent:
        ranks.update((service, min(rank, ranks.get(service, rank))) for service, rank in one.ranks.items())
        if not one.apart:
            opened_at = one.at if opened_at is None else max(opened_at, one.at)
    incidents = {one.incident for one in recent}
    return _Minute(opened_at, min(ranks.values(), default=0), ranks, incidents, len(recent))


def _by_way(messages: Iterable[DueMessage]) -> dict[Way, list[DueMessage]]:
    """The messages by the ways by which they go, in order; what goes alone has a way of its own."""
    found: dict[Way, list[DueMessage]] = {}
    for message in sorted(messages, key=_order):
        found.setdefault(message.way or (None, "", message.id), []).append(message)
    return found


def _order(message: DueMessage) -> tuple[bool, datetime]:
    return (message.urgency is not Urgency.HIGH, message.due_at)


def remembered(way: Way, messages: Sequence[DueMessage], at: datetime, *, apart: bool = False) -> Recent:
    """What is to be known for a minute of a send."""
    ranks: dict[str, int] = {}
    for message in messages:
        ranks[message.service] = min(message.rank, ranks.get(message.service, message.rank))
    first = messages[0].incident
    alone = first if all(message.incident == first for message in messages) else None
    return Recent(way, at, ranks, alone, apart)


def _send(way: Way, messages: Sequence[DueMessage], now: datetime, *, apart: bool = False) -> Send:
    floods = messages[0].way is not None
    return Send(tuple(messages), remembered(way, messages, now, apart=apart) if floods else None)
