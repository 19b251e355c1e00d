"""What if: a rehearsal of one incident, to see who would be paged, when, how and why; and why not the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from oncall.domain.directory import Directory, Role
from oncall.domain.log import Entry
from oncall.domain.policy import SupportPolicy, policy_of
from oncall.doors.web.access import needs
from oncall.doors.web.choices import Option
from oncall.doors.web.naming import severity_name, spaced
from oncall.doors.web.spoken import EXAMPLES, spoken_instant
from oncall.doors.web.times import Times
from oncall.doors.web.words import Words, words
from oncall.errors import FieldFault, InvalidInputError
from oncall.simulate.local import zone_of
from oncall.simulate.people import Person
from oncall.simulate.what_if import Question, Rehearsal
from oncall.simulate.what_if import what_if as rehearsed
from oncall.simulate.world import LogEntry
from schedules import ScheduleError, parse_instant

MOST_SHOWN = 60
SERVICE_TIME = "service"
"""The value of `zone` where the times are those of the service's people; anything else is the reader's."""
_REPEATED = frozenset({"paged", "attempted", "unreachable", "nobody"})
_EMPTY = Option("", "as a sender that says nothing")

what_if = Blueprint("what_if", __name__)


@dataclass(frozen=True, slots=True)
class Group:
    """The severities of one policy, with the services that follow it."""

    label: str
    services: tuple[str, ...]
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """What can be chosen: `severities` by policy; the others are empty where no policy and no document names any."""

    services: tuple[str, ...]
    severities: tuple[Group, ...]
    plans: tuple[Option, ...]
    ticket_types: tuple[Option, ...]
    customers: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What would happen to an incident that comes at `at`; `wait` is how long it takes until somebody is paged."""

    at: datetime
    wait: str
    paged: tuple[Person, ...]
    others: tuple[Person, ...]
    told: tuple[tuple[datetime, Words], ...]
    hidden: int
    rehearsal: Rehearsal


@what_if.get("/what-if")
@needs(Role.VIEWER)
def show() -> ResponseReturnValue:
    """The form; with its fields filled in, also what would happen."""
    if "service" not in request.args:
        return _page(g.times, {}, None)
    try:
        question, times = _asked(g.directory)
    except InvalidInputError as error:
        faults = {fault.path: fault.message for fault in error.faults}
        return _page(g.times, faults, None), HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(times, {}, _result(rehearsed(g.directory, question), question.at, times))


def _page(times: Times, faults: dict[str, str], result: Result | None) -> str:
    form, asked = _form(g.directory), request.args
    return render_template(
        "web/what_if.html", form=form, asked=asked, faults=faults, result=result, times=times, examples=EXAMPLES
    )


def _asked(directory: Directory) -> tuple[Question, Times]:
    """What is asked, and the time in which; raises InvalidInputError."""
    asked = request.args
    service = asked["service"]
    if service not in directory.services:
        raise InvalidInputError([FieldFault("service", f"there is no service {service!r} any more")])
    zone = zone_of(directory, service) if asked.get("zone") == SERVICE_TIME else g.times.zone
    try:
        at = spoken_instant(asked.get("at", ""), g.times.now, zone)
    except ScheduleError as error:
        raise InvalidInputError([FieldFault("at", str(error))]) from error
    severity, plan, kind, customer = (
        asked.get(name) or None for name in ("severity", "plan", "ticket_type", "customer")
    )
    return Question(service, at, severity, plan, kind, customer), Times(g.times.now, zone)


def _result(done: Rehearsal, at: datetime, times: Times) -> Result:
    paged = tuple(person for person in done.people if person.pages)
    news = [_entry(entry) for entry in _news(done.log)][:MOST_SHOWN]
    return Result(
        at=at,
        wait=Times(at, times.zone).left(paged[0].pages[0].at) if paged else "",
        paged=paged,
        others=tuple(person for person in done.people if not person.pages),
        told=tuple((entry.at, words(entry, g.names, times)) for entry in news),
        hidden=len(done.log) - len(news),
        rehearsal=done,
    )


def _news(log: Iterable[LogEntry]) -> Iterator[LogEntry]:
    """The entries that do not repeat what another round has done before."""
    told: set[tuple[object, ...]] = set()
    for entry in log:
        what = tuple(entry.get(name) for name in ("event", "user", "policy", "step", "method", "because"))
        if entry["event"] not in _REPEATED or what not in told:
            yield entry
        told.add(what)


def _entry(entry: LogEntry) -> Entry:
    """The entry without its actor: nobody acts in a rehearsal."""
    return Entry(parse_instant(entry["at"]), entry["event"], {**entry, "by": None})


def _form(directory: Directory) -> Form:
    policies = [policy_of(directory, service) for service in directory.services]
    return Form(
        services=tuple(directory.services),
        severities=_groups(directory),
        plans=_options({plan: None for policy in policies for plan in policy.plans}),
        ticket_types=_options({kind: None for policy in policies for kind in policy.ticket_types}),
        customers=_options(dict.fromkeys(directory.customers)),
    )


def _groups(directory: Directory) -> tuple[Group, ...]:
    followers: dict[str, list[str]] = {}
    policies: dict[str, SupportPolicy] = {}
    for service in directory.services:
        policy = policy_of(directory, service)
        policies.setdefault(policy.id, policy)
        followers.setdefault(policy.id, []).append(service)
    return tuple(
        Group(
            label=f"{policy.id}: {', '.join(followers[id_])}",
            services=tuple(followers[id_]),
            options=tuple(Option(one.id, f"{severity_name(one.id)}: {one.title}") for one in policy.severities),
        )
        for id_, policy in policies.items()
    )


def _options(known: dict[str, None]) -> tuple[Option, ...]:
    return (_EMPTY, *(Option(one, spaced(one)) for one in known)) if known else ()
