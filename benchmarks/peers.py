"""The same schedules by other means: recurrence rules of dateutil, and an iCalendar asked by recurring-ical-events.

Both are read once and then asked, and both leave to the caller which of several events at one time counts.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import recurring_ical_events
from dateutil.rrule import DAILY, FR, MO, TH, TU, WE, WEEKLY, rrule
from icalendar import Calendar, Event

from benchmarks.workload import ZONE

_ZONE = ZoneInfo(ZONE)
_WEEKDAYS = (MO, TU, WE, TH, FR)
_DAY = timedelta(days=1)

Interval = tuple[datetime, datetime, str]


class Recurring(NamedTuple):
    """What one user has of a layer, again and again: from `first` on the wall for `length`, every so many days or weeks."""

    layer: int
    user: str
    first: datetime
    length: timedelta
    frequency: str
    interval: int
    on_weekdays: bool


def recurring(shape: dict[str, Any]) -> Iterator[Recurring]:
    """Yield the events that the layers of a schedule of the workload are."""
    for number, layer in enumerate(shape["layers"]):
        start, count = datetime.fromisoformat(layer["start"]), len(layer["users"])
        for turn, user in enumerate(layer["users"]):
            if layer["turn"] == "1 day":
                first = (start + turn * _DAY).replace(hour=19)
                yield Recurring(number, user, first, timedelta(hours=12), "DAILY", count, on_weekdays=False)
            else:
                length = timedelta(hours=8) if "when" in layer else 7 * _DAY
                yield Recurring(number, user, start + turn * 7 * _DAY, length, "WEEKLY", count, "when" in layer)


def overriding(shape: dict[str, Any]) -> list[Interval]:
    """Return the overrides, on the wall."""
    walls = [(one["start"], one["end"], one["users"][0]) for one in shape["overrides"]]
    return [(datetime.fromisoformat(start), datetime.fromisoformat(end), user) for start, end, user in walls]


class ByRules:
    """The schedule by plain `dateutil.rrule`, which keeps the occurrences that it has found."""

    def __init__(self, shape: dict[str, Any]) -> None:
        self._layers: list[list[tuple[str, rrule, timedelta]]] = [[] for _ in shape["layers"]]
        for one in recurring(shape):
            days = _WEEKDAYS if one.on_weekdays else None
            rule = rrule(
                DAILY if one.frequency == "DAILY" else WEEKLY, one.first, one.interval, byweekday=days, cache=True
            )
            self._layers[one.layer].append((one.user, rule, one.length))
        self._overrides = overriding(shape)

    def on_call_at(self, at: datetime) -> str | None:
        """Return who is on call: by an override, else by the topmost layer in which somebody is."""
        wall = at.astimezone(_ZONE).replace(tzinfo=None)
        for start, end, user in self._overrides:
            if start <= wall < end:
                return user
        for layer in reversed(self._layers):
            for user, rule, length in layer:
                last = rule.before(wall, inc=True)
                if last is not None and wall < last + length:
                    return user
        return None

    def shifts(self, since: datetime, until: datetime) -> list[Interval]:
        """Return the shifts, clipped."""
        first, last = (edge.astimezone(_ZONE).replace(tzinfo=None) for edge in (since, until))
        lines = [
            [
                (_instant(start), _instant(start + length), user)
                for user, rule, length in layer
                for start in rule.between(first - length, last, inc=True)
            ]
            for layer in self._layers
        ]
        overrides = [(_instant(start), _instant(end), user) for start, end, user in self._overrides]
        return stacked([*lines, overrides], since, until)


class ByCalendar:
    """The schedule as an iCalendar, by `icalendar` and `recurring-ical-events`."""

    def __init__(self, shape: dict[str, Any]) -> None:
        calendar = Calendar()
        calendar.add("prodid", "-//benchmarks//")
        calendar.add("version", "2.0")
        for one in recurring(shape):
            event = _event(one.layer, one.user, one.first, one.first + one.length)
            days = {"byday": ["MO", "TU", "WE", "TH", "FR"]} if one.on_weekdays else {}
            event.add("rrule", {"freq": one.frequency, "interval": one.interval, **days})
            calendar.add_component(event)
        self._overrides = len(shape["layers"])
        for start, end, user in overriding(shape):
            calendar.add_component(_event(self._overrides, user, start, end))
        self._query = recurring_ical_events.of(Calendar.from_ical(calendar.to_ical()))

    def on_call_at(self, at: datetime) -> str | None:
        """Return the user of the topmost event."""
        events = self._query.at(at)
        return str(max(events, key=_layer)["summary"]) if events else None

    def shifts(self, since: datetime, until: datetime) -> list[Interval]:
        """Return the shifts, clipped."""
        lines: list[list[Interval]] = [[] for _ in range(self._overrides + 1)]
        for event in self._query.between(since, until):
            start, end = (event[name].dt.astimezone(UTC) for name in ("dtstart", "dtend"))
            lines[_layer(event)].append((start, end, str(event["summary"])))
        return stacked(lines, since, until)


def stacked(lines: Iterable[list[Interval]], since: datetime, until: datetime) -> list[Interval]:
    """Return who is on call where the last line that has somebody counts, in order and clipped."""
    lines = [sorted(line) for line in lines]
    edges = sorted({since, until, *(at for line in lines for start, end, _ in line for at in (start, end))})
    places = [0] * len(lines)
    shifts: list[Interval] = []
    for start, end in pairwise(edge for edge in edges if since <= edge <= until):
        user = _topmost(lines, places, start)
        if user is not None and shifts and shifts[-1][1:] == (start, user):
            shifts[-1] = shifts[-1][0], end, user
        elif user is not None:
            shifts.append((start, end, user))
    return shifts


def _topmost(lines: list[list[Interval]], places: list[int], at: datetime) -> str | None:
    for number in range(len(lines) - 1, -1, -1):
        line, place = lines[number], places[number]
        while place < len(line) and line[place][1] <= at:
            place += 1
        places[number] = place
        if place < len(line) and line[place][0] <= at:
            return line[place][2]
    return None


def _event(layer: int, user: str, start: datetime, end: datetime) -> Event:
    event = Event()
    event.add("uid", f"{layer}-{user}-{start.isoformat()}")
    event.add("summary", user)
    event.add("priority", layer)
    event.add("dtstart", start.replace(tzinfo=_ZONE))
    event.add("dtend", end.replace(tzinfo=_ZONE))
    return event


def _layer(event: Event) -> int:
    return int(str(event["priority"]))


def _instant(wall: datetime) -> datetime:
    return wall.replace(tzinfo=_ZONE).astimezone(UTC)
