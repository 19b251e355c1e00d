"""A simulation told as a story: a day at a time, in the time of those who live it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from oncall.domain.commands import Trigger
from oncall.domain.directory import Directory
from oncall.simulate.event import Event
from oncall.simulate.local import zone_of
from oncall.simulate.people import instant
from oncall.simulate.run import simulate
from oncall.simulate.sayings import Entry, Speaker
from oncall.simulate.thread import Thread
from schedules import wall_time

_MOST_STILL_OPEN = 50
_NARROWEST, _WIDEST = 8, 24


class Timeline:
    """Tells what happens line by line as it happens, and keeps no more than what is open.

    Times are those on the wall in the zone of the service's policy's calendar, else of its schedules, else UTC. Pages that
    repeat others but for the instant and the round are counted, not told again.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._threads: dict[str, Thread] = {}
        self._coming: dict[str, Thread] = {}
        self._today: tuple[object, str] | None = None
        self._width = _NARROWEST

    def told(self, events: Iterable[Event], until: datetime | None = None) -> Iterator[str]:
        """The lines of what comes of events in order of time, up to and including `until`."""
        nothing = True
        for _, at_once in groupby(simulate(self._heard(events), self._directory, until), key=_at):
            nothing = False
            yield from self._instant(list(at_once))
        yield from self._end() if not nothing else ["Nothing happens."]

    def _heard(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events, of which the log will not repeat what an incident is about."""
        for event in events:
            if isinstance(event.command, Trigger):
                title = "(sensitive)" if event.command.sensitive else event.command.title
                zone = zone_of(self._directory, event.command.service)
                self._coming[event.incident] = Thread(event.incident, event.command.service, title, zone)
            yield event

    def _instant(self, entries: Sequence[Entry]) -> Iterator[str]:
        moments: dict[int, tuple[Thread, list[Entry]]] = {}
        for entry in entries:
            thread = self._thread(entry)
            moments.setdefault(id(thread), (thread, []))[1].append(entry)
        for thread, moment in moments.values():
            yield from self._moment(thread, moment)

    def _thread(self, entry: Entry) -> Thread:
        """The thread that an entry goes on with; a trigger begins one, or joins the one that there is."""
        name = entry["incident"]
        coming = self._coming.pop(name, None) if entry["event"] in {"triggered", "joined"} else None
        if coming is not None and entry["event"] == "triggered":
            self._threads[name] = coming
        if name not in self._threads:
            return Thread(name, "", "", self._today[1] if self._today else "UTC")
        return self._threads[name]

    def _moment(self, thread: Thread, moment: Sequence[Entry]) -> Iterator[str]:
        at = instant(moment[0])
        before, lines = thread.tell(moment, Speaker(self._directory, thread.zone, at))
        if before is not None:
            yield self._line("...", thread.name, before)
        if lines:
            yield from self._day(at, thread.zone)
            wall = wall_time(at, thread.zone)
            time = f"{wall:%H:%M:%S}" if wall.second else f"{wall:%H:%M}"
            yield self._line(time, thread.name, lines[0])
            yield from (self._line("", "", line) for line in lines[1:])
        is_over = any(entry["event"] == "resolved" for entry in moment)
        if is_over and self._threads.get(thread.name) is thread:
            del self._threads[thread.name]

    def _day(self, at: datetime, zone: str) -> Iterator[str]:
        wall = wall_time(at, zone)
        if self._today != (wall.date(), zone):
            yield from [""] if self._today else []
            self._today = (wall.date(), zone)
            yield f"{wall:%A} {wall.day} {wall:%B %Y}, {zone}"

    def _line(self, time: str, name: str, text: str) -> str:
        self._width = min(max(self._width, len(name)), _WIDEST)
        line = f"  {time:<8}  {name:<{self._width}}  {text}"
        return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)

    def _end(self) -> Iterator[str]:
        left = list(self._threads.values())
        for thread in left:
            before = thread.repeated()
            if before is not None:
                yield self._line("...", thread.name, before)
        if left:
            yield ""
            yield "Still open at the end:"
        for thread in left[:_MOST_STILL_OPEN]:
            yield self._line("", thread.name, thread.standing)
        if len(left) > _MOST_STILL_OPEN:
            yield f"  and {len(left) - _MOST_STILL_OPEN} more"


def _at(entry: Entry) -> str:
    return str(entry["at"])
