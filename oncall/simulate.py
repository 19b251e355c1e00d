"""What would happen: the engine's own decisions on a virtual clock, with providers that always succeed."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from oncall.domain.bundling import DueMessage, bundles
from oncall.domain.commands import AttemptSent, Command, FireTimer, Trigger
from oncall.domain.directory import Directory
from oncall.domain.incident import Attempt, AttemptState, Incident, State
from oncall.domain.log import Entry, as_json
from oncall.domain.transition import Timer, Transition, transition
from schedules import format_instant

AFTER_THE_LAST_EVENT = timedelta(days=7)
"""How long a simulation without an end of its own goes on after the last event."""

_COMMAND, _TIMER, _ATTEMPT = range(3)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens from outside: a command for the incident of that name, at an instant."""

    at: datetime
    incident: str
    command: Command


@dataclass(frozen=True, slots=True)
class _DueTimer:
    incident: str
    opened: str
    timer: Timer


@dataclass(frozen=True, slots=True)
class _DueAttempt:
    incident: str
    user: str | None
    attempt: Attempt


_Due = Event | _DueTimer | _DueAttempt


@dataclass(slots=True)
class _World:
    directory: Directory
    due: list[tuple[datetime, int, int, _Due]] = field(default_factory=list)
    incidents: dict[str, Incident] = field(default_factory=dict)
    places: Iterator[int] = field(default_factory=count)

    def add(self, at: datetime, rank: int, what: _Due) -> None:
        heapq.heappush(self.due, (at, rank, next(self.places), what))

    def store(self, name: str, done: Transition) -> None:
        """Keep the incident, and put what it has due on the heap."""
        self.incidents[name] = done.incident
        for timer in done.timers:
            self.add(timer.due_at, _TIMER, _DueTimer(name, done.incident.id, timer))
        whose = {attempt.id: page.user for page in done.pages for attempt in page.attempts}
        for attempt in done.attempts:
            if attempt.state is AttemptState.PENDING and attempt.id in whose:
                self.add(attempt.due_at, _ATTEMPT, _DueAttempt(name, whose[attempt.id], attempt))


def simulate(events: Iterable[Event], directory: Directory, until: datetime | None = None) -> Iterator[dict[str, Any]]:
    """The log of all incidents, an entry at a time in order, up to and including `until`.

    Events at one instant happen in the order given, then timers, then attempts (docs/semantics.md 5.7). Without `until` it goes
    on for seven days after the last event, or until nothing is due any more.
    """
    world = _World(directory)
    ordered = sorted(events, key=lambda event: event.at)
    for event in ordered:
        world.add(event.at, _COMMAND, event)
    end = until or (ordered[-1].at + AFTER_THE_LAST_EVENT if ordered else None)
    while world.due and end is not None and world.due[0][0] <= end:
        now, rank, _, what = heapq.heappop(world.due)
        if rank == _ATTEMPT and isinstance(what, _DueAttempt):
            yield from _send(world, now, (what, *_same_instant(world, now)))
        else:
            yield from _happen(world, now, what)


def _happen(world: _World, now: datetime, what: _Due) -> Iterator[dict[str, Any]]:
    command, known = _command(what), world.incidents.get(what.incident)
    if isinstance(what, _DueTimer) and (known is None or known.id != what.opened):
        return
    if isinstance(command, Trigger):
        known = None if known is None or known.state is State.RESOLVED else known
        command = replace(command, id=f"{what.incident}/{next(world.places)}")
    elif known is None:
        refused = Entry(
            now, "refused", {"do": type(command).__name__.lower(), "because": "there is no incident of that name"}
        )
        yield as_json(refused, what.incident)
        return
    yield from _done(world, what.incident, transition(known, command, world.directory, now))


def _command(what: _Due) -> Command:
    match what:
        case Event(command=command):
            return command
        case _DueTimer(timer=timer):
            return FireTimer(timer.kind, timer.generation, timer.occurrence, timer.due_at)
        case _DueAttempt(user=user, attempt=attempt):
            return AttemptSent(attempt.id, user, attempt.type)


def _done(world: _World, name: str, done: Transition) -> Iterator[dict[str, Any]]:
    world.store(name, done)
    yield from (as_json(entry, name) for entry in done.entries)


def _same_instant(world: _World, now: datetime) -> Iterator[_DueAttempt]:
    while world.due and world.due[0][:2] == (now, _ATTEMPT):
        what = heapq.heappop(world.due)[3]
        if isinstance(what, _DueAttempt):
            yield what


def _send(world: _World, now: datetime, due: Sequence[_DueAttempt]) -> Iterator[dict[str, Any]]:
    """Send what is still to be sent of what fell due at one instant, bundled as delivery would."""
    live = {one.attempt.id: one for one in due if _is_pending(world.incidents[one.incident], one.attempt)}
    for number, bundle in enumerate(bundles(_message(world, one) for one in live.values()), start=1):
        shared = f"{format_instant(now)}/{number}" if len(bundle) > 1 else None
        for message in bundle:
            one = live[message.id]
            sent = AttemptSent(one.attempt.id, one.user, one.attempt.type, shared)
            yield from _done(world, one.incident, transition(world.incidents[one.incident], sent, world.directory, now))


def _is_pending(incident: Incident, attempt: Attempt) -> bool:
    run = incident.run
    if run is None or not run.running:
        return False
    return any(
        one.id == attempt.id and one.state is AttemptState.PENDING for page in run.pages for one in page.attempts
    )


def _message(world: _World, one: _DueAttempt) -> DueMessage:
    attempt = one.attempt
    urgency = world.incidents[one.incident].urgency
    return DueMessage(attempt.id, "page", one.user, attempt.type, attempt.address, urgency, attempt.due_at)
