"""What a severity means at this hour: a support policy as data, and its decision table (docs/semantics.md 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Literal, NamedTuple

from oncall.domain.directory import Directory, Service, Urgency
from oncall.domain.itself import service_of
from schedules import BusinessCalendar, Duration


class Do(StrEnum):
    """What a rule does about an incident."""

    PAGE = "page"
    DEFER = "defer"
    RECORD = "record"


class Hours(StrEnum):
    """Whether the policy's calendar is open."""

    OPEN = "open"
    CLOSED = "closed"


_OPEN, _CLOSED = Hours  # a name of one's own is found much faster than an enum's member


@dataclass(frozen=True, slots=True)
class Severity:
    """How grave an incident is, and how hard to knock for it; `meaning` is for people."""

    id: str
    title: str
    urgency: Urgency = Urgency.HIGH
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the decision table; an empty set of `severities`, `plans`, `ticket_types` or `hours` matches all of them.

    `number` counts from 1, and is 0 where there is no table to look it up in.
    `until` is a wall time such as `08:00`, for that hour of the next working day, or `next_open`;
    it belongs to a rule that defers. `escalation` is None only where it records.
    """

    number: int
    do: Do
    escalation: str | None = None
    severities: frozenset[str] = frozenset()
    plans: frozenset[str] = frozenset()
    ticket_types: frozenset[str] = frozenset()
    hours: Hours | None = None
    until: str = "next_open"
    urgency: Urgency | None = None
    respond_within: Duration | None = None
    update_every: Duration | None = None
    warn_before: Duration | None = None

    def matches(self, case: Case) -> bool:
        """Whether this row is about such a case."""
        return (
            (not self.severities or case.severity in self.severities)
            and (not self.plans or case.plan in self.plans)
            and (not self.ticket_types or case.ticket_type in self.ticket_types)
            and (self.hours is None or case.hours is self.hours)
        )


class Case(NamedTuple):
    """One combination that the table decides; `plan` and `ticket_type` are None where the policy names none."""

    severity: str
    plan: str | None
    ticket_type: str | None
    hours: Hours


@dataclass(frozen=True, slots=True)
class Triage:
    """Who looks first, and for how long: the ones on call by `schedule`; `severities` None means those whose rule pages."""

    schedule: str
    within: timedelta
    severities: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class CustomerEscalation:
    """The management's escalation policy when a customer asks for it, and what must be confirmed before it ends."""

    escalation: str
    gate: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SupportPolicy:
    """What a severity means, as data.

    `severities` go from the gravest down. `calendar` says when it is open; None is always. `required` are the fields that a
    trigger should bring. `on_breach` and `on_warning` name escalation policies.
    """

    id: str
    severities: tuple[Severity, ...]
    default_severity: str
    rules: tuple[Rule, ...]
    calendar: BusinessCalendar | None = None
    plans: tuple[str, ...] = ()
    default_plan: str | None = None
    ticket_types: tuple[str, ...] = ()
    default_ticket_type: str | None = None
    required: tuple[str, ...] = ()
    triage: Triage | None = None
    lower_on_workaround: Mapping[str, str] = field(default_factory=dict)
    on_breach: str | None = None
    on_warning: str | None = None
    customer_escalation: CustomerEscalation | None = None
    ack_timeout: timedelta | None = None
    respond_from: Literal["trigger", "severity_change"] = "trigger"
    _table: dict[Case, Rule] = field(init=False, repr=False, compare=False, default_factory=dict)
    _cases: dict[tuple[str, str | None, str | None, Hours], Case] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _by_id: dict[str, Severity] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Have each severity found by its id; of two with the same the first."""
        for severity in self.severities:
            self._by_id.setdefault(severity.id, severity)

    def severity(self, severity: str) -> Severity | None:
        """The severity of that id, None where there is none."""
        return self._by_id.get(severity)

    def urgency(self, severity: str) -> Urgency:
        """How hard to knock for a severity: high where it is not known."""
        known = self.severity(severity)
        return known.urgency if known else Urgency.HIGH

    def is_gravest(self, severity: str) -> bool:
        """Whether no severity is graver."""
        return self.severities[0].id == severity

    def is_graver(self, severity: str, than: str) -> bool:
        """Whether `severity` stands before `than`; one that is not known any more counts as the least grave."""
        return self.rank(severity) < self.rank(than)

    def rank(self, severity: str) -> int:
        """The place of a severity, 0 the gravest; behind all of them where it is not known any more."""
        return next((rank for rank, known in enumerate(self.severities) if known.id == severity), len(self.severities))

    def hours(self, at: datetime) -> Hours:
        """Whether it is open at that instant."""
        return _OPEN if self.calendar is None or self.calendar.is_open(at) else _CLOSED

    def case(self, severity: str, plan: str | None, ticket_type: str | None, hours: Hours) -> Case:
        """The combination that is asked about; what the policy does not know any more counts as its default."""
        words = (severity, plan, ticket_type, hours)
        found = self._cases.get(words)
        if found is None:
            found = self._cases[words] = Case(
                severity if self.severity(severity) else self.default_severity,
                plan if plan in self.plans else self.default_plan,
                ticket_type if ticket_type in self.ticket_types else self.default_ticket_type,
                hours,
            )
        return found

    def rule(self, case: Case) -> Rule:
        """The first rule that matches (docs/semantics.md 4.2); raises LookupError for a table that was not proven."""
        found = self._table.get(case)
        if found is None:
            found = next((rule for rule in self.rules if rule.matches(case)), None)
            if found is None:
                message = f"support policy {self.id} leaves {case} undecided"
                raise LookupError(message)
            self._table[case] = found
        return found


@dataclass(frozen=True, slots=True)
class Customer:
    """What was agreed with one customer: limits by severity in place of the rule's, and a manager who is told."""

    id: str
    plan: str | None = None
    respond_within: Mapping[str, Duration] = field(default_factory=dict)
    update_every: Mapping[str, Duration] = field(default_factory=dict)
    manager: str | None = None


_SEVERITIES = (
    Severity("sev1", "Critical", Urgency.HIGH),
    Severity("sev2", "Major", Urgency.HIGH),
    Severity("sev3", "Minor", Urgency.LOW),
    Severity("sev4", "Low", Urgency.LOW),
    Severity("sev5", "Informational", Urgency.LOW),
)


@cache
def built_in(escalation_policy: str) -> SupportPolicy:
    """The policy of a service that names none: every severity pages at once, through that policy (docs/semantics.md 7.5)."""
    return SupportPolicy("built-in", _SEVERITIES, "sev2", (Rule(0, Do.PAGE, escalation_policy),))


def policy_of(directory: Directory, service: str) -> SupportPolicy:
    """The support policy of a service; raises LookupError for a service that is not in the directory."""
    found = service_of(directory, service)
    if found is None:
        raise LookupError(service)
    return policy_of_service(directory, found)


def policy_of_service(directory: Directory, service: Service) -> SupportPolicy:
    """The support policy that a service names, else the built-in one."""
    named = directory.support_policies.get(service.support_policy or "")
    return named or built_in(service.escalation_policy or "")
