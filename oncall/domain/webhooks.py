"""What other systems may ask to be told of, and what they are then told (docs/webhooks.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oncall.domain.incident import Incident
from oncall.domain.log import Entry
from oncall.domain.outside import entry_outside, incident_outside

METHOD = "webhook_event"
"""The outbox's type of a message to a subscription; a page to a webhook has the type of its contact method, `webhook`."""

INFORMATION_REQUIRED = "information_required"
"""The event beside `triggered` that asks for the required fields that were not sent."""

DEFAULT_EVENTS = (
    "triggered",
    INFORMATION_REQUIRED,
    "completed",
    "triaged",
    "deferred",
    "released",
    "acknowledged",
    "ack_expired",
    "reassigned",
    "severity",
    "classified",
    "workaround",
    "snoozed",
    "resumed",
    "updated",
    "noted",
    "awaiting_customer",
    "customer_replied",
    "customer_escalated",
    "confirmed",
    "de_escalated",
    "breached",
    "exhausted",
    "resolve_waiting",
    "resolved",
)
"""What a ticket cares about."""

EVENTS = (
    *DEFAULT_EVENTS,
    "joined",
    "paged",
    "attempted",
    "attempt_failed",
    "delivered",
    "resent",
    "missed",
    "rearmed",
    "withheld",
    "unreachable",
    "nobody",
    "triage_expired",
    "warned",
    "rule",
    "recalculated",
    "escalated",
    "repaged",
    "told",
    "refused",
)
"""Everything that may be asked for."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event for one subscription: its id, which is the same however often it is sent, its type and what it says."""

    id: str
    type: str
    payload: dict[str, Any]


def event_types(entry: Entry) -> tuple[str, ...]:
    """The types of the events that a log entry makes: its own, and a question where required fields are missing."""
    asks = entry.event == "triggered" and bool(entry.details.get("missing"))
    return (entry.event, INFORMATION_REQUIRED) if asks else (entry.event,)


def told(type_: str, webhook: int, sequence: int, entry: Entry, incident: Incident, public_url: str) -> Told:
    """The event of that type for one webhook.

    `incident` is as the command that wrote the entry left it. `sequence` is the entry's: later entries have greater ones.
    """
    question = type_ == INFORMATION_REQUIRED
    # By their ids the events of an incident stand in order. No full stop: it parts an id from what follows in what is signed.
    id_ = f"evt_{incident.id}_{sequence:012}_{int(question)}_{webhook}"
    said = entry_outside(entry, incident)
    payload = {
        "id": id_,
        "type": type_,
        "at": said["at"],
        "sequence": sequence,
        "incident": incident_outside(incident, public_url),
        "entry": said,
    }
    return Told(id_, type_, payload)
