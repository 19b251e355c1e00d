"""The incident's log: everything that happened to it, in order, each entry with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schedules import format_instant


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of an incident's log; `details` has what belongs to the event, `because` among it wherever there was a choice."""

    at: datetime
    event: str
    details: Mapping[str, Any] = field(default_factory=dict)


def as_json(entry: Entry, incident: str) -> dict[str, Any]:
    """The entry as the API and the simulator print it: `at`, `incident`, `event`, then the details."""
    return {"at": format_instant(entry.at), "incident": incident, "event": entry.event, **entry.details}
