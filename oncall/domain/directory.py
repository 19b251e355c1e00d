"""Who and what there is: people, teams, schedules, policies and services as plain values, at one configuration version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING

from schedules import BusinessCalendar, Schedule

if TYPE_CHECKING:
    from oncall.domain.policy import Customer, SupportPolicy


_QUIET_TYPES = frozenset({"slack", "email", "push"})
_AT_ONCE = timedelta(0)


class Urgency(StrEnum):
    """How hard to knock: it chooses a person's notification rules."""

    HIGH = "high"
    LOW = "low"


class Role(StrEnum):
    """What a person may do, from the least to the most."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    MANAGER = "manager"
    ADMIN = "admin"

    def allows(self, needed: Role) -> bool:
        """Whether somebody with this role may do what asks for `needed`."""
        order = tuple(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class ContactMethod:
    """One way to reach a person; `disabled` says why it is not used any more, None while it is."""

    id: str
    type: str
    address: str
    disabled: str | None = None


@dataclass(frozen=True, slots=True)
class NotificationRule:
    """Use the method `via`, `after` the page was made."""

    after: timedelta
    via: str


@dataclass(frozen=True, slots=True)
class User:
    """A person; `notification_rules` has an urgency only where the person chose rules for it."""

    id: str
    name: str
    email: str | None = None
    role: Role = Role.RESPONDER
    time_zone: str = "UTC"
    contact_methods: tuple[ContactMethod, ...] = ()
    notification_rules: Mapping[Urgency, tuple[NotificationRule, ...]] = field(default_factory=dict)
    _ways: dict[Urgency, tuple[tuple[timedelta, ContactMethod], ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def ways(self, urgency: Urgency) -> tuple[tuple[timedelta, ContactMethod], ...]:
        """How a page reaches this person: after how long by which usable method, in order of time.

        The person's own rules for the urgency decide. Where they leave no usable method, every usable method is tried at
        once: a page is worth more than a preference (docs/semantics.md 5.3).
        """
        known = self._ways.get(urgency)
        if known is None:
            known = self._ways[urgency] = tuple(self._worked_out(urgency))
        return known

    def _worked_out(self, urgency: Urgency) -> list[tuple[timedelta, ContactMethod]]:
        usable = {method.id: method for method in self.contact_methods if method.disabled is None}
        chosen = [rule for rule in self._rules(urgency) if rule.via in usable]
        rules = chosen or [NotificationRule(_AT_ONCE, method) for method in usable]
        return [(rule.after, usable[rule.via]) for rule in sorted(rules, key=attrgetter("after"))]

    def _rules(self, urgency: Urgency) -> Sequence[NotificationRule]:
        chosen = self.notification_rules.get(urgency)
        if chosen is not None:
            return chosen
        methods: Sequence[ContactMethod] = self.contact_methods
        if urgency is Urgency.LOW:
            quiet = [method for method in methods if method.type in _QUIET_TYPES and method.disabled is None]
            methods = quiet or methods
        return [NotificationRule(_AT_ONCE, method.id) for method in methods]


@dataclass(frozen=True, slots=True)
class Team:
    """People who work together, and those who answer for them."""

    id: str
    members: tuple[str, ...]
    managers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScheduleTarget:
    """Whoever is on call by a schedule when the step fires."""

    schedule: str


@dataclass(frozen=True, slots=True)
class UserTarget:
    """One person."""

    user: str


@dataclass(frozen=True, slots=True)
class TeamTarget:
    """Every member of a team."""

    team: str


@dataclass(frozen=True, slots=True)
class SlackChannelTarget:
    """A Slack channel: always counts as reached."""

    slack_channel: str


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """An address that is sent a request: always counts as reached."""

    webhook: str


@dataclass(frozen=True, slots=True)
class AccountTarget:
    """The manager of one customer, who is told of escalations and breaches; no document names it."""

    manager: str
    customer: str


@dataclass(frozen=True, slots=True)
class RoleTarget:
    """Everybody with a role; no document names it."""

    role: Role


@dataclass(frozen=True, slots=True)
class ChannelTarget:
    """A place that is told by some other way: always counts as reached; no document names it."""

    type: str
    address: str


Target = (
    ScheduleTarget
    | UserTarget
    | TeamTarget
    | SlackChannelTarget
    | WebhookTarget
    | AccountTarget
    | RoleTarget
    | ChannelTarget
)


@dataclass(frozen=True, slots=True)
class Step:
    """Whom to page, and how long to wait for an acknowledgement before the next step."""

    targets: tuple[Target, ...]
    wait: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """Steps in order; `repeat` counts the further rounds, None means until acknowledged."""

    id: str
    steps: tuple[Step, ...]
    repeat: int | None = None
    fallback: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """What breaks: it has either an escalation policy or a support policy, which says what each severity means.

    `severity_map` turns a sender's words into severities.
    """

    id: str
    escalation_policy: str | None = None
    severity_map: Mapping[str, str] = field(default_factory=dict)
    support_policy: str | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything configured, immutable, at one configuration version.

    `rests` is how long people are to rest between two shifts, by the schedules that have such a rule.
    """

    version: int = 0
    users: Mapping[str, User] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    calendars: Mapping[str, BusinessCalendar] = field(default_factory=dict)
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    escalation_policies: Mapping[str, EscalationPolicy] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    support_policies: Mapping[str, SupportPolicy] = field(default_factory=dict)
    customers: Mapping[str, Customer] = field(default_factory=dict)
    rests: Mapping[str, timedelta] = field(default_factory=dict)

    def administrators(self) -> tuple[User, ...]:
        """The users with the role admin, in the order of the document."""
        return self.with_role(Role.ADMIN)

    def with_role(self, role: Role) -> tuple[User, ...]:
        """The users with just that role, in the order of the document."""
        return tuple(user for user in self.users.values() if user.role is role)

    def on_call(self, schedule: str, at: datetime) -> tuple[str, ...]:
        """The ids of those on call by a schedule, sorted; nobody for a schedule that is not there."""
        found = self.schedules.get(schedule)
        return tuple(sorted(found.on_call_at(at))) if found else ()
