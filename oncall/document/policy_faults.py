"""What is wrong with a support policy by itself: names that it does not know, rules that cannot be carried out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from oncall.document.faults import Fault, Path, unknown
from oncall.document.support import RuleSpec, SupportPolicySpec
from oncall.domain.policy import Do
from schedules import Duration

KINDS = {"severity": "severity", "plan": "plan", "ticket_type": "ticket type"}
"""What the values of a rule's `when` are called."""

_Named = tuple[Path, str, str]


def policy_faults(spec: SupportPolicySpec, at: Path, calendars: Collection[str]) -> Iterator[Fault]:
    """What is wrong with the policy at `at`, whatever else there is; `calendars` are those that it could name."""
    known: dict[str, Collection[str]] = {
        "severity": spec.severities,
        "plan": spec.plans,
        "ticket_type": spec.ticket_types,
    }
    for path, kind, id_ in _names(spec):
        if id_ not in known[kind]:
            yield Fault((*at, *path), _unknown(kind, id_, known[kind]))
    for path, ids in _lists(spec):
        yield from (Fault((*at, *path, i), f"{id_!r} is there twice") for i, id_ in enumerate(ids) if id_ in ids[:i])
    if spec.default_severity is None and len(spec.severities) > 1:
        few = ", ".join(spec.severities)
        yield Fault((*at, "default_severity"), f"is missing: which one counts where a trigger names none of {few}?")
    yield from _workaround_faults(spec, (*at, "lower_on_workaround"))
    for index, rule in enumerate(spec.rules):
        yield from _rule_faults(rule, (*at, "rules", index))
    if spec.calendar is None:
        there = f" (known: {', '.join(sorted(calendars))})" if calendars else ""
        for path, what in _needs_of_a_calendar(spec):
            yield Fault((*at, *path), f"{what} needs opening hours: give the policy a `calendar`{there}")


def is_elapsed(length: Duration | None) -> bool:
    """Whether a limit, if there is one, passes at all hours, and so needs no calendar."""
    return length is None or length.kind == "elapsed"


def _unknown(kind: str, id_: str, known: Collection[str]) -> str:
    what = KINDS[kind]
    return unknown(what, id_, known) if known else f"unknown {what} {id_!r}: the policy names no {what}s"


def _names(spec: SupportPolicySpec) -> Iterator[_Named]:
    """Every place at which the policy names one of its own severities, plans or ticket types."""
    defaults = {"severity": spec.default_severity, "plan": spec.default_plan, "ticket_type": spec.default_ticket_type}
    for kind, default in defaults.items():
        if default is not None:
            yield (f"default_{kind}",), kind, default
    for index, severity in enumerate((spec.triage and spec.triage.severities) or ()):
        yield ("triage", "severities", index), "severity", severity
    for number, rule in enumerate(spec.rules):
        yield from ((("rules", number, "when", *path), kind, id_) for kind, path, id_ in rule.when.named())
    for high, low in spec.lower_on_workaround.items():
        yield ("lower_on_workaround", high), "severity", high
        yield ("lower_on_workaround", high), "severity", low


def _lists(spec: SupportPolicySpec) -> Iterator[tuple[Path, Sequence[str]]]:
    """The lists in which nothing may be twice."""
    yield ("plans",), spec.plans
    yield ("ticket_types",), spec.ticket_types
    yield ("required",), spec.required
    if spec.customer_escalation is not None:
        yield ("customer_escalation", "gate"), spec.customer_escalation.gate


def _workaround_faults(spec: SupportPolicySpec, at: Path) -> Iterator[Fault]:
    ranks = {severity: rank for rank, severity in enumerate(spec.severities)}
    for high, low in spec.lower_on_workaround.items():
        if high in ranks and low in ranks and ranks[low] <= ranks[high]:
            yield Fault((*at, high), f"{low} is not less grave than {high}: severities stand from the gravest down")


def _rule_faults(rule: RuleSpec, at: Path) -> Iterator[Fault]:
    if rule.escalation is None and rule.do is not Do.RECORD:
        yield Fault((*at, "escalation"), f"is missing: `do: {rule.do}` needs an escalation policy")
    if rule.until is not None and rule.do is not Do.DEFER:
        yield Fault((*at, "until"), f"belongs to `do: defer`, and this rule says `do: {rule.do}`")


def _needs_of_a_calendar(spec: SupportPolicySpec) -> Iterator[tuple[Path, str]]:
    for number, rule in enumerate(spec.rules):
        at = ("rules", number)
        if rule.when.hours is not None:
            yield (*at, "when", "hours"), f"`hours: {rule.when.hours}`"
        if rule.do is Do.DEFER:
            yield (*at, "do"), "`do: defer`"
        limits = {
            "respond_within": rule.respond_within,
            "update_every": rule.update_every,
            "warn_before": rule.warn_before,
        }
        yield from (((*at, name), f"'{limit}'") for name, limit in limits.items() if not is_elapsed(limit))
