"""What would happen if: one incident that nobody answers, or a story of several; who is paged, and why not the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from oncall.domain.commands import Trigger
from oncall.domain.directory import Directory
from oncall.domain.policy import policy_of
from oncall.simulate.event import Event
from oncall.simulate.local import zone_of
from oncall.simulate.people import Person, instant, people
from oncall.simulate.places import TRIAGE, Place, places_of
from oncall.simulate.run import happenings
from oncall.simulate.world import LogEntry, World

NAME = "what-if"
"""What the log calls the incident."""

MOST_ENTRIES = 10_000
MOST_DECISIONS = 20_000
"""How far a rehearsal goes: entries of the log, and decisions whether or not they wrote any."""

LONGEST_WAIT = timedelta(days=8)
GOES_ON_FOR = timedelta(hours=4)
"""Where no hours are given: how long until the first page at most, and how long after it; triage's pages do not count."""


@dataclass(frozen=True, slots=True)
class Question:
    """What if this came at `at`, and nobody answered for `hours`; None: for four hours after the first page."""

    service: str
    at: datetime
    severity: str | None = None
    plan: str | None = None
    ticket_type: str | None = None
    customer: str | None = None
    hours: float | None = None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would happen: the log as `oncall simulate --json` prints it, and everybody concerned.

    `truncated` says that it would have gone on; `zone` is that of the service's people, in which the reasons tell the time.
    """

    log: tuple[LogEntry, ...]
    people: tuple[Person, ...]
    truncated: bool
    zone: str


def what_if(directory: Directory, question: Question) -> Rehearsal:
    """Who would be paged when, how and why, and why not the others; raises LookupError for a service that is not there.

    The log holds the entries of one incident called `what-if`. `people` are `Person(user, name, pages, why_not)`: those who are
    paged come first, in that order, each page with its `ways`; of the others `why_not` says why, a clause
    each ("not on call in engineers at Sat 28 Feb 02:18, when step 1 of engineering pages: Bo Lindqvist is until Mon 2 Mar 08:00").
    Of somebody who is paged `why_not` says why not by an earlier step.
    """
    length = LONGEST_WAIT if question.hours is None else timedelta(hours=question.hours)
    event = Event(question.at, NAME, _trigger(directory, question))
    done = happenings(World(directory), [event], question.at + length)
    log, truncated = _limited(done if question.hours is not None else _until_long_after_a_page(done))
    places = places_of(directory, question.service, question.customer)
    return _rehearsal(log, places, directory, question.service, truncated=truncated)


def rehearse(directory: Directory, events: Sequence[Event], until: datetime | None = None) -> Rehearsal:
    """What would come of events in order of time; raises LookupError for a service that is not there.

    Without `until` it goes on for seven days after the last of them, or until nothing is due any more.
    """
    log, truncated = _limited(happenings(World(directory), events, until))
    triggers = [event.command for event in events if isinstance(event.command, Trigger)]
    concerned = dict.fromkeys((trigger.service, trigger.customer) for trigger in triggers)
    places = chain.from_iterable(places_of(directory, *each) for each in concerned)
    first = triggers[0].service if triggers else None
    return _rehearsal(log, places, directory, first, truncated=truncated)


def _trigger(directory: Directory, question: Question) -> Trigger:
    """The trigger that is asked about, complete whatever the policy wants to know."""
    required = policy_of(directory, question.service).required
    return Trigger(
        id="",
        service=question.service,
        dedup_key=NAME,
        title="what if",
        body="what if",
        fields=dict.fromkeys(required, "what if"),
        severity=question.severity,
        customer=question.customer,
        plan=question.plan,
        ticket_type=question.ticket_type,
    )


def _rehearsal(
    log: list[LogEntry], places: Iterable[Place], directory: Directory, service: str | None, *, truncated: bool
) -> Rehearsal:
    zone = zone_of(directory, service) if service is not None else "UTC"
    return Rehearsal(tuple(log), people(log, places, directory, zone), truncated, zone)


def _limited(done: Iterable[list[LogEntry]]) -> tuple[list[LogEntry], bool]:
    """The log as far as a rehearsal goes, and whether it would have gone on."""
    log: list[LogEntry] = []
    for decisions, entries in enumerate(done):
        if decisions >= MOST_DECISIONS or len(log) + len(entries) > MOST_ENTRIES:
            return log, True
        log += entries
    return log, False


def _until_long_after_a_page(done: Iterable[list[LogEntry]]) -> Iterator[list[LogEntry]]:
    end: datetime | None = None
    for entries in done:
        if entries and end is not None and instant(entries[0]) > end:
            return
        if end is None and any(entry["event"] == "paged" and entry["policy"] != TRIAGE for entry in entries):
            end = instant(entries[0]) + GOES_ON_FOR
        yield entries
