"""A world of its own: what is open, what is due of it, and a clock that jumps from one to the next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any

from oncall.domain.commands import NAMES, Command, FireTimer, Trigger
from oncall.domain.directory import Directory, Urgency
from oncall.domain.draft import RANKS
from oncall.domain.escalation import STEP
from oncall.domain.evolve import evolve
from oncall.domain.incident import AttemptState, Incident, Page, State
from oncall.domain.transition import Timer, Transition, transition, without_sent
from oncall.simulate.event import Event
from oncall.simulate.minutes import Going, Minutes
from schedules import format_instant

LogEntry = dict[str, Any]
"""One entry of the log, as `oncall simulate --json` prints it."""

MOST_REMEMBERED = 1000
"""How many incidents that are over a world keeps."""

_SENDING = 1 + max(RANKS.values())
_PENDING, _RESOLVED = AttemptState.PENDING, State.RESOLVED
_URGENCIES = {urgency: urgency.value for urgency in Urgency}
_FEW = 64


_new = tuple.__new__


@dataclass(slots=True)
class _Case:
    """One incident; `due` counts what the heap holds of it, `sent` are the pages that are wholly sent since its last step."""

    name: str
    number: int
    incident: Incident
    due: int = 0
    over: bool = False
    sent: list[str] = field(default_factory=list)
    _live: dict[str, Page] | None = None

    def keep(self, incident: Incident) -> None:
        """Keep the incident as it now is."""
        self.incident, self._live = incident, None

    def unsent(self, sending: _Sending) -> Page | None:
        """The page where it is still to be sent; None where it is void, as all that is unsent of a page is at once."""
        live = self._live
        if live is None:
            live = self._live = {page.id: page for run in self.incident.running for page in run.pages}
        page = live.get(sending.page)
        return page if page is not None and page.attempts[sending.next].state is _PENDING else None


@dataclass(slots=True, order=True)
class _Sending:
    """What is to be sent of a page: its attempts from the `next` on; on the heap it stands for that one alone.

    Of what waits so as not to flood it is the one attempt, and nothing that comes `later`. Those of one page are in order.
    """

    page: str
    next: int = 0
    later: bool = True


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
        self._minutes = Minutes(directory)
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
        at, name, command = event
        if isinstance(command, Trigger):
            return self._trigger(name, command, at)
        case = self._by_name.get(name)
        if case is None:
            because = "there is no open incident of that name"
            refused = {"do": NAMES[type(command)], "because": because}
            return [{"at": self._text(at), "incident": name, "event": "refused", **refused}]
        return self._decide(case, command, at)

    def until(self, at: datetime) -> Iterator[list[LogEntry]]:
        """Do what is due before that instant, one thing after the other."""
        heap, fire_next = self._heap, self.fire_next
        while heap and heap[0][0] < at:
            yield fire_next()

    def fire_next(self) -> list[LogEntry]:
        """Do what is due next: a timer, or all the sendings of one instant, bundled as delivery would."""
        now, _, _, place, case, what = self._pop()
        if isinstance(what, Timer):
            return [] if case.over else self._decide(case, _new(FireTimer, what), now)
        going: list[Going] = []
        self._collect(going, case, what, place, now)
        heap = self._heap
        while heap and heap[0][1] == _SENDING and heap[0][0] == now:
            _, _, _, place, case, what = self._pop()
            if isinstance(what, _Sending):
                self._collect(going, case, what, place, now)
        return self._send(going, now) if going else []

    def _trigger(self, name: str, command: Trigger, now: datetime) -> list[LogEntry]:
        known = self._open.get((command.service, name))
        if known is not None:
            self._by_name[name] = known
            return self._decide(known, command, now)
        number = next(self._numbers)
        command = evolve(command, id=f"{name}/{number}", dedup_key=name)
        done = transition(None, command, self.directory, now)
        case = _Case(name, number, done.incident)
        self._open[command.service, name] = self._by_name[name] = case
        return self._settle(case, done, now)

    def _decide(self, case: _Case, command: Command, now: datetime) -> list[LogEntry]:
        # A step leaves out the pages that have all been sent; nothing else asks how far they have come.
        if case.sent and isinstance(command, FireTimer) and command.kind == STEP:
            case.keep(without_sent(case.incident, case.sent))
            case.sent.clear()
        return self._settle(case, transition(case.incident, command, self.directory, now), now)

    def _settle(self, case: _Case, done: Transition, now: datetime) -> list[LogEntry]:
        """Keep the incident and put what it has due on the heap, or forget it where it is over."""
        _, incident, entries, timers, pages, _, _, _ = done
        case.keep(incident)
        heap, number, places = self._heap, case.number, self._places
        for timer in timers:
            kind, _, _, due_at = timer
            heappush(heap, (due_at, RANKS[kind], number, next(places), case, timer))
        for page in pages:
            heappush(heap, (page.attempts[0].due_at, _SENDING, number, next(places), case, _Sending(page.id)))
        case.due += len(timers) + len(pages)
        if incident.state is _RESOLVED and not case.over and not incident.running:
            self._close(case)
        if not entries:
            return []
        at, name = self._text(now), case.name
        return [{"at": at, "incident": name, "event": event, **details} for _, event, details in entries]

    def _text(self, at: datetime) -> str:
        """The instant as the log has it, written out once for all that happens then."""
        if at is not self._now:
            self._now, self._now_text = at, format_instant(at)
        return self._now_text

    def _collect(self, going: list[Going], case: _Case, sending: _Sending, place: int, now: datetime) -> None:
        """Add what a page sends at this instant; what it sends later takes its place on the heap."""
        page = None if case.over else case.unsent(sending)
        if page is None:
            return
        attempts, first, incident, of = page.attempts, sending.next, case.incident, (case, place)
        going.append((attempts[first], page, incident, of))
        if not sending.later:
            return
        for number in range(first + 1, len(attempts)):
            attempt = attempts[number]
            if attempt.due_at != now:
                sending.next = number
                self._push(attempt.due_at, _SENDING, place, case, sending)
                return
            going.append((attempt, page, incident, of))
        case.sent.append(page.id)

    def _send(self, going: Sequence[Going], now: datetime) -> list[LogEntry]:
        """Send it, but for what waits so as not to flood; it comes in the order in which the incidents came.

        As decisions take no time here, nothing has to go out early to go out with others (`bundling.EARLY`).
        """
        at = self._text(now)
        told: list[LogEntry] = []
        sends, waiting = self._minutes.planned(going, now)
        for together in sends:
            shared = f"bundle-{next(self._bundles)}" if len(together) > 1 else None
            for attempt, page, _, (case, _) in together:
                # What `outcomes.attempted` says, in one piece: of all that a simulation says this is the most.
                told.append(
                    {
                        "at": at,
                        "incident": case.name,
                        "event": "attempted",
                        "user": page.user,
                        "method": attempt.type,
                        "urgency": _URGENCIES[page.urgency],
                        "bundle": shared,
                        "attempt": attempt.id,
                    }
                )
                if attempt.due_at != now:
                    told[-1]["waited_since"] = format_instant(attempt.due_at)
        for one, until in waiting:
            self._put_off(one, until)
        return told

    def _put_off(self, going: Going, until: datetime) -> None:
        """Have an attempt made later; its page is not wholly sent before."""
        attempt, page, _, (case, place) = going
        if page.id in case.sent:
            case.sent.remove(page.id)
        number = int(attempt.id.rpartition(".")[2])
        self._push(until, _SENDING, place, case, _Sending(page.id, number - 1, later=False))

    def _push(self, at: datetime, rank: int, place: int, case: _Case, what: Timer | _Sending) -> None:
        heappush(self._heap, (at, rank, case.number, place, case, what))
        case.due += 1

    def _pop(self) -> _Due:
        due = heappop(self._heap)
        case = due[4]
        case.due -= 1
        if case.over:
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
        self._heap[:] = [due for due in self._heap if not due[4].over]
        heapify(self._heap)
        self._dead = 0
