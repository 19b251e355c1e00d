"""A slow and simple reading of the rules, asked instant by instant, with which the library is compared.

It reads the configuration document's own shapes and shares no code with the library: what it knows of zones and calendars
is in `slow_clock` and `slow_calendar`, and every turn that there ever was is looked at.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from tests.schedules.slow_calendar import Opening, Shape
from tests.schedules.slow_clock import instant_of

Users = frozenset[str]

_DAY = timedelta(days=1)
_NOBODY: Users = frozenset()
_HOURS = {"hour": 1, "hours": 1, "day": 24, "days": 24, "week": 168, "weeks": 168}


class Reading:
    """Who is on call by a schedule, at any instant before `horizon`."""

    def __init__(self, shape: Shape, calendars: Shape, horizon: datetime) -> None:
        zone = shape["time_zone"]
        self._layers = [_Layer(layer, zone, calendars, horizon) for layer in shape["layers"]]
        self._overrides = [
            (instant_of(_wall(one["start"]), zone), instant_of(_wall(one["end"]), zone), one)
            for one in shape.get("overrides", ())
        ]

    def on_call(self, at: datetime) -> Users:
        """Return the last layer's users that has some, then let every override have its way in turn."""
        users = _NOBODY
        for layer in self._layers:
            users = layer.on_call(at) or users
        for start, end, override in self._overrides:
            if start <= at < end:
                users = _overridden(override, users)
        return users


class _Layer:
    def __init__(self, shape: Shape, zone: str, calendars: Shape, horizon: datetime) -> None:
        self._start = instant_of(_wall(shape["start"]), zone)
        self._end = instant_of(_wall(shape["end"]), zone) if "end" in shape else None
        self._users = [frozenset([entry] if isinstance(entry, str) else entry) for entry in shape["users"]]
        when = shape.get("when", {})
        windows = {"time_zone": zone, "open": when["windows"]} if "windows" in when else None
        self._opening = Opening(windows or calendars[when["calendar"]]) if when else None
        self._is_open = when.get("is", "open") == "open"
        begun = sorted(_turns(shape, zone, horizon)) if self._users else []
        self._begun = [start for start, _ in begun]
        self._latest = list(accumulate((number for _, number in begun), max))

    def on_call(self, at: datetime) -> Users:
        """Return the users of the last turn that has begun: the one with the greatest number."""
        begun = bisect_right(self._begun, at)
        if not begun or at < self._start or (self._end is not None and at >= self._end):
            return _NOBODY
        if self._opening is not None and self._opening.is_open(at) is not self._is_open:
            return _NOBODY
        return self._users[self._latest[begun - 1] % len(self._users)]


def _turns(shape: Shape, zone: str, horizon: datetime) -> Iterator[tuple[datetime, int]]:
    """Yield when each turn begins, and its number, walking from the start to some days past the horizon."""
    start, number, wall = _wall(shape["start"]), 0, _wall(shape["start"])
    amount, unit = shape["turn"].split()
    while wall.replace(tzinfo=UTC) < horizon + 4 * _DAY:
        yield instant_of(wall, zone), number
        number += 1
        if unit in _HOURS:
            wall = start + timedelta(hours=_HOURS[unit]) * int(amount) * number
        else:
            wall = _months_later(start, int(amount) * number)


def _months_later(start: datetime, months: int) -> datetime:
    months += start.month - 1
    for day in range(start.day, 0, -1):
        try:
            return start.replace(year=start.year + months // 12, month=months % 12 + 1, day=day)
        except ValueError:
            continue  # the month is shorter
    raise AssertionError


def _overridden(override: Shape, users: Users) -> Users:
    if "replaces" not in override:
        return frozenset(override["users"])
    return users - {override["replaces"]} | {*override["users"]} if override["replaces"] in users else users


def _wall(text: str) -> datetime:
    return datetime.fromisoformat(text)
