"""What happens from outside: a command for an incident, at an instant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from oncall.domain.commands import PersonCommand, Trigger


class Event(NamedTuple):
    """A command for the incident of that name, which is its dedup key, at an instant."""

    at: datetime
    incident: str
    command: Trigger | PersonCommand


def in_order(events: Iterable[Event]) -> list[Event]:
    """The events in order of time; those of one instant keep the order in which they are given."""
    return sorted(events, key=attrgetter("at"))
