"""From when a duration reaches an instant: deadlines by a calendar, read backwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from schedules.errors import NoOpeningError
from schedules.instants import wall_time, zone_named
from schedules.spans import Span

if TYPE_CHECKING:
    from schedules.calendar import BusinessCalendar
    from schedules.durations import Duration

_DAY = timedelta(days=1)
_STRETCH = 16 * _DAY
_YEAR_OF_HOLIDAYS = 400 * _DAY
_MOMENT = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)


def start_of_open_time(calendar: BusinessCalendar, at: datetime, length: timedelta) -> datetime:
    """Return the latest instant from which `length` of open time passes until `at`; `NoOpeningError` where none does."""
    left = length
    for span in _spans_before(calendar, at):
        if span.end - span.start >= left:
            return span.end - left
        left -= span.end - span.start
    raise _never(at)


def start_of_working_days(calendar: BusinessCalendar, at: datetime, duration: Duration) -> datetime:
    """Return the latest instant until which that many working days end no later than `at`.

    A deadline changes course only where the calendar opens or closes, at midnight and at a clock change, on the day that is
    counted from or on the one that is reached: so it is asked there alone, and just before.
    """
    walls = _walls_around(calendar, at)
    for span in _spans_before(calendar, at - (duration.amount - 2) * _DAY):
        for candidate in sorted(_turning_points(calendar.time_zone, span, walls), reverse=True):
            if _reaches(calendar, candidate, duration, at) or _reaches(calendar, candidate - _MOMENT, duration, at):
                return candidate
    raise _never(at)


def _reaches(calendar: BusinessCalendar, start: datetime, duration: Duration, at: datetime) -> bool:
    try:
        return calendar.deadline(start, duration) <= at
    except NoOpeningError:
        return False


def _spans_before(calendar: BusinessCalendar, at: datetime) -> Iterator[Span]:
    """Yield the open spans before `at`, the latest first, as far as is worth looking."""
    first_given = min((special.date for special in calendar.special), default=date.max)
    until = last_open = at
    while min(last_open.date(), first_given) - until.date() < _YEAR_OF_HOLIDAYS:
        spans = calendar.open_spans(until - _STRETCH, until)
        yield from reversed(spans)
        until -= _STRETCH
        last_open = spans[0].start if spans else last_open


def _walls_around(calendar: BusinessCalendar, at: datetime) -> frozenset[time]:
    """Return what clocks show when the calendar opens or closes near `at`, at midnight, and at `at` itself."""
    around = Span(at - 2 * _DAY, at + 2 * _DAY)
    edges = {edge for span in calendar.open_spans(*around) for edge in span} - set(around)
    edges |= {at, *_clock_changes(calendar.time_zone, around)}
    offsets = _offsets(calendar.time_zone, around)
    return frozenset({time(), *((edge + offset).time() for edge in edges for offset in offsets)})


def _turning_points(zone: str, span: Span, walls: frozenset[time]) -> Iterator[datetime]:
    """Yield the instants of a span at which a clock shows one of `walls` or is changed, and its ends."""
    yield from span
    yield from _clock_changes(zone, span)
    day, last = wall_time(span.start, zone).date() - _DAY, wall_time(span.end, zone).date()
    while day <= last:
        for wall in walls:
            for offset in _offsets(zone, span):
                instant = datetime.combine(day, wall, span.start.tzinfo) - offset
                if span.start < instant < span.end:
                    yield instant
        day += _DAY


def _offsets(zone: str, span: Span) -> frozenset[timedelta]:
    return frozenset(_offset(zone, edge) for edge in span)


def _offset(zone: str, instant: datetime) -> timedelta:
    offset = instant.astimezone(zone_named(zone)).utcoffset()
    assert offset is not None  # noqa: S101  zones from the IANA database always have an offset
    return offset


def _clock_changes(zone: str, span: Span) -> Iterator[datetime]:
    """Yield when the offset changes within a span of few days, which holds one change at the most."""
    before, after = span
    if _offset(zone, before) == _offset(zone, after):
        return
    while after - before > _MINUTE:
        middle = before + (after - before) / 2
        before, after = (middle, after) if _offset(zone, middle) == _offset(zone, span.start) else (before, middle)
    yield after.replace(second=0, microsecond=0)


def _never(at: datetime) -> NoOpeningError:
    return NoOpeningError(
        f"the calendar was not open for that long before {at.isoformat()}: give it windows before that"
    )
