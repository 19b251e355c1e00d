"""A trigger: it opens an incident, or joins the one that is open (docs/semantics.md 4.9, 4.11, 5.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from oncall.domain.clocks import promise_response
from oncall.domain.commands import Trigger
from oncall.domain.directory import Directory, Service, Urgency
from oncall.domain.draft import Draft
from oncall.domain.evolve import evolve
from oncall.domain.incident import Incident, State
from oncall.domain.itself import service_of
from oncall.domain.meaning import Offer, plan_meant, severity_meant, ticket_type_meant
from oncall.domain.policy import Do, SupportPolicy, policy_of
from oncall.domain.severity import raise_by_trigger
from oncall.domain.table import asked, follow, take
from oncall.domain.triage import begin_triage, wants_triage
from schedules import format_instant

_BLANK = Incident("", "", "", "", "", Urgency.HIGH, State.TRIGGERED, datetime.min.replace(tzinfo=UTC))
"""What every incident begins as: with so many fields it is copied in half the time that it takes to make another."""


def opened(command: Trigger, directory: Directory, now: datetime) -> Draft:
    """A new incident, with all that follows from it."""
    policy = policy_of(directory, command.service)
    severity = severity_meant(command.severity, _service(directory, command), policy)
    plan, ticket_type = _plan(command, policy, directory), ticket_type_meant(command.ticket_type, policy)
    incident = evolve(
        _BLANK,
        id=command.id,
        service=command.service,
        dedup_key=command.dedup_key,
        title=command.title,
        severity=severity.value,
        urgency=policy.urgency(severity.value),
        created_at=now,
        body=command.body,
        sensitive=command.sensitive,
        fields=command.fields,
        links=command.links,
        customer=command.customer,
        plan=plan.value,
        ticket_type=ticket_type.value,
        missing=tuple(_missing(policy.required, command)) if policy.required else (),
    )
    draft = Draft(incident, directory, now, own=incident)
    guessed = [offer.warning for offer in (severity, plan, ticket_type) if offer.warning is not None]
    incomplete = [f"incomplete: {name} is missing" for name in incident.missing]
    _begin(draft, command, [*command.warnings, *guessed, *incomplete])
    return draft


def joined(draft: Draft, command: Trigger) -> None:
    """A further trigger of the same problem pages nobody, unless it is graver than what is known (5.5)."""
    policy = draft.policy
    decided = severity_meant(command.severity, _service(draft.directory, command), policy)
    warnings = [*command.warnings, *filter(None, [decided.warning])]
    draft.log("joined", {"severity": decided.value, "by": command.by, "warnings": warnings})
    gate = draft.incident.gate
    if gate is not None and gate.resolve_by is not None:
        draft.change(gate=replace(gate, resolve_by=None))
    complete(draft, command.fields, command.by, body=command.body)
    if (command.severity or "").strip() and policy.is_graver(decided.value, than=draft.incident.severity):
        raise_by_trigger(draft, command, decided.value)


def complete(draft: Draft, fields: Any, by: str, body: str = "") -> None:
    """Take over what was missing and has come now."""
    incident = draft.incident
    came = [name for name in incident.missing if fields.get(name) or (name == "body" and body)]
    if not came:
        return
    draft.change(
        missing=tuple(name for name in incident.missing if name not in came),
        fields={**incident.fields, **{name: fields[name] for name in came if name in fields}},
        body=incident.body or body,
    )
    draft.log("completed", {"fields": came, "by": by})


def _begin(draft: Draft, command: Trigger, warnings: list[str]) -> None:
    decision = asked(draft)
    take(draft, decision)
    promise_response(draft, draft.now)
    first = wants_triage(draft, decision)
    incident = draft.incident
    draft.log(
        "triggered",
        {
            "severity": incident.severity,
            "urgency": str(incident.urgency),
            "rule": decision.rule.number or None,
            "do": str(decision.do),
            "respond_by": format_instant(incident.respond_by) if incident.respond_by else None,
            "warnings": warnings,
            "plan": incident.plan,
            "ticket_type": incident.ticket_type,
            "customer": incident.customer,
            "missing": list(incident.missing),
            "by": command.by,
            "because": decision.because,
            "state": str(_first_state(decision.do, first=first)),
        },
    )
    if first:
        begin_triage(draft, decision)
    else:
        follow(draft, decision)


def _first_state(do: Do, *, first: bool) -> State:
    if first:
        return State.TRIAGE
    return State.DEFERRED if do is Do.DEFER else State.TRIGGERED


def _service(directory: Directory, command: Trigger) -> Service:
    return service_of(directory, command.service) or Service(command.service)


def _plan(command: Trigger, policy: SupportPolicy, directory: Directory) -> Offer:
    """What was agreed with the customer, else what the sender says."""
    customer = directory.customers.get(command.customer or "")
    said = plan_meant(command.plan, policy)
    if customer is None or customer.plan is None or customer.plan not in policy.plans:
        return said
    differs = (command.plan or "").strip() and said.value != customer.plan
    warning = f"plan {command.plan!r} was sent, but {customer.plan} was agreed with {customer.id}" if differs else None
    return Offer(customer.plan, warning)


def _missing(required: tuple[str, ...], command: Trigger) -> Iterator[str]:
    said = {
        "title": command.title,
        "body": command.body,
        "severity": command.severity,
        "customer": command.customer,
        "plan": command.plan,
        "ticket_type": command.ticket_type,
        **command.fields,
    }
    return (name for name in required if not said.get(name))
