"""Nights of the examples in `examples/`, told by the simulator on the wall clock of those who live through them.

`Sun 22 Nov 02:13` is how an instant is written here, in what a test asks and in what it expects; the year is 2026.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from oncall.document.directory import build_directory
from oncall.document.load import load_document
from oncall.domain.commands import PersonCommand, Trigger
from oncall.domain.directory import Directory
from oncall.simulate import Event, simulate
from schedules import parse_instant, resolve, wall_time

EXAMPLES = Path(__file__).parents[2] / "examples"
YEAR = 2026

_WALL = "%a %d %b %H:%M"
_INSTANTS = frozenset({"until", "due", "respond_by", "update_by"})
_TOLD: Mapping[str, tuple[str, ...]] = {
    "triggered": ("severity", "respond_by"),
    "deferred": ("until",),
    "paged": ("user", "policy", "step", "round"),
    "attempted": ("user", "method"),
    "acknowledged": ("by", "update_by"),
    "severity": ("was", "severity", "respond_by"),
    "triaged": ("by", "severity"),
    "warned": ("clock",),
    "breached": ("clock", "due"),
    "updated": ("by", "update_by"),
    "customer_replied": ("by", "respond_by", "update_by"),
    "refused": ("do",),
    "confirmed": ("by", "condition"),
}
"""What a test is told of an event; of any other, who did it."""


@dataclass(frozen=True, slots=True)
class Night:
    """What happens to one example: nothing yet, but for `events`. `service` is where triggers come in."""

    example: str
    zone: str
    service: str
    events: tuple[Event, ...] = ()

    def at(self, wall: str) -> Moment:
        """The instant at which the next thing happens."""
        return Moment(self, instant(wall, self.zone))

    def until(self, wall: str) -> Told:
        """What it comes to, up to and including that instant."""
        log = simulate(self.events, directory(self.example), until=instant(wall, self.zone))
        return Told(self.zone, tuple(log))


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant of a night, at which something happens from outside."""

    night: Night
    instant: datetime

    def trigger(
        self, severity: str | None = None, *, incident: str = "a", body: str = "it hurts", **more: Any
    ) -> Night:
        """Something breaks, or a ticket comes in; `more` are the trigger's other fields."""
        asked = {"service": self.night.service, "title": "a ticket", "by": "token:portal", **more}
        return self.happens(Trigger("", dedup_key=incident, severity=severity, body=body, **asked), incident)

    def happens(self, command: Trigger | PersonCommand, incident: str = "a") -> Night:
        """Somebody asks something of an incident."""
        event = Event(self.instant, incident, command)
        return replace(self.night, events=(*self.night.events, event))


@dataclass(frozen=True, slots=True)
class Told:
    """The log of a night."""

    zone: str
    log: tuple[Mapping[str, Any], ...]

    def lines(self, *events: str, incident: str | None = None) -> list[str]:
        """The entries of those events, one line each: `Sun 22 Nov 02:18 paged nadia engineering 1`."""
        return [self._line(entry) for entry in self._entries(*events, incident=incident)]

    def pages(self, policy: str | None = None, incident: str | None = None) -> list[str]:
        """Who was paged, through that escalation policy or any: `Sun 22 Nov 02:18 nadia engineering 1`, from round 2 on with it.

        Those whom one step pages at one instant share a line.
        """
        together: dict[tuple[Any, ...], list[str]] = {}
        for entry in self._entries("paged", incident=incident):
            if policy is None or entry["policy"] == policy:
                key = tuple(entry[name] for name in ("at", "incident", "policy", "step", "round"))
                together.setdefault(key, []).append(entry["user"] or "channel")
        return [
            f"{self.wall(at)} {' '.join(users)} {policy} {step}{'' if turn == 1 else f' round {turn}'}"
            for (at, _, policy, step, turn), users in together.items()
        ]

    def sends(self, incident: str | None = None) -> list[str]:
        """What went out to whom: `Sun 22 Nov 02:18 nadia slack`."""
        return [
            f"{self.wall(entry['at'])} {entry['user']} {entry['method']}"
            for entry in self._entries("attempted", incident=incident)
        ]

    def entry(self, event: str) -> Mapping[str, Any]:
        """The one entry of that event."""
        (found,) = self._entries(event)
        return found

    def wall(self, instant: str) -> str:
        """An instant of the log on the wall; ` again` where the wall shows that time for the second time."""
        at = parse_instant(instant)
        wall = wall_time(at, self.zone)
        return f"{wall:{_WALL}}{'' if resolve(wall, self.zone) == at else ' again'}"

    def _entries(self, *events: str, incident: str | None = None) -> Iterator[Mapping[str, Any]]:
        for entry in self.log:
            if entry["event"] in events and incident in {None, entry["incident"]}:
                yield entry

    def _line(self, entry: Mapping[str, Any]) -> str:
        values = [(name, entry.get(name)) for name in _TOLD.get(entry["event"], ("by",))]
        said = [self.wall(value) if name in _INSTANTS else str(value) for name, value in values if value is not None]
        return " ".join([self.wall(entry["at"]), entry["event"], *said])


@cache
def directory(example: str) -> Directory:
    """What the example configures."""
    return build_directory(load_document((EXAMPLES / f"{example}.yaml").read_text(encoding="utf-8")))


def instant(wall: str, zone: str) -> datetime:
    """The instant that is written so; refuses a day of the week that is not that date's."""
    read = datetime.strptime(f"{wall} {YEAR}", f"{_WALL} %Y")  # noqa: DTZ007  a wall time has no offset
    if f"{read:{_WALL}}" != wall:
        raise ValueError(f"there is no {wall} in {YEAR}: it is {read:{_WALL}}")
    return resolve(read, zone)
