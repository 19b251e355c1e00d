"""An incident and its log as they are told to other systems."""

from __future__ import annotations

from typing import Any

from oncall.domain.incident import Incident
from oncall.domain.log import Entry, as_json
from schedules import format_instant

_PLAIN = (
    "id",
    "number",
    "service",
    "title",
    "body",
    "sensitive",
    "severity",
    "dedup_key",
    "acknowledged_by",
    "resolved_by",
    "customer",
    "plan",
    "ticket_type",
)
_INSTANTS = (
    "created_at",
    "acknowledged_at",
    "resolved_at",
    "responded_at",
    "respond_by",
    "update_by",
    "deferred_until",
    "snoozed_until",
)
# What an entry of a sensitive incident may say: what happened, who did it and until when. Never a word that somebody wrote.
_SAFE = frozenset(
    {"by", "via", "user", "to", "state", "until", "respond_by", "update_by", "clock", "due", "method", "step", "round"}
)


def incident_outside(incident: Incident, public_url: str) -> dict[str, Any]:
    """The incident in the API's shape, as JSON; of a sensitive one the id, the number, the state and where to read it."""
    url = f"{public_url}/incidents/{incident.number}"
    if incident.sensitive:
        return {"id": incident.id, "number": incident.number, "state": incident.state.value, "url": url}
    instants = {name: getattr(incident, name) for name in _INSTANTS}
    return {
        **{name: getattr(incident, name) for name in _PLAIN},
        "state": incident.state.value,
        "urgency": incident.urgency.value,
        "fields": dict(incident.fields),
        "links": [dict(link) for link in incident.links],
        "missing": list(incident.missing),
        **{name: format_instant(at) if at is not None else None for name, at in instants.items()},
        "url": url,
    }


def entry_outside(entry: Entry, incident: Incident) -> dict[str, Any]:
    """A log entry as `oncall simulate` prints it; one of a sensitive incident without anything that somebody wrote."""
    said = as_json(entry, incident.id)
    if not incident.sensitive:
        return said
    return {name: value for name, value in said.items() if name in {"at", "incident", "event", *_SAFE}}
