"""A world of its own: what is open, what is due of it, and a clock that jumps from one to the next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any, NamedTuple

from oncall.domain.bundling import DueMessage, bundles
from oncall.domain.commands import NAMES, AttemptSent, Command, FireTimer, Trigger
from oncall.domain.directory import Directory
from oncall.domain.draft import RANKS
from oncall.domain.escalation import STEP
from oncall.domain.evolve import evolve
from oncall.domain.incident import Attempt, AttemptState, Incident, Page, State
from oncall.domain.log import Entry
from oncall.domain.transition import Timer, Transition, mark_sent, sent, transition
from oncall.simulate.event import Event
from schedules import format_instant

LogEntry = dict[str, Any]
"""One entry of the log, as `oncall simulate --json` prints it."""

MOST_REMEMBERED = 1000
"""How many incidents that are over a world keeps."""

_SENDING = 1 + max(RANKS.values())
_FEW = 64


@dataclass(slots=True)
class _Case:
    """One incident; `due` counts what the heap holds of it, `unmarked` is what was sent since its last step."""

    name: str
    number: int
    incident: Incident
    due: int = 0
    over: bool = False
    unmarked: list[str] = field(default_factory=list)


class _Sending(NamedTuple):
    page: Page
    attempt: Attempt


_Due = tuple[datetime, int, int, int, _Case, Timer | _Sending]


class World:
    """Incidents and what is due of them, decided upon by the domain alone (docs/semantics.md 5.7).

    Of an incident that is over nothing stays due, and only the last `remembered` of them are kept at all, for the notes and
    the refusals that may still come.
    """

    def __init__(self, directory: Directory, remembered: int = MOST_REMEMBERED) -> None:
        self.directory = directory
        self._remembered = remembered
        self._heap: list[_Due] = []
        self._dead = 0
        self._open: dict[tuple[str, str], _Case] = {}
        self._by_name: dict[str, _Case] = {}
        self._over: OrderedDict[int, _Case] = OrderedDict()
        self._numbers = count(1)
        self._places = count()
        self._bundles = count(1)
        self._now: datetime | None = None
        self._now_text = ""

    @property
    def next_due_at(self) -> datetime | None:
        """When the next thing is due, None when nothing is."""
        return self._heap[0][0] if self._heap else None

    @property
    def kept(self) -> int:
        """How many incidents and due things are held in memory."""
        return len(self._by_name) + len(self._open) + len(self._over) + len(self._heap)

    def obey(self, event: Event) -> list[LogEntry]:
        """Carry out a command: a trigger opens or joins, any other is for the incident of that name that was triggered last."""
        if isinstance(event.command, Trigger):
            return self._trigger(event, event.command)
        case = self._by_name.get(event.incident)
        if case is None:
            because = "there is no open incident of that name"
            refused = Entry(event.at, "refused", {"do": NAMES[type(event.command)], "because": because})
            return [self._told(refused, event.incident)]
        return self._decide(case, event.command, event.at)

    def fire_next(self) -> list[LogEntry]:
        """Do what is due next: a timer, or all the sendings of one instant, bundled as delivery would."""
        now, rank, _, _, case, what = self._pop()
        if isinstance(what, Timer):
            fired = FireTimer(what.kind, what.generation, what.occurrence, what.due_at)
            return [] if case.over else self._decide(case, fired, now)
        sendings, heap = [(case, what)], self._heap
        while heap and heap[0][1] == rank and heap[0][0] == now:
            *_, case, what = self._pop()
            if isinstance(what, _Sending):
                sendings.append((case, what))
        return self._send(sendings, now)

    def _trigger(self, event: Event, command: Trigger) -> list[LogEntry]:
        known = self._open.get((command.service, event.incident))
        if known is not None:
            self._by_name[event.incident] = known
            return self._decide(known, command, event.at)
        number = next(self._numbers)
        command = evolve(command, id=f"{event.incident}/{number}", dedup_key=event.incident)
        done = transition(None, command, self.directory, event.at)
        case = _Case(event.incident, number, done.incident)
        self._open[command.service, event.incident] = self._by_name[event.incident] = case
        return self._settle(case, done)

    def _decide(self, case: _Case, command: Command, now: datetime) -> list[LogEntry]:
        # A step leaves out the pages that have all been sent; nothing else asks how far they have come.
        if case.unmarked and isinstance(command, FireTimer) and command.kind == STEP:
            case.incident = mark_sent(case.incident, case.unmarked)
            case.unmarked.clear()
        return self._settle(case, transition(case.incident, command, self.directory, now))

    def _settle(self, case: _Case, done: Transition) -> list[LogEntry]:
        """Keep the incident and put what it has due on the heap, or forget it where it is over."""
        case.incident, heap, number = done.incident, self._heap, case.number
        for timer in done.timers:
            heappush(heap, (timer.due_at, RANKS[timer.kind], number, next(self._places), case, timer))
            case.due += 1
        for page in done.pages:
            for attempt in page.attempts:
                heappush(heap, (attempt.due_at, _SENDING, number, next(self._places), case, _Sending(page, attempt)))
            case.due += len(page.attempts)
        if not case.over and _is_over(done.incident):
            self._close(case)
        return [self._told(entry, case.name) for entry in done.entries]

    def _told(self, entry: Entry, name: str) -> LogEntry:
        """The entry as `as_json` gives it; the same instant is written out once."""
        if entry.at is not self._now:
            self._now, self._now_text = entry.at, format_instant(entry.at)
        return {"at": self._now_text, "incident": name, "event": entry.event, **entry.details}

    def _send(self, sendings: Sequence[tuple[_Case, _Sending]], now: datetime) -> list[LogEntry]:
        """Send what is still to be sent; it comes in the order in which the incidents came.

        As decisions take no time here, nothing has to go out early to go out with others (`bundling.EARLY`).
        """
        live = [(case, one) for case, one in sendings if _is_pending(case.incident, one)]
        going = self._bundled(live) if len(live) > 1 else [(case, _sent(one, None)) for case, one in live]
        told: list[LogEntry] = []
        for case, command in going:
            told.append(self._told(sent(case.incident, command, now), case.name))
            case.unmarked.append(command.attempt)
        return told

    def _bundled(self, live: Sequence[tuple[_Case, _Sending]]) -> list[tuple[_Case, AttemptSent]]:
        """The sendings in the order in which they go out, those that go out as one with an id that they share."""
        found = {one.attempt.id: (case, one) for case, one in live}
        going: list[tuple[_Case, AttemptSent]] = []
        for bundle in bundles([_message(one) for _, one in live]):
            shared = f"bundle-{next(self._bundles)}" if len(bundle) > 1 else None
            for message in bundle:
                case, one = found[message.id]
                going.append((case, _sent(one, shared)))
        return going

    def _pop(self) -> _Due:
        due = heappop(self._heap)
        due[4].due -= 1
        if due[4].over:
            self._dead -= 1
        return due

    def _close(self, case: _Case) -> None:
        case.over = True
        self._dead += case.due
        del self._open[case.incident.service, case.name]
        self._over[case.number] = case
        if len(self._over) > self._remembered:
            _, oldest = self._over.popitem(last=False)
            if self._by_name.get(oldest.name) is oldest:
                del self._by_name[oldest.name]
        if self._dead > max(len(self._heap) // 2, _FEW):
            self._sweep()

    def _sweep(self) -> None:
        """Take what belongs to incidents that are over off the heap."""
        self._heap = [due for due in self._heap if not due[4].over]
        heapify(self._heap)
        self._dead = 0


def _is_over(incident: Incident) -> bool:
    return incident.state is State.RESOLVED and next(incident.running, None) is None


def _is_pending(incident: Incident, sending: _Sending) -> bool:
    """Whether it may still be sent: `incident.pending()`, for one attempt."""
    for run in incident.running:
        for page in run.pages:
            if page.id == sending.page.id:
                return any(one.state is AttemptState.PENDING for one in page.attempts if one.id == sending.attempt.id)
    return False


def _sent(one: _Sending, bundle: str | None) -> AttemptSent:
    return AttemptSent(one.attempt.id, one.page.user, one.attempt.type, bundle, one.page.urgency)


def _message(one: _Sending) -> DueMessage:
    attempt = one.attempt
    return DueMessage(
        attempt.id, "page", one.page.user, attempt.type, attempt.address, one.page.urgency, attempt.due_at
    )
