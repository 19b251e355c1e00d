"""From the document's support policies and customers to those of the domain."""

from __future__ import annotations

from collections.abc import Mapping

from oncall.document.support import NEXT_OPEN, CustomerSpec, RuleSpec, SupportPolicySpec
from oncall.domain.directory import Urgency
from oncall.domain.policy import Customer, CustomerEscalation, Rule, Severity, SupportPolicy, Triage
from schedules import BusinessCalendar


def support_policy_of(key: str, spec: SupportPolicySpec, calendars: Mapping[str, BusinessCalendar]) -> SupportPolicy:
    """The policy that `spec` describes; it is one in which `policy_faults` finds nothing, and its calendar is there."""
    escalation = spec.customer_escalation
    return SupportPolicy(
        id=key,
        severities=tuple(
            Severity(id_, one.title or id_, one.urgency or Urgency.HIGH, one.meaning or "")
            for id_, one in spec.severities.items()
        ),
        default_severity=spec.default_severity or next(reversed(spec.severities)),
        rules=tuple(_rule(number, rule) for number, rule in enumerate(spec.rules, start=1)),
        calendar=calendars[spec.calendar] if spec.calendar else None,
        plans=spec.plans,
        default_plan=spec.default_plan or next(iter(spec.plans), None),
        ticket_types=spec.ticket_types,
        default_ticket_type=spec.default_ticket_type or next(iter(spec.ticket_types), None),
        required=spec.required,
        triage=_triage(spec),
        lower_on_workaround=spec.lower_on_workaround,
        on_breach=spec.on_breach,
        on_warning=spec.on_warning,
        customer_escalation=CustomerEscalation(escalation.escalation, escalation.gate) if escalation else None,
        ack_timeout=spec.ack_timeout,
        respond_from=spec.respond_from,
    )


def _rule(number: int, spec: RuleSpec) -> Rule:
    named: dict[str, set[str]] = {"severity": set(), "plan": set(), "ticket_type": set()}
    for kind, _, id_ in spec.when.named():
        named[kind].add(id_)
    return Rule(
        number=number,
        do=spec.do,
        escalation=spec.escalation,
        severities=frozenset(named["severity"]),
        plans=frozenset(named["plan"]),
        ticket_types=frozenset(named["ticket_type"]),
        hours=spec.when.hours,
        until=spec.until or NEXT_OPEN,
        urgency=spec.urgency,
        respond_within=spec.respond_within,
        update_every=spec.update_every,
        warn_before=spec.warn_before,
    )


def _triage(spec: SupportPolicySpec) -> Triage | None:
    if spec.triage is None:
        return None
    severities = spec.triage.severities
    return Triage(spec.triage.schedule, spec.triage.within, None if severities is None else frozenset(severities))


def customer_of(key: str, spec: CustomerSpec) -> Customer:
    """The customer that `spec` describes."""
    return Customer(key, spec.plan, spec.respond_within, spec.update_every, spec.manager)
