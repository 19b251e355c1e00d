"""Whose holidays a schedule keeps."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.domain.directory import Directory
from schedules import BusinessCalendar, Schedule


def holiday_calendar(directory: Directory, schedule: Schedule) -> BusinessCalendar | None:
    """The calendar whose holidays are those of a schedule: the first with any that one of its layers follows.

    Where its layers follow none, it is the only one of its zone that has any; None where there are none or several.
    """
    followed = [layer.when.calendar for layer in schedule.layers if layer.when is not None]
    for calendar in followed:
        if _has_holidays(calendar):
            return calendar
    near = list(_near(directory, schedule))
    return near[0] if len(near) == 1 else None


def _near(directory: Directory, schedule: Schedule) -> Iterator[BusinessCalendar]:
    for calendar in directory.calendars.values():
        if calendar.time_zone == schedule.time_zone and _has_holidays(calendar):
            yield calendar


def _has_holidays(calendar: BusinessCalendar) -> bool:
    return calendar.holidays.country is not None or bool(calendar.holidays.add)
