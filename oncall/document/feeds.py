"""Holidays from iCalendar feeds: what a document's calendars name is read, and kept with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from oncall.document.document import Document
from oncall.document.faults import Fault, Path
from oncall.document.times import CalendarSpec
from oncall.errors import FeedError
from schedules import ScheduleError, wall_time

YEARS_READ = 10
"""How many years from the one before are read of a feed, as many as are written of public holidays."""

Fetch = Callable[[str], bytes]
"""Reads what stands at an address or in a file; raises FeedError."""


@dataclass(frozen=True, slots=True)
class Feeds:
    """What came of reading the feeds of a document, by the calendar's id: the days, or why there are none."""

    read_at: datetime
    days: Mapping[str, frozenset[date]] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)

    def faults(self) -> tuple[Fault, ...]:
        """The failures, each at its path."""
        return tuple(Fault(feed_path(key), message) for key, message in self.failures.items())


def unread(_source: str) -> bytes:
    """Where nothing is read from elsewhere."""
    raise FeedError("is not read here: apply the document first, or name the days under `add`")


def read_feeds(document: Document, fetch: Fetch, now: datetime) -> Feeds:
    """Read the feeds of all calendars that name one, each source once."""
    days: dict[str, frozenset[date]] = {}
    failures: dict[str, str] = {}
    for source, keys in _sources(document).items():
        try:
            found = days_of(fetch(source), now)
        except FeedError as error:
            failures |= dict.fromkeys(keys, str(error))
        else:
            days |= dict.fromkeys(keys, found)
    return Feeds(now, days, failures)


def days_of(data: bytes, now: datetime) -> frozenset[date]:
    """The days that a feed's whole-day events cover, of the years that are read; raises FeedError for what is no calendar."""
    from schedules.ical import read_days  # noqa: PLC0415  slow to import; only who has a feed pays

    try:
        return frozenset(read_days(data, date(now.year - 1, 1, 1), date(now.year - 1 + YEARS_READ, 1, 1)))
    except ScheduleError as error:
        raise FeedError(error.message) from error


def with_feeds(document: Document, days: Mapping[str, frozenset[date]]) -> Document:
    """The document with the days that were read of its calendars' feeds."""
    calendars = {
        key: spec.with_feed_days(days[key]) if key in days else spec for key, spec in document.calendars.items()
    }
    return document.model_copy(update={"calendars": calendars}) if days else document


def kept_past(before: frozenset[date], read: frozenset[date], zone: str, now: datetime) -> frozenset[date]:
    """What a feed that was read before comes to by now: of the past what was read then, else what was read now."""
    today = wall_time(now, zone).date()
    return frozenset(day for day in before if day < today) | frozenset(day for day in read if day >= today)


def settled(named: Document, stored: Document, feeds: Feeds) -> tuple[Document, tuple[Fault, ...]]:
    """What a document names, with the days of its feeds, and a fault for each of which no day is known.

    A feed that cannot be read keeps the days that the same feed named before.
    """
    days: dict[str, frozenset[date]] = {}
    faults: list[Fault] = []
    for key, message in feeds.failures.items():
        before = _before(named.calendars[key], stored.calendars.get(key))
        if before is None:
            faults.append(Fault(feed_path(key), message))
        else:
            days[key] = before
    for key, read in feeds.days.items():
        before = _before(named.calendars[key], stored.calendars.get(key))
        days[key] = read if before is None else kept_past(before, read, named.calendars[key].time_zone, feeds.read_at)
    return with_feeds(named, days), tuple(faults)


def _before(spec: CalendarSpec, stored: CalendarSpec | None) -> frozenset[date] | None:
    return None if stored is None or stored.holidays.feed != spec.holidays.feed else stored.holidays.feed_days


def changed_days(before: CalendarSpec, after: CalendarSpec) -> Iterator[str]:
    """Which days of a calendar's feed come and which go, a line a day."""
    old, new = (spec.holidays.feed_days or frozenset() for spec in (before, after))
    for day in sorted(old ^ new):
        yield f"holidays: {'+' if day in new else '-'} {day.isoformat()}"


def feed_path(calendar: str) -> Path:
    """Where a document says which feed a calendar has."""
    return ("calendars", calendar, "holidays", "feed")


def _sources(document: Document) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, spec in document.calendars.items():
        if spec.holidays.feed is not None:
            found.setdefault(spec.holidays.feed, []).append(key)
    return found
