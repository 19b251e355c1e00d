"""What the objects of a document name, and whether it exists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from oncall.document.document import SECTIONS, Document
from oncall.document.escalation import EscalationPolicySpec, TargetSpec
from oncall.document.faults import Fault, Path, unknown
from oncall.document.people import TeamSpec, UserSpec
from oncall.document.support import CustomerSpec, SupportPolicySpec
from oncall.document.times import LayerSpec, ScheduleSpec
from oncall.domain.policy import built_in

_WORDS = {"escalation_policies": "escalation policy", "support_policies": "support policy"}


@dataclass(frozen=True, slots=True)
class Reference:
    """The object at `path` names the object `id` of `section`."""

    path: Path
    section: str
    id: str


def reference_faults(document: Document, named: Mapping[str, Collection[str]] | None = None) -> Iterator[Fault]:
    """Every name that stands for nothing.

    `named` are the ids that exist beside the document's own, such as those of objects that are wrong themselves.
    """
    known = {section: {*document.section(section), *(named or {}).get(section, ())} for section in SECTIONS}
    for reference in references(document):
        if reference.id not in known[reference.section]:
            what = _WORDS.get(reference.section, reference.section.removesuffix("s"))
            yield Fault(reference.path, unknown(what, reference.id, known[reference.section]))
    for key, user in document.users.items():
        yield from _unknown_methods(user, ("users", key))
    yield from _unknown_severities(document)
    yield from _unknown_terms(document, known["support_policies"])


def references(document: Document) -> Iterator[Reference]:
    """Every place of the document at which an object names another."""
    for key, team in document.teams.items():
        yield from _of_team(team, ("teams", key))
    for key, schedule in document.schedules.items():
        yield from _of_schedule(schedule, ("schedules", key))
    for key, policy in document.escalation_policies.items():
        yield from _of_policy(policy, ("escalation_policies", key))
    for key, support in document.support_policies.items():
        yield from _of_support_policy(support, ("support_policies", key))
    for key, customer in document.customers.items():
        yield from _named(("customers", key, "manager"), "users", customer.manager)
    for key, service in document.services.items():
        yield from _named(("services", key, "support_policy"), "support_policies", service.support_policy)
        yield from _named(("services", key, "escalation_policy"), "escalation_policies", service.escalation_policy)


def _of_team(team: TeamSpec, at: Path) -> Iterator[Reference]:
    yield from _users(team.members, (*at, "members"))
    yield from _users(team.managers, (*at, "managers"))


def _of_schedule(schedule: ScheduleSpec, at: Path) -> Iterator[Reference]:
    for index, layer in enumerate(schedule.layers):
        yield from _of_layer(layer, (*at, "layers", index))
    for index, override in enumerate(schedule.overrides):
        here = (*at, "overrides", index)
        yield from _users(override.users, (*here, "users"))
        if override.replaces is not None:
            yield Reference((*here, "replaces"), "users", override.replaces)


def _of_layer(layer: LayerSpec, at: Path) -> Iterator[Reference]:
    for index, entry in enumerate(layer.users):
        here = (*at, "users", index)
        if len(entry) == 1:
            yield Reference(here, "users", entry[0])
        else:
            yield from _users(entry, here)
    if layer.when is not None and layer.when.calendar is not None:
        yield Reference((*at, "when", "calendar"), "calendars", layer.when.calendar)


def _of_policy(policy: EscalationPolicySpec, at: Path) -> Iterator[Reference]:
    for index, step in enumerate(policy.steps):
        yield from _targets(step.notify, (*at, "steps", index, "notify"))
    yield from _targets(policy.fallback, (*at, "fallback"))


def _targets(targets: Iterable[TargetSpec], at: Path) -> Iterator[Reference]:
    for index, target in enumerate(targets):
        for kind, id_ in (("schedule", target.schedule), ("user", target.user), ("team", target.team)):
            if id_ is not None:
                yield Reference((*at, index, kind), f"{kind}s", id_)


def _of_support_policy(policy: SupportPolicySpec, at: Path) -> Iterator[Reference]:
    yield from _named((*at, "calendar"), "calendars", policy.calendar)
    if policy.triage is not None:
        yield Reference((*at, "triage", "schedule"), "schedules", policy.triage.schedule)
    for index, rule in enumerate(policy.rules):
        yield from _named((*at, "rules", index, "escalation"), "escalation_policies", rule.escalation)
    yield from _named((*at, "on_breach"), "escalation_policies", policy.on_breach)
    yield from _named((*at, "on_warning"), "escalation_policies", policy.on_warning)
    if policy.customer_escalation is not None:
        escalation = policy.customer_escalation.escalation
        yield Reference((*at, "customer_escalation", "escalation"), "escalation_policies", escalation)


def _named(path: Path, section: str, id_: str | None) -> Iterator[Reference]:
    if id_ is not None:
        yield Reference(path, section, id_)


def _users(users: Iterable[str], at: Path) -> Iterator[Reference]:
    for index, user in enumerate(users):
        yield Reference((*at, index), "users", user)


def _unknown_methods(user: UserSpec, at: Path) -> Iterator[Fault]:
    rules = {"high": user.notification_rules.high, "low": user.notification_rules.low}
    for urgency, chosen in rules.items():
        for index, rule in enumerate(chosen):
            if rule.via not in user.contact_methods:
                here = (*at, "notification_rules", urgency, index, "via")
                yield Fault(here, unknown("contact method", rule.via, user.contact_methods))


def _unknown_severities(document: Document) -> Iterator[Fault]:
    built_in_ones = [severity.id for severity in built_in("").severities]
    for key, service in document.services.items():
        policy = document.support_policies.get(service.support_policy or "")
        if service.support_policy is not None and policy is None:
            continue  # it is unknown, or wrong itself
        known = built_in_ones if policy is None else list(policy.severities)
        for word, severity in service.severity_map.items():
            if severity not in known:
                yield Fault(("services", key, "severity_map", word), unknown("severity", severity, known))


def _unknown_terms(document: Document, policies: Collection[str]) -> Iterator[Fault]:
    """Plans and severities of customers that no policy knows; nothing is said while a policy is wrong itself."""
    if document.support_policies.keys() != set(policies):
        return
    severities = {severity for policy in document.support_policies.values() for severity in policy.severities}
    plans = {plan for policy in document.support_policies.values() for plan in policy.plans}
    for key, customer in document.customers.items():
        yield from _terms(customer, ("customers", key), plans, severities)


def _terms(customer: CustomerSpec, at: Path, plans: Collection[str], severities: Collection[str]) -> Iterator[Fault]:
    if customer.plan is not None and customer.plan not in plans:
        yield Fault((*at, "plan"), unknown("plan", customer.plan, plans))
    for field, limits in (("respond_within", customer.respond_within), ("update_every", customer.update_every)):
        for severity in limits:
            if severity not in severities:
                yield Fault((*at, field, severity), unknown("severity", severity, severities))
