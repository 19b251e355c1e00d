"""Rehearsals: what would happen, by the configuration that is live or by one that is not yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from oncall.document.directory import build_directory
from oncall.document.document import Document
from oncall.document.feeds import read_feeds, settled, unread
from oncall.document.load import Parsed, check_document, parse_document
from oncall.domain.directory import Directory, Role
from oncall.doors.api.delivery_models import LogEntry
from oncall.doors.api.endpoint import Answer, Call, Endpoint, Input, NoQuery, post
from oncall.doors.api.values import InstantIn, InstantOut, Word
from oncall.errors import FieldFault, InvalidInputError
from oncall.operations.context import Context
from oncall.simulate import Event, in_order
from oncall.simulate.lines import read_event
from oncall.simulate.verbs import unknown_name
from oncall.simulate.what_if import Question, Rehearsal, rehearse, what_if
from oncall.store import configuration

MOST_EVENTS = 1000
MOST_HOURS = 31 * 24

_OF_ONE = ("severity", "plan", "ticket_type", "customer", "at", "hours")

Hours = Annotated[float, Field(gt=0, le=MOST_HOURS)]
Events = Annotated[list[dict[str, Any]], Field(max_length=MOST_EVENTS)]


class Simulation(Input):
    """Either one incident of `service` at `at` that nobody answers, for `hours`; or `events`, up to `until`.

    Without `hours` it goes on for four hours after the first page. `events` are those of `oncall simulate`, in any order of time;
    without `until` it goes on for seven days after the last. `config` is a whole document, in YAML, to rehearse in place of the
    one that is live.
    """

    service: Word | None = None
    severity: str | None = None
    plan: str | None = None
    ticket_type: str | None = None
    customer: str | None = None
    at: InstantIn | None = None
    hours: Hours | None = None
    events: Events | None = None
    until: InstantIn | None = None
    config: str | None = None


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class WayOfPage(_Out):
    """One message of a page: when, and by which kind of contact method."""

    at: InstantOut
    method: str


class PageOfPerson(_Out):
    """One page to a person, with its messages."""

    at: InstantOut
    incident: str
    policy: str
    step: int | str
    round: int
    because: str
    ways: list[WayOfPage]


class PersonConcerned(_Out):
    """What it meant for one person: the pages in order, and why there is none, or none earlier."""

    user: str
    name: str
    pages: list[PageOfPerson]
    why_not: list[str]


class Simulated(BaseModel):
    """The log, and everybody concerned: first those who were paged, in that order.

    `truncated` says that it would have gone on; `zone` is that of the times in `why_not`.
    """

    log: list[LogEntry]
    people: list[PersonConcerned]
    truncated: bool
    zone: str


def simulate(call: Call[NoQuery, Simulation]) -> Answer:
    """Rehearse: who would be paged when, how and why, and why not the others.

    Nothing is stored and nobody is paged. The log ends at 10,000 entries.
    """
    directory = _directory(call)
    _require_one_of_both(call.body)
    done = _what_if(call.body, directory) if call.body.events is None else _story(call.body, directory)
    people = [PersonConcerned.model_validate(person) for person in done.people]
    log = [LogEntry(**entry) for entry in done.log]
    return Answer(200, Simulated(log=log, people=people, truncated=done.truncated, zone=done.zone))


def _directory(call: Call[NoQuery, Simulation]) -> Directory:
    if call.body.config is None:
        with call.context.database.read() as session:
            return call.context.directory(session)
    try:
        return build_directory(_with_known_feeds(call.context, parse_document(call.body.config)))
    except InvalidInputError as error:
        raise InvalidInputError([_of_config(fault) for fault in error.faults]) from error


def _with_known_feeds(context: Context, parsed: Parsed) -> Document:
    """The document, which stands by itself; of feeds that the stored configuration has too with the days that are known."""
    document = check_document(parsed)
    with context.database.read() as session:
        stored = configuration.load(session, {})
    known, unknown = settled(document, stored, read_feeds(document, unread, context.clock.now()))
    parsed.require(unknown)
    return known


def _of_config(fault: FieldFault) -> FieldFault:
    line = f"line {fault.line}: " if fault.line is not None else ""
    return FieldFault("config", f"{line}{fault.path}: {fault.message}" if fault.path else f"{line}{fault.message}")


def _require_one_of_both(body: Simulation) -> None:
    """Refuse a body that asks for neither, or for a mixture."""
    faults = []
    if body.events is not None:
        alone = ("service", *_OF_ONE)
        faults = [FieldFault(name, "does not go with events") for name in alone if getattr(body, name) is not None]
    else:
        faults = [FieldFault(name, "is missing") for name in ("service", "at") if getattr(body, name) is None]
        faults += [FieldFault("until", "goes with events alone: say hours")] if body.until is not None else []
    if faults:
        raise InvalidInputError(faults)


def _what_if(body: Simulation, directory: Directory) -> Rehearsal:
    service = body.service or ""
    if service not in directory.services:
        message = unknown_name("service", service, directory.services)
        raise InvalidInputError([FieldFault("service", message)])
    asked = {name: getattr(body, name) for name in _OF_ONE}
    return what_if(directory, Question(service=service, **asked))


def _story(body: Simulation, directory: Directory) -> Rehearsal:
    return rehearse(directory, in_order(_events(body.events or (), directory)), body.until)


def _events(said: Sequence[dict[str, Any]], directory: Directory) -> list[Event]:
    """The events; raises InvalidInputError with the faults of all of them."""
    events: list[Event] = []
    faults: list[FieldFault] = []
    for index, each in enumerate(said):
        try:
            events.append(read_event(each, directory.services))
        except InvalidInputError as error:
            faults += _of_event(error, index)
    if faults:
        raise InvalidInputError(faults)
    return events


def _of_event(error: InvalidInputError, index: int) -> Iterator[FieldFault]:
    return (FieldFault(f"events[{index}].{fault.path}", fault.message) for fault in error.faults)


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    post("/simulations", simulate, body=Simulation, answers={200: Simulated}, role=Role.VIEWER),
)
