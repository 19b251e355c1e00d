"""What clocks on walls show, read off the zone table from one hour to the next: the oracle's own reckoning.

Nothing here knows the library, nor how Python marks a repeated hour: a wall time is looked for among the instants at which
some clock shows it.
"""

from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

EVERY_ZONE = tuple(sorted(zone for zone in available_timezones() if "/" in zone))

_SECOND = timedelta(seconds=1)
_STEP = timedelta(hours=6)
_AROUND = timedelta(days=4)  # no clock was ever changed by more than one


class Stretch(NamedTuple):
    """A time from `start` up to `end` without a clock change."""

    start: datetime
    end: datetime
    offset: timedelta


@cache
def stretches(zone: str, year: int) -> tuple[Stretch, ...]:
    """Return the stretches that make up a year and some days around it, in order."""
    start, end = datetime(year, 1, 1, tzinfo=UTC) - _AROUND, datetime(year + 1, 1, 1, tzinfo=UTC) + _AROUND
    found = []
    since = at = start
    while at < end:
        if _offset(at + _STEP, zone) != _offset(at, zone):
            change = _change(at, at + _STEP, zone)
            found.append(Stretch(since, change, _offset(since, zone)))
            since = change
        at += _STEP
    return (*found, Stretch(since, at, _offset(since, zone)))


def clock_changes(zone: str, year: int) -> tuple[datetime, ...]:
    """Return the instants of a year at which the zone's clocks are changed."""
    return tuple(stretch.end for stretch in stretches(zone, year)[:-1] if stretch.end.year == year)


@lru_cache(maxsize=200_000)
def instant_of(wall: datetime, zone: str) -> datetime:
    """Return the first instant at which clocks show `wall`; where none ever does, go by the offset before the change."""
    utc = wall.replace(tzinfo=UTC)
    all_year = stretches(zone, wall.year)
    shown = [utc - offset for start, end, offset in all_year if start <= utc - offset < end]
    if shown:
        return min(shown)
    (before,) = (
        early.offset for early, late in pairwise(all_year) if early.end + early.offset <= utc < late.start + late.offset
    )
    return utc - before


def _offset(at: datetime, zone: str) -> timedelta:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset


def _change(before: datetime, after: datetime, zone: str) -> datetime:
    was = _offset(before, zone)
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        before, after = (middle, after) if _offset(middle, zone) == was else (before, middle)
    return after
