"""An incident and its log as they are told to other systems."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from oncall.domain.incident import Confirmation, Gate, Incident
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
        "doing": incident.doing.value,
        "rule": _rule(incident),
        "fields": dict(incident.fields),
        "links": [dict(link) for link in incident.links],
        "missing": list(incident.missing),
        **{name: _instant(at) for name, at in instants.items()},
        "awaiting_customer": _instant(incident.waits_for_customer_since),
        "customer_escalated": incident.gate is not None,
        "gate": _gate(incident.gate),
        "url": url,
    }


def entry_outside(entry: Entry, incident: Incident) -> dict[str, Any]:
    """A log entry as `oncall simulate` prints it; one of a sensitive incident without anything that somebody wrote."""
    said = as_json(entry, incident.id)
    if not incident.sensitive:
        return said
    return {name: value for name, value in said.items() if name in {"at", "incident", "event", *_SAFE}}


def _rule(incident: Incident) -> dict[str, Any] | None:
    rule = incident.rule
    if rule is None or not rule.number:
        return None
    return {"number": rule.number, "do": rule.do.value, "escalation": rule.escalation}


def _gate(gate: Gate | None) -> dict[str, Any]:
    return {
        "open": gate is not None,
        "by": gate.by if gate else None,
        "at": _instant(gate.at if gate else None),
        "conditions": list(gate.conditions) if gate else [],
        "confirmed": [_confirmation(one) for one in gate.confirmed] if gate else [],
        "missing": list(gate.missing) if gate else [],
        "resolve_by": gate.resolve_by if gate else None,
    }


def _confirmation(one: Confirmation) -> dict[str, Any]:
    return {"condition": one.condition, "by": one.by, "at": format_instant(one.at)}


def _instant(at: datetime | None) -> str | None:
    return format_instant(at) if at is not None else None
