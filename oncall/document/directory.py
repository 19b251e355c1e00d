"""From the document to the values that the domain works with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from oncall.document.by_hand import MadeOverride, laid_on
from oncall.document.calendars import Faults, PublicHolidays, calendar_of, calendars_named, schedule_of
from oncall.document.document import Document
from oncall.document.escalation import EscalationPolicySpec, ServiceSpec, TargetSpec
from oncall.document.faults import Fault, path_text
from oncall.document.kept import Kept
from oncall.document.people import NotificationRuleSpec, UserSpec
from oncall.document.policies import customer_of, support_policy_of
from oncall.document.policy_faults import policy_faults
from oncall.document.proven import proof_faults
from oncall.document.support import SupportPolicySpec
from oncall.domain.directory import (
    ContactMethod,
    Directory,
    EscalationPolicy,
    NotificationRule,
    ScheduleTarget,
    Service,
    SlackChannelTarget,
    Step,
    Target,
    Team,
    TeamTarget,
    Urgency,
    User,
    UserTarget,
    WebhookTarget,
)
from oncall.domain.policy import SupportPolicy
from oncall.errors import FieldFault, InvalidInputError
from schedules import BusinessCalendar, Schedule

Disabled = Mapping[tuple[str, str], str]
"""Why a contact method is not used any more, by its user's id and its own."""

Known = Mapping[str, PublicHolidays]
"""The public holidays that are known of calendars, by the calendar's id."""


Made = Mapping[str, Sequence[MadeOverride]]
"""The overrides that were made by hand, by the schedule's id and in the order in which they were made."""


def build_directory(
    document: Document, version: int = 0, disabled: Disabled | None = None, known: Known | None = None
) -> Directory:
    """The directory that a whole document describes, as of a configuration version.

    Public holidays that are not in `known` are those of the library. Raises InvalidInputError where a calendar or a
    schedule cannot be; what else a document names is looked up by `reference_faults`.
    """
    return Builder().build(document, version, disabled or {}, known or {}, {})


class Builder:
    """Builds one directory after another, and anew only what has changed since; threads may share it."""

    def __init__(self) -> None:
        self._kept = Kept()

    def build(self, document: Document, version: int, disabled: Disabled, known: Known, made: Made) -> Directory:
        """The directory of a document, as `build_directory` has it, with the overrides that were `made` by hand laid on."""
        faults = Faults()
        calendars, schedules = _times(document, faults, known, self._kept)
        if faults.found:
            raise InvalidInputError([FieldFault(path_text(fault.path), fault.message) for fault in faults.found])
        return Directory(
            version=version,
            users={key: self._user(key, spec, disabled) for key, spec in document.users.items()},
            teams={key: Team(key, spec.members, spec.managers) for key, spec in document.teams.items()},
            calendars=calendars,
            schedules={key: self._laid(key, one, made.get(key, ())) for key, one in schedules.items()},
            escalation_policies={
                key: self._kept.made("escalation_policies", key, (spec,), None, partial(_policy, key, spec))
                for key, spec in document.escalation_policies.items()
            },
            services={key: _service(key, spec) for key, spec in document.services.items()},
            support_policies={
                key: self._support_policy(key, spec, calendars) for key, spec in document.support_policies.items()
            },
            customers={key: customer_of(key, spec) for key, spec in document.customers.items()},
            rests={key: spec.rest for key, spec in document.schedules.items() if spec.rest is not None},
        )

    def _user(self, key: str, spec: UserSpec, disabled: Disabled) -> User:
        reasons = tuple(disabled.get((key, name)) for name in spec.contact_methods)
        return self._kept.made("users", key, (spec,), reasons, partial(_user, key, spec, disabled))

    def _laid(self, key: str, schedule: Schedule, made: Sequence[MadeOverride]) -> Schedule:
        if not made:
            return schedule
        return self._kept.made("overrides", key, (schedule,), tuple(made), partial(laid_on, schedule, made))

    def _support_policy(
        self, key: str, spec: SupportPolicySpec, calendars: Mapping[str, BusinessCalendar]
    ) -> SupportPolicy:
        parts = (spec, calendars.get(spec.calendar or ""))
        return self._kept.made("support_policies", key, parts, None, partial(support_policy_of, key, spec, calendars))


def directory_faults(document: Document) -> tuple[Fault, ...]:
    """What stands in the way of the document's calendars, schedules and support policies."""
    faults = Faults()
    calendars, _ = _times(document, faults, {}, Kept())
    for key, spec in document.support_policies.items():
        faults.found += _policy_faults(key, spec, document, calendars)
    return tuple(faults.found)


def _policy_faults(
    key: str, spec: SupportPolicySpec, document: Document, calendars: Mapping[str, BusinessCalendar]
) -> tuple[Fault, ...]:
    """What is wrong with a policy by itself, and where nothing is, what the proof of its table finds."""
    at = ("support_policies", key)
    found = tuple(policy_faults(spec, at, document.calendars))
    if found or (spec.calendar is not None and spec.calendar not in calendars):
        return found
    return tuple(proof_faults(support_policy_of(key, spec, calendars), at))


def _times(
    document: Document, faults: Faults, known: Known, kept: Kept
) -> tuple[dict[str, BusinessCalendar], dict[str, Schedule]]:
    usable: dict[str, BusinessCalendar] = {}
    for key, spec in document.calendars.items():
        written = known.get(key, {})
        calendar = kept.made("calendars", key, (spec,), written, partial(calendar_of, key, spec, faults, written))
        if calendar is not None:
            usable[key] = calendar
    schedules: dict[str, Schedule] = {}
    for key, one in document.schedules.items():
        parts = (one, *(usable.get(name) for name in calendars_named(one)))
        schedule = kept.made("schedules", key, parts, None, partial(schedule_of, key, one, usable, faults))
        if schedule is not None:
            schedules[key] = schedule
    return usable, schedules


def _user(key: str, spec: UserSpec, disabled: Disabled) -> User:
    methods = tuple(
        ContactMethod(name, method.type, method.address, disabled.get((key, name)))
        for name, method in spec.contact_methods.items()
    )
    rules = {
        Urgency.HIGH: _rules(spec.notification_rules.high, spec),
        Urgency.LOW: _rules(spec.notification_rules.low, spec),
    }
    chosen = {urgency: rule for urgency, rule in rules.items() if rule}
    return User(key, spec.name or key, spec.email, spec.role, spec.time_zone, methods, chosen)


def _rules(rules: Iterable[NotificationRuleSpec], user: UserSpec) -> tuple[NotificationRule, ...]:
    # A person may have taken back a method that a rule still names.
    return tuple(NotificationRule(rule.after, rule.via) for rule in rules if rule.via in user.contact_methods)


def _policy(key: str, spec: EscalationPolicySpec) -> EscalationPolicy:
    steps = tuple(Step(tuple(map(_target, step.notify)), step.wait) for step in spec.steps)
    return EscalationPolicy(key, steps, spec.repeat, tuple(map(_target, spec.fallback)))


def _target(spec: TargetSpec) -> Target:
    if spec.schedule is not None:
        return ScheduleTarget(spec.schedule)
    if spec.user is not None:
        return UserTarget(spec.user)
    if spec.team is not None:
        return TeamTarget(spec.team)
    if spec.slack_channel is not None:
        return SlackChannelTarget(spec.slack_channel)
    return WebhookTarget(spec.webhook or "")


def _service(key: str, spec: ServiceSpec) -> Service:
    words = {word.lower(): severity for word, severity in spec.severity_map.items()}
    return Service(key, spec.escalation_policy, words, spec.support_policy)
