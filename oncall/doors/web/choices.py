"""Which buttons an incident's page has: what the rules would allow now, found by asking them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall.domain.commands import (
    NAMES,
    Acknowledge,
    AddNote,
    ApplyWorkaround,
    AwaitCustomer,
    Classify,
    Confirm,
    CustomerReplied,
    DeEscalate,
    Escalate,
    EscalateForCustomer,
    PersonCommand,
    Reassign,
    Release,
    Repage,
    Resolve,
    SetSeverity,
    Snooze,
    Triage,
    Update,
)
from oncall.domain.directory import Directory, User
from oncall.domain.incident import Incident, State, Waiting
from oncall.domain.itself import service_of
from oncall.domain.policy import SupportPolicy, policy_of
from oncall.domain.transition import transition
from oncall.doors.web.naming import spaced

ANSWERS = frozenset({"acknowledge", "escalate", "resolve"})
"""What whoever was paged may ask for, whatever their role (docs/semantics.md 7.6)."""

_MAIN: Mapping[State, str] = {
    State.TRIAGE: "triage",
    State.TRIGGERED: "acknowledge",
    State.DEFERRED: "acknowledge",
    State.SNOOZED: "acknowledge",
}
_BESIDE: Mapping[State, tuple[str, ...]] = {
    State.TRIAGE: ("acknowledge", "resolve"),
    State.TRIGGERED: ("escalate", "resolve"),
    State.DEFERRED: ("release", "resolve"),
    State.ACKNOWLEDGED: ("escalate", "resolve"),
    State.SNOOZED: ("escalate", "resolve"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose from a list; `usable` is False for what is shown only so that nobody looks for it."""

    value: str
    label: str
    usable: bool = True


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be asked for: `main` by the big button, `beside` by those next to it, `more` on demand.

    `severities` are those that may be chosen now, the present one left out; `left` is the one that a workaround leaves.
    """

    main: str | None = None
    beside: tuple[str, ...] = ()
    more: frozenset[str] = frozenset()
    severities: tuple[str, ...] = ()
    left: str | None = None
    plans: tuple[Option, ...] = ()
    ticket_types: tuple[Option, ...] = ()
    colleagues: tuple[Option, ...] = ()

    @property
    def all(self) -> frozenset[str]:
        """Everything that may be asked for."""
        return self.more | {*self.beside, *filter(None, [self.main])}


@dataclass(frozen=True, slots=True)
class _Asking:
    """One person in front of one incident."""

    incident: Incident
    directory: Directory
    now: datetime
    by: str

    @property
    def policy(self) -> SupportPolicy:
        return policy_of(self.directory, self.incident.service)

    def allows(self, command: PersonCommand) -> bool:
        """Whether the rules would do it; trying it out changes nothing, as `transition` is pure."""
        return transition(self.incident, command, self.directory, self.now).refused is None


def choices(
    incident: Incident, directory: Directory, now: datetime, by: str, only: Collection[str] | None = None
) -> Choices:
    """What `by` may ask of the incident now (docs/semantics.md 5.4), of `only` those things where they are given.

    Nothing, where its service is not there any more: then it is over for good.
    """
    if service_of(directory, incident.service) is None:
        return Choices()
    asking = _Asking(incident, directory, now, by)
    useful = {NAMES[type(command)] for command in _useful(asking) if asking.allows(command)}
    names = useful if only is None else useful & set(only)
    main = _MAIN.get(incident.state)
    beside = _BESIDE.get(incident.state, ())
    return Choices(
        main=main if main in names else None,
        beside=tuple(name for name in beside if name in names),
        more=frozenset(names) - {main, *beside},
        severities=tuple(_severities(asking)),
        left=asking.policy.lower_on_workaround.get(incident.severity),
        plans=_others(asking.policy.plans, incident.plan),
        ticket_types=_others(asking.policy.ticket_types, incident.ticket_type),
        colleagues=_colleagues(directory, by),
    )


def _useful(asking: _Asking) -> Iterator[PersonCommand]:
    """One command of each kind that would change something; what another button does as well is left out."""
    yield AddNote(asking.by, "-")
    if asking.incident.state is not State.RESOLVED:
        yield from _of_paging(asking)
        yield from _of_severity(asking)
        yield from _of_customer(asking)


def _of_paging(asking: _Asking) -> Iterator[PersonCommand]:
    by, incident = asking.by, asking.incident
    yield from (Resolve(by), Release(by), Repage(by), Snooze(by, timedelta(minutes=30)))
    if incident.state is not State.ACKNOWLEDGED or _expires(incident):
        yield Acknowledge(by)
    if incident.state is not State.DEFERRED:  # there, releasing it is the same
        yield Escalate(by)
    reachable = next(
        (user.id for user in asking.directory.users.values() if user.id != by and _is_reachable(user)), None
    )
    if reachable is not None:
        yield Reassign(by, reachable)


def _expires(incident: Incident) -> bool:
    return incident.wait is not None and incident.wait.kind is Waiting.ACK_TIMEOUT


def _of_severity(asking: _Asking) -> Iterator[PersonCommand]:
    by, policy = asking.by, asking.policy
    yield from (Triage(by), ApplyWorkaround(by))
    if len(policy.plans) > 1 or len(policy.ticket_types) > 1:
        yield Classify(by)
    other = next(_severities(asking), None)
    if other is not None and asking.incident.state is not State.TRIAGE:
        yield SetSeverity(by, other)


def _of_customer(asking: _Asking) -> Iterator[PersonCommand]:
    by, incident = asking.by, asking.incident
    yield Update(by)
    waits = incident.waits_for_customer_since is not None
    if not waits:
        yield AwaitCustomer(by)
    if waits or incident.missing:
        yield CustomerReplied(by)
    if incident.gate is None:
        yield EscalateForCustomer(by)
    else:
        yield from (Confirm(by, condition) for condition in incident.gate.missing[:1])
        yield DeEscalate(by)


def _severities(asking: _Asking) -> Iterator[str]:
    for severity in asking.policy.severities:
        if severity.id != asking.incident.severity and asking.allows(SetSeverity(asking.by, severity.id)):
            yield severity.id


def _others(known: Sequence[str], present: str | None) -> tuple[Option, ...]:
    """What it could be instead; nothing to choose where there is nothing else."""
    others = [Option(one, spaced(one)) for one in known if one != present]
    return (Option("", f"{spaced(present)}, as it is" if present else "none, as it is"), *others) if others else ()


def _colleagues(directory: Directory, by: str) -> tuple[Option, ...]:
    """Everybody else by name, those first who can be reached."""
    others = sorted((not _is_reachable(user), user.name, user.id) for user in directory.users.values() if user.id != by)
    return tuple(
        Option(id_, f"{name} (cannot be reached)" if lost else name, usable=not lost) for lost, name, id_ in others
    )


def _is_reachable(user: User) -> bool:
    return any(method.disabled is None for method in user.contact_methods)
