"""Short words for the tests: instants from what a clock on a wall shows, and when clocks change."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from schedules import parse_wall, resolve

NEW_YORK = "America/New_York"
CHICAGO = "America/Chicago"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")

# Changes by an hour, by half an hour, by two, by a day; at midnight, before it, in Ramadan; and none at all.
CHANGING_ZONES = (
    ("Africa/Cairo", 2026),
    ("Africa/Casablanca", 2026),
    ("America/Chicago", 2026),
    ("America/Havana", 2026),
    ("America/Nuuk", 2026),
    ("America/Santiago", 2026),
    ("America/St_Johns", 2009),
    ("Antarctica/Troll", 2026),
    ("Asia/Kolkata", 2026),
    ("Asia/Beirut", 2026),
    ("Australia/Lord_Howe", 2026),
    ("Europe/Berlin", 2026),
    ("Pacific/Apia", 2011),
    ("Pacific/Chatham", 2026),
    ("Pacific/Kwajalein", 1993),
)


def at(wall: str, zone: str) -> datetime:
    """Return the instant of `2026-03-06T16:00` in a zone."""
    return resolve(parse_wall(wall), zone)


def utc(text: str) -> datetime:
    """Return the instant of an ISO text with an offset."""
    return datetime.fromisoformat(text).astimezone(UTC)


@cache
def clock_changes(zone: str, year: int) -> tuple[datetime, ...]:
    """Return the instants of a year at which the zone's offset changes, to the minute."""
    rules = ZoneInfo(zone)
    found = []
    day = datetime(year, 1, 1, tzinfo=UTC)
    while day.year == year:
        before, after = day, day + timedelta(days=1)
        if _offset(before, rules) != _offset(after, rules):
            while after - before > timedelta(minutes=1):
                middle = before + (after - before) / 2
                before, after = (middle, after) if _offset(middle, rules) == _offset(day, rules) else (before, middle)
            found.append(after.replace(second=0, microsecond=0))
        day += timedelta(days=1)
    return tuple(found)


def _offset(instant: datetime, rules: ZoneInfo) -> timedelta | None:
    return instant.astimezone(rules).utcoffset()
