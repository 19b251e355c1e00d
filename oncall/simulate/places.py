"""Where a support policy may come upon a person: every step, and what has to happen before it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oncall.domain.directory import (
    AccountTarget,
    Directory,
    RoleTarget,
    ScheduleTarget,
    Target,
    TeamTarget,
    UserTarget,
)
from oncall.domain.itself import escalation_policy_of
from oncall.domain.policy import SupportPolicy, policy_of
from schedules import Schedule

TRIAGE = "triage"
FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Place:
    """One target of one step of an escalation policy.

    `begins` says when that policy is asked for ("for rule 2 and when a limit is near"), `rules` which rules ask for it.
    """

    policy: str
    step: int | str
    target: Target
    begins: str
    rules: frozenset[int] = frozenset()


def places_of(directory: Directory, service: str, customer: str | None = None) -> Iterator[Place]:
    """Every place at which an incident of that service, of that customer, may page somebody, the likeliest first."""
    policy = policy_of(directory, service)
    if policy.triage is not None:
        severities = policy.triage.severities
        begins = "for what pages" if severities is None else f"for {' and '.join(sorted(severities))}"
        yield Place(TRIAGE, 1, ScheduleTarget(policy.triage.schedule), begins)
    for name, (rules, beside) in _escalations(policy).items():
        yield from _steps(directory, name, " and ".join([*_rules(rules), *beside]), frozenset(rules))
    known = directory.customers.get(customer or "")
    if known is not None and known.manager is not None:
        policy_id = policy.on_breach or f"customer {known.id}"
        yield Place(
            policy_id, 1, AccountTarget(known.manager, known.id), "when a limit is breached or the customer escalates"
        )


def people_at(target: Target, directory: Directory) -> frozenset[str]:
    """Everybody whom a target may ever mean."""
    match target:
        case ScheduleTarget(schedule):
            found = directory.schedules.get(schedule)
            return _in_schedule(found) if found else frozenset()
        case TeamTarget(team):
            return frozenset(directory.teams[team].members) if team in directory.teams else frozenset()
        case UserTarget(user) | AccountTarget(user):
            return frozenset({user})
        case RoleTarget(role):
            return frozenset(user.id for user in directory.with_role(role))
        case _:
            return frozenset()


def _escalations(policy: SupportPolicy) -> dict[str, tuple[list[int], list[str]]]:
    """The escalation policies that it names, each with the rules and the occasions beside them that ask for it."""
    asked: dict[str, tuple[list[int], list[str]]] = {}
    for rule in policy.rules:
        if rule.escalation is not None:
            asked.setdefault(rule.escalation, ([], []))[0].append(rule.number)
    terms = policy.customer_escalation
    beside = (
        (policy.on_warning, "when a limit is near"),
        (policy.on_breach, "when a limit is breached"),
        (terms.escalation if terms else None, "when the customer escalates"),
    )
    for name, begins in beside:
        if name is not None:
            asked.setdefault(name, ([], []))[1].append(begins)
    return asked


def _rules(numbers: list[int]) -> Iterator[str]:
    if numbers:
        yield f"for rule{'' if len(numbers) == 1 else 's'} {' and '.join(map(str, numbers))}"


def _steps(directory: Directory, name: str, begins: str, rules: frozenset[int]) -> Iterator[Place]:
    policy = escalation_policy_of(directory, name)
    if policy is None:
        return
    for number, step in enumerate(policy.steps, start=1):
        yield from (Place(name, number, target, begins, rules) for target in step.targets)
    yield from (Place(name, FALLBACK, target, begins, rules) for target in policy.fallback)


def _in_schedule(schedule: Schedule) -> frozenset[str]:
    entries = [entry for layer in schedule.layers for entry in layer.rotation.users]
    return frozenset().union(*entries, *(override.users for override in schedule.overrides))
