"""What Hypothesis draws: calendars and schedules in the document's shapes, whose times fall close to a clock change.

Numbers are drawn from a few strategies that are made once, since making strategies takes longer than drawing from them.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.schedules.slow_clock import EVERY_ZONE, clock_changes

# Changes by an hour, by half an hour, by two, by a day, forwards and backwards; at midnight, before it, in Ramadan; and none.
CHANGING_ZONES = (
    ("Africa/Cairo", 2026),
    ("Africa/Casablanca", 2026),
    ("America/Chicago", 2026),
    ("America/Havana", 2026),
    ("America/Nuuk", 2026),
    ("America/Santiago", 2026),
    ("America/Sao_Paulo", 2018),
    ("America/St_Johns", 2009),
    ("Antarctica/Troll", 2026),
    ("Asia/Beirut", 2026),
    ("Asia/Kolkata", 2026),
    ("Asia/Tehran", 2021),
    ("Australia/Lord_Howe", 2026),
    ("Europe/Berlin", 2026),
    ("Pacific/Apia", 2011),
    ("Pacific/Chatham", 2026),
    ("Pacific/Kwajalein", 1969),
    ("Pacific/Kwajalein", 1993),
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Shape = dict[str, Any]
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_CHANGING = st.sampled_from(CHANGING_ZONES)
_ZONES = st.one_of(_CHANGING, _CHANGING, st.tuples(st.sampled_from(EVERY_ZONE), st.integers(1975, 2037)))
_ZONES_ELSEWHERE = st.sampled_from(("UTC", "America/New_York", "Asia/Kathmandu"))
_NEAR = st.one_of(st.integers(-3 * 60, 3 * 60), st.integers(-48 * 60, 48 * 60))
_QUARTERS = st.integers(0, 95)
_SOME_OR_NONE = st.sampled_from((1, 2, 3, 4, 2, 3, 0))
_FEW, _SOME = st.integers(0, 2), st.integers(0, 4)
_NUMBERS = st.integers(0, 5)
_SOME_DAYS = st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True)
_DAYS_NEAR = st.lists(st.integers(-4, 8), max_size=4, unique=True)
_USER = st.sampled_from("abcd")
_USERS = st.lists(_USER, min_size=1, max_size=3, unique=True)
_TURNS = st.one_of(
    st.tuples(st.integers(1, 30), st.just("hours")),
    st.tuples(st.integers(1, 3), st.sampled_from(("days", "weeks", "months"))),
)
_COUNTRIES: tuple[Shape, ...] = ({}, {}, {"country": "DE", "subdivision": "BY"}, {"country": "US"})
_COUNTRY = st.sampled_from(_COUNTRIES)
_LIMIT = st.sampled_from(("none", "none", "windows", "windows", "here", "there"))
_STATE = st.sampled_from(("open", "closed"))
_LENGTH = {"hours": timedelta(hours=1), "days": _DAY, "weeks": 7 * _DAY, "months": 28 * _DAY}
_MOST_TURNS = {"hours": 400, "days": 400, "weeks": 170, "months": 40}
_HOURS = st.one_of(st.integers(1, 24), st.integers(1, 48), st.integers(24 * 10, 24 * 200))


class Place(NamedTuple):
    """A zone, an instant at which its clocks are changed, and what they would show then had they not been."""

    zone: str
    change: datetime
    wall: datetime


class Situation(NamedTuple):
    """A schedule with the calendars that it names, and the window of time to ask about."""

    schedule: Shape
    calendars: Shape
    since: datetime
    until: datetime


@st.composite
def places(draw: st.DrawFn) -> Place:
    """Draw a zone and one of its clock changes; an instant like any other where it has none."""
    zone, year = draw(_ZONES)
    changes = clock_changes(zone, year) or (datetime(year, 7, 1, tzinfo=UTC),)
    change = changes[draw(_NUMBERS) % len(changes)]
    return Place(zone, change, (change - _MINUTE).astimezone(ZoneInfo(zone)).replace(tzinfo=None) + _MINUTE)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Draw a schedule and a window of a few days around a clock change, now and then of months."""
    place = draw(_PLACES)
    schedule: Shape = {
        "time_zone": place.zone,
        "layers": [_layer(draw, place) for _ in range(draw(_SOME_OR_NONE))],
        "overrides": [_override(draw, place) for _ in range(draw(_SOME))],
    }
    named = {layer["when"]["calendar"] for layer in schedule["layers"] if "calendar" in layer.get("when", {})}
    since = instant_near(draw, place)
    return Situation(schedule, _named(draw, place, named), since, since + draw(_HOURS) * timedelta(hours=1))


@st.composite
def openings(draw: st.DrawFn) -> tuple[Shape, datetime]:
    """Draw a calendar and an instant, both near one clock change of its zone."""
    place = draw(_PLACES)
    return calendar(draw, place), instant_near(draw, place)


def wall_near(draw: st.DrawFn, place: Place) -> datetime:
    """Draw a wall time, existing or not, within two days of the change and mostly within three hours."""
    return place.wall + draw(_NEAR) * _MINUTE


def instant_near(draw: st.DrawFn, place: Place) -> datetime:
    """Draw an instant within two days of the change, mostly within three hours."""
    return place.change + draw(_NEAR) * _MINUTE


def calendar(draw: st.DrawFn, place: Place) -> Shape:
    """Draw a calendar with holidays and special dates within some days of the change."""
    dates = [(place.wall + day * _DAY).date().isoformat() for day in draw(_DAYS_NEAR)]
    return {
        "time_zone": place.zone,
        "open": [_daily(draw, place) for _ in range(draw(_FEW) + 1)],
        "holidays": {**draw(_COUNTRY), "add": dates[:1], "remove": dates[1:2]},
        "special": [
            {"date": day, "open": [_window(_clock(draw, place), _clock(draw, place)) for _ in range(draw(_FEW))]}
            for day in dates[1:3]
        ],
    }


def _named(draw: st.DrawFn, place: Place, names: set[str]) -> Shape:
    """Draw the calendars of these names: `here` in the place's zone, `there` in another, around the same day."""
    there = place._replace(zone=draw(_ZONES_ELSEWHERE))
    return {name: calendar(draw, place if name == "here" else there) for name in sorted(names)}


def _clock(draw: st.DrawFn, place: Place) -> str:
    """Draw a time of the day, in most cases one that the clock change has to do with."""
    quarters = draw(_QUARTERS)
    wall = wall_near(draw, place) if quarters % 3 else datetime.combine(date.min, time()) + quarters * 15 * _MINUTE
    return wall.strftime("%H:%M")


def _daily(draw: st.DrawFn, place: Place) -> Shape:
    return _window(_clock(draw, place), _clock(draw, place), draw(_SOME_DAYS))


def _weekly(draw: st.DrawFn, place: Place) -> Shape:
    """Draw a window on several days, over night or not, or one from a day to another, wrapping the week or not."""
    window, numbers = _daily(draw, place), (draw(_NUMBERS), draw(_NUMBERS))
    if numbers[0] % 2:
        return window
    start, end = (f"{window['days'][number % len(window['days'])]}" for number in numbers)
    return _window(f"{start} {window['from']}", f"{end} {window['to']}")


def _window(start: str, end: str, days: list[str] | None = None) -> Shape:
    return {"from": start, "to": end} if days is None else {"days": days, "from": start, "to": end}


def _layer(draw: st.DrawFn, place: Place) -> Shape:
    """Draw a rotation that hands over at or near the change, some turns after its start."""
    amount, unit = draw(_TURNS)
    turns = draw(_NUMBERS) * draw(_NUMBERS) * _MOST_TURNS[unit] // 25 // amount
    layer: Shape = {
        "name": "layer",
        "start": (wall_near(draw, place) - (turns - 1) * amount * _LENGTH[unit]).isoformat(),
        "turn": f"{amount} {unit}",
        "users": [draw(_USERS) for _ in range(draw(_SOME_OR_NONE))],
    }
    end = wall_near(draw, place).isoformat()
    if not draw(_NUMBERS) and end > layer["start"]:
        layer["end"] = end
    limit = draw(_LIMIT)
    if limit == "windows":
        layer["when"] = {"windows": [_weekly(draw, place) for _ in range(draw(_FEW) or 1)]}
    elif limit != "none":
        layer["when"] = {"calendar": limit, "is": draw(_STATE)}
    return layer


def _override(draw: st.DrawFn, place: Place) -> Shape:
    start, length = wall_near(draw, place), abs(draw(_NEAR)) + 1
    override = {"start": start.isoformat(), "end": (start + length * _MINUTE).isoformat(), "users": draw(_USERS)}
    return {**override, "replaces": draw(_USER)} if draw(_NUMBERS) % 2 else override


_PLACES = places()
