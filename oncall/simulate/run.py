"""Events in, the log out, an entry at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from oncall.domain.directory import Directory
from oncall.simulate.event import Event
from oncall.simulate.world import LogEntry, World
from schedules import format_instant

AFTER_THE_LAST_EVENT = timedelta(days=7)
"""How long a simulation without an end of its own goes on after the last event."""


def simulate(events: Iterable[Event], directory: Directory, until: datetime | None = None) -> Iterator[dict[str, Any]]:
    """The log of all incidents, an entry at a time in order, up to and including `until`.

    The events come in order of time (`in_order` sees to it) and are read one at a time, as late as can be: nothing is kept but
    what is open. Without `until` it goes on for seven days after the last event, or until nothing is due any more.
    """
    return chain.from_iterable(happenings(World(directory), events, until))


def happenings(world: World, events: Iterable[Event], until: datetime | None = None) -> Iterator[list[LogEntry]]:
    """The same, one decision at a time: what each event, timer or sending wrote into the log, which may be nothing.

    Raises ValueError for an event that is earlier than the one before.
    """
    last: datetime | None = None
    for event in events:
        at = event.at
        if last is not None and at < last:
            message = f"an event at {format_instant(at)} comes after one at {format_instant(last)}"
            raise ValueError(message)
        if until is not None and at > until:
            break
        last = at
        yield from world.until(at)
        yield world.obey(event)
    end = until or (last + AFTER_THE_LAST_EVENT if last is not None else None)
    while end is not None and (due := world.next_due_at) is not None and due <= end:
        yield world.fire_next()
