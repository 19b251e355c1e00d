"""A small company for tests of the domain: ana and bo take turns a day, mia manages, root administers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from oncall.domain.commands import Command, Trigger
from oncall.domain.directory import (
    ContactMethod,
    Directory,
    EscalationPolicy,
    NotificationRule,
    Role,
    ScheduleTarget,
    Service,
    Step,
    Target,
    Urgency,
    User,
    UserTarget,
)
from oncall.domain.incident import Incident
from oncall.domain.transition import Transition, transition
from schedules import Layer, Rotation, Schedule, entries, parse_turn

NIGHT = datetime(2026, 3, 3, 2, 13, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def person(name: str, *types: str, role: Role = Role.RESPONDER) -> User:
    """A person with one contact method of each type, named after it, and the default rules."""
    methods = tuple(ContactMethod(type_, type_, f"{type_}-of-{name}") for type_ in types or ("sms",))
    return User(name, name.title(), role=role, contact_methods=methods)


def patient(name: str) -> User:
    """A person who is asked by Slack at once, by SMS after a minute and by phone after three."""
    rules = tuple(NotificationRule(minutes * MINUTE, via) for minutes, via in ((0, "slack"), (1, "sms"), (3, "voice")))
    asked = person(name, "slack", "sms", "voice")
    return User(name, name.title(), contact_methods=asked.contact_methods, notification_rules={Urgency.HIGH: rules})


def steps(*whom: str | Target, wait: timedelta = 5 * MINUTE) -> tuple[Step, ...]:
    """One step for each name or target."""
    targets = (UserTarget(one) if isinstance(one, str) else one for one in whom)
    return tuple(Step((target,), wait) for target in targets)


def directory(
    *people: User,
    policy: tuple[Step, ...],
    repeat: int | None = None,
    fallback: tuple[str, ...] = (),
    users: tuple[str, ...] = ("ana", "bo"),
) -> Directory:
    """A directory with the service cloud, its policy, and the schedule engineers in which `users` take a day each."""
    layer = Layer("days", Rotation(datetime(2026, 3, 2), "UTC", parse_turn("1 day"), entries(users)))  # noqa: DTZ001  a wall time
    known = {
        one.id: one for one in people or (person("ana"), person("bo"), person("mia"), person("root", role=Role.ADMIN))
    }
    return Directory(
        users=known,
        schedules={"engineers": Schedule("UTC", (layer,))},
        escalation_policies={"p": EscalationPolicy("p", policy, repeat, tuple(UserTarget(one) for one in fallback))},
        services={"cloud": Service("cloud", "p")},
    )


ENGINEERS = ScheduleTarget("engineers")


def trigger(severity: str | None = "sev1", **changes: str) -> Trigger:
    """The trigger of incident a on the service cloud."""
    return Trigger(id="a", service="cloud", dedup_key="db", title="db down", severity=severity, **changes)  # type: ignore[arg-type]


class Story:
    """One incident lived through: commands at instants, with all that came of them."""

    def __init__(self, known: Directory) -> None:
        self.directory = known
        self.incident: Incident | None = None
        self.done: list[Transition] = []

    def at(self, now: datetime, command: Command) -> Transition:
        """Carry out the command at that instant."""
        result = transition(self.incident, command, self.directory, now)
        self.incident = result.incident
        self.done.append(result)
        return result


def events(*results: Transition) -> list[str]:
    """The log's events, in order."""
    return [entry.event for result in results for entry in result.entries]


def paged(*results: Transition) -> list[tuple[object, object, object]]:
    """Who was paged by which step of which round."""
    return [
        (entry.details["user"], entry.details["step"], entry.details["round"])
        for result in results
        for entry in result.entries
        if entry.event == "paged"
    ]
