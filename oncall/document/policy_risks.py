"""What is risky in support policies and in what was agreed with customers, though it is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from oncall.document.coverage import Risk, gaps_in_words
from oncall.document.faults import Path
from oncall.domain.combinations import axes_of
from oncall.domain.directory import Directory, User
from oncall.domain.policy import Case, Customer, Do, Rule, SupportPolicy
from schedules import Duration, Span

_LIMITS = ("respond_within", "update_every")


@dataclass(frozen=True, slots=True)
class PolicyJudge:
    """Judges the support policies, customers and services of a directory; `is_reached` says whether a page can reach a person."""

    directory: Directory
    ahead: Span
    is_reached: Callable[[User], bool]

    def risks(self) -> Iterator[Risk]:
        """What is risky, by path."""
        for key, policy in self.directory.support_policies.items():
            at = ("support_policies", key)
            yield from self._triage(policy, (*at, "triage", "schedule"))
            for rule in policy.rules:
                yield from _warnings(rule, (*at, "rules", rule.number - 1, "warn_before"))
            yield from self._in_vain(policy, at)
        for key, customer in self.directory.customers.items():
            yield from self._agreed(customer, ("customers", key))
        yield from self._silent_services()

    def _triage(self, policy: SupportPolicy, at: Path) -> Iterator[Risk]:
        if policy.triage is None:
            return
        schedule = self.directory.schedules[policy.triage.schedule]
        gaps, shifts = schedule.gaps(*self.ahead), schedule.shifts(*self.ahead)
        if gaps:
            yield (
                at,
                f"nobody looks first {gaps_in_words(gaps)}: a gap in the schedule; what comes then goes on at once",
            )
        if shifts and not any(self.is_reached(self.directory.users[shift.user]) for shift in shifts):
            yield at, "nobody looks first: nobody who is on call there can be reached"

    def _in_vain(self, policy: SupportPolicy, at: Path) -> Iterator[Risk]:
        """Escalation policies for what never happens: no limit can pass, no warning is given."""
        agreed = any(one.respond_within or one.update_every for one in self.directory.customers.values())
        limits = agreed or any(_has_limit(rule) for rule in policy.rules)
        if policy.on_breach is not None and not limits:
            yield (*at, "on_breach"), "never pages: no rule has a limit that could pass"
        if policy.on_warning is not None and not (limits and any(rule.warn_before for rule in policy.rules)):
            yield (*at, "on_warning"), "never pages: no rule warns before a limit"
        if not agreed:
            vain = (rule for rule in policy.rules if rule.warn_before and not _has_limit(rule))
            yield from (((*at, "rules", rule.number - 1, "warn_before"), "warns of nothing: no limit") for rule in vain)

    def _agreed(self, customer: Customer, at: Path) -> Iterator[Risk]:
        for name in _LIMITS:
            for severity, limit in getattr(customer, name).items():
                said = {
                    risk for policy in self._policies_of(customer) for risk in _limit(policy, customer, severity, limit)
                }
                yield from (((*at, name, severity), risk) for risk in sorted(said))

    def _policies_of(self, customer: Customer) -> Iterator[SupportPolicy]:
        for policy in self.directory.support_policies.values():
            if customer.plan is None or not policy.plans or customer.plan in policy.plans:
                yield policy

    def _silent_services(self) -> Iterator[Risk]:
        for key, service in self.directory.services.items():
            policy = self.directory.support_policies.get(service.support_policy or "")
            if (
                policy is not None
                and all(rule.do is Do.RECORD for rule in policy.rules)
                and not _always_triages(policy)
            ):
                yield ("services", key), f"pages nobody: every rule of {policy.id} only records"


def _always_triages(policy: SupportPolicy) -> bool:
    return policy.triage is not None and policy.triage.severities is not None


def _has_limit(rule: Rule) -> bool:
    return bool(rule.respond_within or rule.update_every)


def _warnings(rule: Rule, at: Path) -> Iterator[Risk]:
    for name, limit in zip(_LIMITS, (rule.respond_within, rule.update_every), strict=True):
        if rule.warn_before and limit and _is_at_least(rule.warn_before, limit):
            yield at, f"warns at once: '{rule.warn_before}' is no shorter than `{name}: {limit}`"


def _limit(policy: SupportPolicy, customer: Customer, severity: str, limit: Duration) -> Iterator[str]:
    """What is risky about a limit that was agreed for one severity, where this policy decides."""
    if policy.severity(severity) is None:
        return
    if policy.calendar is None and limit.kind != "elapsed":
        yield f"'{limit}' passes at all hours where {policy.id} decides, which has no calendar"
    for rule in _deciding(policy, customer, severity):
        if rule.warn_before and _is_at_least(rule.warn_before, limit):
            yield f"is warned of at once: rule {rule.number} of {policy.id} warns {rule.warn_before} before"


def _deciding(policy: SupportPolicy, customer: Customer, severity: str) -> frozenset[Rule]:
    """The rules that may decide about a customer's incidents of one severity."""
    plans, ticket_types, hours = axes_of(policy)
    mine = (customer.plan,) if customer.plan in plans else plans
    return frozenset(policy.rule(Case(severity, *rest)) for rest in product(mine, ticket_types, hours))


def _is_at_least(warning: Duration, limit: Duration) -> bool:
    """Whether a warning is due as soon as the limit is set: in no stretch of time is there more open time than that."""
    if "working_days" in {warning.kind, limit.kind}:
        return warning.kind == limit.kind and warning.amount >= limit.amount
    return limit.kind in {"elapsed", warning.kind} and warning.timedelta >= limit.timedelta
