"""Support policies as people read them: what each severity means, and what follows from it at which hour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from oncall.domain.directory import Directory, EscalationPolicy, Role, Target
from oncall.domain.in_words import in_words
from oncall.domain.policy import Do, Rule, SupportPolicy
from oncall.doors.web.access import needs
from oncall.doors.web.naming import severity_name, spaced, target_name
from oncall.errors import NotFoundError

_HOURS = {"open": "in open hours", "closed": "outside of open hours"}

policies = Blueprint("policies", __name__, url_prefix="/policies")


@dataclass(frozen=True, slots=True)
class Row:
    """One rule: for what it is, what it does, and what is promised with it; `escalation` is None where nobody is paged."""

    number: int
    case: str
    does: str
    escalation: str | None
    promised: tuple[str, ...]


@policies.get("")
@needs(Role.VIEWER)
def index() -> ResponseReturnValue:
    """Every support policy, with the services that follow it."""
    directory: Directory = g.directory
    followed = {name: _followers(directory, name) for name in directory.support_policies}
    plain = [service.id for service in directory.services.values() if service.support_policy is None]
    return render_template("web/policies.html", policies=directory.support_policies, followed=followed, plain=plain)


@policies.get("/<policy>")
@needs(Role.VIEWER)
def show(policy: str) -> ResponseReturnValue:
    """One support policy: its severities, its rules from the top, and who is told of what."""
    directory: Directory = g.directory
    found = directory.support_policies.get(policy)
    if found is None:
        raise NotFoundError(f"there is no support policy {policy!r}")
    return render_template(
        "web/policy.html",
        policy=found,
        rules=[_row(rule) for rule in found.rules],
        escalations=[_in_words(directory.escalation_policies[name]) for name in _escalations(found)],
        services=_followers(directory, policy),
        words=in_words(found, directory),
    )


def _followers(directory: Directory, policy: str) -> list[str]:
    return [service.id for service in directory.services.values() if service.support_policy == policy]


def _row(rule: Rule) -> Row:
    limits = (
        ("respond within", rule.respond_within),
        ("update every", rule.update_every),
        ("warn", rule.warn_before and f"{rule.warn_before} before"),
        ("urgency", rule.urgency),
    )
    promised = tuple(f"{name} {value}" for name, value in limits if value)
    return Row(rule.number, ", ".join(_case(rule)) or "everything else", _does(rule), rule.escalation, promised)


def _case(rule: Rule) -> Iterator[str]:
    if rule.severities:
        yield " or ".join(severity_name(each) for each in sorted(rule.severities))
    if rule.plans:
        yield f"plan {' or '.join(sorted(rule.plans))}"
    if rule.ticket_types:
        yield " or ".join(spaced(each) for each in sorted(rule.ticket_types))
    if rule.hours:
        yield _HOURS[rule.hours]


def _does(rule: Rule) -> str:
    if rule.do is Do.PAGE:
        return "page at once"
    if rule.do is Do.RECORD:
        return "record it, and page nobody"
    return "wait until it opens" if rule.until == "next_open" else f"wait until {rule.until} of the next working day"


def _escalations(policy: SupportPolicy) -> list[str]:
    """The escalation policies that it names, each once, the rules' first."""
    terms = policy.customer_escalation
    beside = (policy.on_breach, policy.on_warning, terms.escalation if terms else None)
    return list(dict.fromkeys(filter(None, (*(rule.escalation for rule in policy.rules), *beside))))


@dataclass(frozen=True, slots=True)
class Steps:
    """An escalation policy in words: whom each step pages, after how many minutes the next comes, and whom it falls back on."""

    name: str
    steps: tuple[tuple[str, int], ...]
    repeats: str
    falls_back: str
    fallback: str


def _in_words(policy: EscalationPolicy) -> Steps:
    def said(targets: Iterable[Target]) -> str:
        return ", ".join(target_name(target, g.names) for target in targets)

    return Steps(
        name=policy.id,
        steps=tuple((said(step.targets), int(step.wait.total_seconds()) // 60) for step in policy.steps),
        repeats=_repeats(policy.repeat),
        falls_back="if nobody can be reached" if policy.repeat is None else "then, or if nobody can be reached",
        fallback=said(policy.fallback),
    )


def _repeats(times: int | None) -> str:
    if times is None:
        return "round after round, until somebody acknowledges"
    return f"round after round, {times + 1} times at most" if times else "once, and not again"
