"""What a person may read of a sensitive incident: without the role responder its number, and what was done about it."""

from __future__ import annotations

from dataclasses import replace

from oncall.domain.directory import Role
from oncall.domain.incident import Incident
from oncall.domain.log import Entry

_WRITTEN = frozenset({"text", "warnings"})
"""The details of a log entry that hold words of people, or quote a sender."""


def readable(incident: Incident, role: Role) -> Incident:
    """The incident as that role may read it: the text of a sensitive one is for responders and above."""
    if not incident.sensitive or role.allows(Role.RESPONDER):
        return incident
    return replace(incident, title=f"Sensitive incident {incident.number}", body="", fields={}, links=())


def readable_entry(entry: Entry, incident: Incident, role: Role) -> Entry:
    """The log entry as that role may read it: of a sensitive incident, what people wrote is for responders and above."""
    if not incident.sensitive or role.allows(Role.RESPONDER):
        return entry
    return entry._replace(details={name: value for name, value in entry.details.items() if name not in _WRITTEN})
