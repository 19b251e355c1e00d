"""Calendars in: the days that an iCalendar file covers, as holidays, and the absences in it, as time off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from schedules.errors import ScheduleError
from schedules.ical_file import events_of
from schedules.ical_rules import MOST_OCCURRENCES, require_short
from schedules.instants import as_utc, resolve, wall_time

_DAY = timedelta(days=1)
_MARGIN = 2 * _DAY


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody's time off from `start` up to but not including `end`, and what the calendar calls it."""

    start: datetime
    end: datetime
    summary: str


def read_days(data: bytes, since: date, until: date) -> tuple[date, ...]:
    """Return the days from `since` up to but not including `until` that whole-day events cover, in order.

    An event covers the days from its DTSTART up to its DTEND, without that one. What is cancelled covers none, nor does
    what has a time of the day. Whatever is no iCalendar, or takes too long, is refused with `ScheduleError`.
    """
    days: set[date] = set()
    for event in _occurrences(data, "UTC", _midnight(since), _midnight(until)):
        start, end = event["DTSTART"].dt, _end(event)
        if not isinstance(start, datetime) and not isinstance(end, datetime):
            first, last = max(start, since), min(end, until)
            days.update(first + number * _DAY for number in range((last - first).days))
    return tuple(sorted(days))


def read_absences(data: bytes, zone: str, since: datetime, until: datetime) -> tuple[Absence, ...]:
    """Return the absences that touch `since` to `until`, whole, by start.

    Whole days, and times that name no zone, are in `zone`. What is cancelled, or does not make busy (TRANSPARENT), is
    none. Whatever is no iCalendar, or takes too long, is refused with `ScheduleError`.
    """
    since, until = as_utc(since), as_utc(until)
    absences = [
        Absence(_instant(event["DTSTART"].dt, zone), _instant(_end(event), zone), str(event.get("SUMMARY", "")))
        for event in _occurrences(data, zone, wall_time(since, zone), wall_time(until, zone))
        if str(event.get("TRANSP", "")).upper() != "TRANSPARENT"
    ]
    touching = [one for one in absences if one.start < one.end and one.start < until and one.end > since]
    return tuple(sorted(touching, key=lambda one: (one.start, one.end, one.summary)))


def _occurrences(data: bytes, zone: str, since: datetime, until: datetime) -> list[Mapping[str, Any]]:
    """Return what takes place about the window of wall times, each with its DTSTART and DTEND, without the cancelled."""
    from icalendar import Calendar  # noqa: PLC0415  slow to import; only who reads a calendar pays
    from recurring_ical_events import CalendarQuery  # noqa: PLC0415  as above

    events = events_of(data, zone)
    if since >= until:
        return []
    require_short(events, since, until)
    calendar = Calendar()
    for event in events:
        calendar.add_component(event)
    try:
        found: list[Mapping[str, Any]] = CalendarQuery(calendar).between(since - _MARGIN, until + _MARGIN)
    except (ValueError, OverflowError) as error:
        raise ScheduleError("", f"the calendar cannot be read: {error}") from error
    if len(found) > MOST_OCCURRENCES:
        raise ScheduleError("", f"the events come about more than {MOST_OCCURRENCES:,} times: read a shorter time")
    return [event for event in found if str(event.get("STATUS", "")).upper() != "CANCELLED"]


def _end(event: Mapping[str, Any]) -> date:
    """Return when the event ends; a whole day that is said to end as it begins is one day, as calendars show it."""
    start: date = event["DTSTART"].dt
    end: date = event["DTEND"].dt
    return end if isinstance(end, datetime) or isinstance(start, datetime) or end > start else start + _DAY


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _instant(at: date, zone: str) -> datetime:
    """Return the instant of a time in its own zone, or at which a day begins in `zone`."""
    return at.astimezone(UTC) if isinstance(at, datetime) else resolve(_midnight(at), zone)
