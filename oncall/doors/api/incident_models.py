"""Incidents as the API takes and gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from oncall.domain.directory import Urgency
from oncall.domain.incident import Gate, Incident, State
from oncall.domain.policy import Do
from oncall.domain.readable import readable
from oncall.doors.api.endpoint import Call, Input
from oncall.doors.api.values import Cursor, InstantOut, Limit, Text, Word

WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2048)]
StateName = Literal["open", "triage", "triggered", "deferred", "acknowledged", "snoozed", "resolved"]


class Link(Input):
    """Where to read on."""

    href: WebAddress
    text: str | None = None


class OpenIncident(Input):
    """Something is wrong with a service.

    An open incident of the service with the same `dedup_key` is joined. `severity`, `plan` and `ticket_type` may be any words:
    one that means nothing here counts as the default, with a warning, as a page is worth more than a field. Unknown members
    are left out, with a warning too. `customer` is the id of whom it concerns.
    """

    model_config = ConfigDict(extra="allow")

    service: Word
    title: Text
    severity: str | None = None
    customer: str | None = None
    plan: str | None = None
    ticket_type: str | None = None
    dedup_key: Word | None = None
    body: str = ""
    sensitive: bool = False
    fields: dict[str, Any] = Field(default_factory=dict)
    links: list[Link] = Field(default_factory=list)


class IncidentQuery(Input):
    """Which incidents, newest first."""

    state: StateName | None = None
    severity: Word | None = None
    service: Word | None = None
    customer: Word | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class ConfirmationOut(BaseModel):
    """One condition that was confirmed."""

    model_config = ConfigDict(from_attributes=True)

    condition: str
    by: str
    at: InstantOut


class GateOut(BaseModel):
    """A customer's escalation, during which the severity is not lowered, and which does not end, until nothing is `missing`.

    While none is open, `by` and `at` are null and the lists are empty. `resolve_by` is the system whose resolve waits for its end.
    """

    open: bool = True
    by: str | None = None
    at: InstantOut | None = None
    conditions: list[str] = []
    confirmed: list[ConfirmationOut] = []
    missing: list[str] = []
    resolve_by: str | None = None


class RuleOut(BaseModel):
    """The row of the policy's table that decided last, counted from 1; what it says to do, and through which escalation policy."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    do: Do
    escalation: str | None


class IncidentOut(BaseModel):
    """One incident; of a sensitive one title, body, fields and links are shown to responders and above alone.

    `respond_by` and `update_by` are null where nothing is due, also while the customer is waited for: `awaiting_customer` says
    since when. `missing` are the required fields that nobody has sent yet. `doing` is what came of the rule: one that defers
    pages in open hours. `rule` is null where the service has no table.
    """

    id: str
    number: int
    service: str
    title: str
    body: str
    fields: dict[str, Any]
    links: list[Mapping[str, Any]]
    sensitive: bool
    state: State
    severity: str
    urgency: Urgency
    customer: str | None
    plan: str | None
    ticket_type: str | None
    missing: list[str]
    rule: RuleOut | None
    doing: Do
    dedup_key: str
    created_at: InstantOut
    responded_at: InstantOut | None
    acknowledged_at: InstantOut | None
    acknowledged_by: str | None
    resolved_at: InstantOut | None
    resolved_by: str | None
    respond_by: InstantOut | None
    update_by: InstantOut | None
    deferred_until: InstantOut | None
    snoozed_until: InstantOut | None
    awaiting_customer: InstantOut | None
    customer_escalated: bool
    gate: GateOut
    url: str


class OpenedIncident(IncidentOut):
    """The incident that was opened or joined, and what was mended on the way."""

    joined: bool
    warnings: list[str]


class IncidentList(BaseModel):
    """One page of incidents; `next_cursor` is null on the last."""

    incidents: list[IncidentOut]
    next_cursor: str | None


_WORKED_OUT = frozenset({"links", "rule", "missing", "awaiting_customer", "customer_escalated", "gate", "url"})
_AS_THEY_ARE = IncidentOut.model_fields.keys() - _WORKED_OUT


def incident_out(call: Call[Any, Any], incident: Incident) -> IncidentOut:
    """The incident as the one who calls may see it."""
    return IncidentOut(**shown(call, incident))


def shown(call: Call[Any, Any], incident: Incident) -> dict[str, Any]:
    """What IncidentOut holds of it; where its contents may not be seen the number stands for the title."""
    incident = readable(incident, call.asker.role)
    rule, gate = incident.rule, incident.gate
    return {
        **{name: getattr(incident, name) for name in _AS_THEY_ARE},
        "links": list(incident.links),
        "missing": list(incident.missing),
        "rule": RuleOut.model_validate(rule) if rule is not None and rule.number else None,
        "awaiting_customer": incident.waits_for_customer_since,
        "customer_escalated": gate is not None,
        "gate": _gate(gate) if gate is not None else GateOut(open=False),
        "url": f"{call.context.public_url}/incidents/{incident.number}",
    }


def _gate(gate: Gate) -> GateOut:
    return GateOut(
        by=gate.by,
        at=gate.at,
        conditions=list(gate.conditions),
        confirmed=[ConfirmationOut.model_validate(one) for one in gate.confirmed],
        missing=list(gate.missing),
        resolve_by=gate.resolve_by,
    )
