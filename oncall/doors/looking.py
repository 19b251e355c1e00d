"""A schedule as it is looked at: what it comes to from one instant to another, and what lies around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from oncall.document.coverage import people
from oncall.document.faults import unknown
from oncall.domain.absence import Absence
from oncall.domain.directory import Directory
from oncall.domain.observed import holiday_calendar
from oncall.doors.pictures.timeline import Timeline, View, timeline
from oncall.errors import FieldFault, InvalidInputError, NotFoundError
from oncall.operations.context import Context
from oncall.operations.history import answering
from oncall.store import time_off
from schedules import BusinessCalendar, Final, Schedule, Span, resolve, wall_time
from schedules.history import History

FORTNIGHT = 14
LONGEST = timedelta(days=400)
"""How much of a schedule is looked at in one piece."""


@dataclass(frozen=True, slots=True)
class Look:
    """One schedule from `since` to `until`: as it stands, or where all of that is past as it stood at the end of it.

    What it comes to, `final`, is at each instant by the schedule as it stood then.
    `absences` are those of people in it; `calendar` is the one whose holidays count, None where there is none.
    """

    id: str
    schedule: Schedule
    since: datetime
    until: datetime
    final: Final
    absences: tuple[Absence, ...]
    calendar: BusinessCalendar | None
    directory: Directory

    def shown(self, zone: str, now: datetime) -> Timeline:
        """The picture of it, on the clock of a zone."""
        names = {user.id: user.name for user in self.directory.users.values()}
        holidays = self.calendar.holidays if self.calendar else ()
        return timeline(
            self.schedule, self.final, View(self.since, self.until, zone, now, names, holidays), self.absences
        )


def look(context: Context, schedule: str, since: datetime, until: datetime) -> Look:
    """Look at a schedule; raises NotFoundError where there is none of that name, InvalidInputError where it is too long."""
    require_span(since, until)
    with context.database.read() as session:
        directory = context.directory(session)
        seen = standing(directory, schedule)
        found = answering(context, session, since, None, schedule)[schedule]
        away = time_off.between(session, since, until)
    if isinstance(found, History) and until <= context.clock.now():
        seen = found.at(until) or seen
    return look_at(directory, schedule, seen, found.final(since, until), Span(since, until), away)


def look_at(
    directory: Directory, id_: str, schedule: Schedule, final: Final, window: Span, absences: tuple[Absence, ...] = ()
) -> Look:
    """The same of a schedule and what it comes to, without a database."""
    concerned = people(schedule) | {shift.user for shift in final.shifts}
    away = tuple(each for each in absences if each.user in concerned)
    return Look(id_, schedule, *window, final, away, holiday_calendar(directory, schedule), directory)


def standing(directory: Directory, id_: str) -> Schedule:
    """The schedule as it stands; raises NotFoundError with the nearest name that there is."""
    found = directory.schedules.get(id_)
    if found is None:
        raise NotFoundError(unknown("schedule", id_, directory.schedules))
    return found


def require_span(since: datetime, until: datetime) -> None:
    """Refuse what ends before it begins, and what is longer than is looked at in one piece."""
    if not since < until <= since + LONGEST:
        raise InvalidInputError([FieldFault("until", f"must be after since, by at most {LONGEST.days} days")])


def today(now: datetime, zone: str) -> datetime:
    """When the present day began in a zone."""
    return days_on(now, zone, 0)


def days_on(at: datetime, zone: str, days: int) -> datetime:
    """When the day begins that is so many days after the one of `at` on the wall of a zone."""
    day = wall_time(at, zone).date() + timedelta(days=days)
    return resolve(datetime.combine(day, time()), zone)
