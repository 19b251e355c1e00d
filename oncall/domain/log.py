"""The incident's log: everything that happened to it, in order, each entry with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from schedules import format_instant


class Entry(NamedTuple):
    """One event of an incident's log; `details` has what belongs to the event, `because` among it wherever there was a choice.

    A named tuple, not a dataclass, as others here that are made by the million: it takes half as long to make.
    """

    at: datetime
    event: str
    details: Mapping[str, Any] = MappingProxyType({})


def as_json(entry: Entry, incident: str) -> dict[str, Any]:
    """The entry as the API and the simulator print it: `at`, `incident`, `event`, then the details."""
    return {"at": format_instant(entry.at), "incident": incident, "event": entry.event, **entry.details}
