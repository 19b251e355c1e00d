"""A schedule through time: its versions, those of the calendars that it names, and the overrides made by hand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import accumulate

from oncall.document.by_hand import MadeOverride, laid_on
from oncall.document.calendars import Faults, PublicHolidays, calendar_of, calendars_named, schedule_of
from oncall.document.faults import path_text
from oncall.document.fields import Spec
from oncall.document.kept import Kept
from oncall.document.times import CalendarSpec, ScheduleSpec
from oncall.errors import FieldFault, InvalidInputError
from schedules import BusinessCalendar, Schedule
from schedules.history import History
from schedules.history import Version as Holding


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one object: `spec` is None where it was removed, `number` the configuration's version by it."""

    id: int
    number: int
    section: str
    key: str
    spec: Spec | None
    holidays: PublicHolidays
    holds_from: datetime
    author: str


Calendars = Mapping[str, Sequence[Version]]
"""The versions of calendars by the calendar's id, each in the order in which they were made."""


def history(key: str, versions: Sequence[Version], calendars: Calendars, made: Sequence[MadeOverride]) -> History:
    """The schedule as it stood at each instant (docs/semantics.md 3.8); versions in the order in which they were made.

    Raises InvalidInputError where a version cannot be, such as one of a zone that there is no more.
    """
    builder = _Builder(key, versions, calendars)
    edges = builder.edges()
    ends = (*edges[1:], None)
    return History(
        tuple(
            Holding(start, builder.stood(start, _between(made, start if index else None, end)))
            for index, (start, end) in enumerate(zip(edges, ends, strict=True))
        )
    )


def _between(made: Iterable[MadeOverride], start: datetime | None, end: datetime | None) -> Iterator[MadeOverride]:
    for one in made:
        if (start is None or one.until > start) and (end is None or one.since < end):
            yield one


class _Builder:
    def __init__(self, key: str, versions: Sequence[Version], calendars: Calendars) -> None:
        self._key = key
        self._versions = versions
        self._line = _Line(versions)
        specs = [version.spec for version in versions if isinstance(version.spec, ScheduleSpec)]
        named = {name for spec in specs for name in calendars_named(spec)}
        self._calendars = {name: _Line(calendars[name]) for name in named if calendars.get(name)}
        self._kept = Kept()

    def edges(self) -> tuple[datetime, ...]:
        """When the schedule became another, by itself or by a calendar of its."""
        if not self._versions:
            return ()
        first = self._versions[0].holds_from
        own = {version.holds_from for version in self._versions}
        theirs = {at for line in self._calendars.values() for at in line.starts}
        return tuple(sorted(own | {at for at in theirs if at > first}))

    def stood(self, at: datetime, made: Iterable[MadeOverride]) -> Schedule | None:
        """The schedule as it stood at one of the edges; None where there was none."""
        spec = self._line.holding(at).spec
        if not isinstance(spec, ScheduleSpec):
            return None
        faults = Faults()
        calendars = {name: self._calendar(name, at, faults) for name in calendars_named(spec)}
        usable = {name: calendar for name, calendar in calendars.items() if calendar is not None}
        parts = (spec, *calendars.values())
        schedule = self._kept.made(
            "schedules", self._key, parts, None, partial(schedule_of, self._key, spec, usable, faults)
        )
        if faults.found:
            raise InvalidInputError([FieldFault(path_text(fault.path), fault.message) for fault in faults.found])
        return None if schedule is None else laid_on(schedule, made)

    def _calendar(self, name: str, at: datetime, faults: Faults) -> BusinessCalendar | None:
        line = self._calendars.get(name)
        held = line.holding(at) if line is not None else None
        if held is None or not isinstance(held.spec, CalendarSpec):
            return None
        make = partial(calendar_of, name, held.spec, faults, held.holidays)
        return self._kept.made("calendars", name, (held.spec,), None, make)


class _Line:
    """The versions of one object, given in the order in which they were made, found by time without looking at all of them."""

    def __init__(self, versions: Sequence[Version]) -> None:
        self._versions = versions
        made = sorted(range(len(versions)), key=lambda index: versions[index].holds_from)
        self.starts = [versions[index].holds_from for index in made]
        self._last = list(accumulate(made, max))

    def holding(self, at: datetime) -> Version:
        """The last version that held by `at`; the first before that, as nothing else is known."""
        place = bisect_right(self.starts, at)
        return self._versions[self._last[place - 1] if place else 0]
