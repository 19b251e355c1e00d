"""When is it open, and who is on call: business calendars, rotations, layers, overrides, shifts and gaps.

A pure library. Wall times (naive) and zone names go in, instants (aware, UTC) come out; nothing here reads the clock,
the environment or a file other than the zone and holiday tables. Everything that is refused raises `ScheduleError`
with the path of the field. The rules are sections 1 to 3 of docs/semantics.md.
"""

from schedules.calendar import BusinessCalendar, SpecialDate
from schedules.changes import Changes, changes
from schedules.durations import Duration, Turn, format_delay, parse_delay, parse_duration, parse_turn
from schedules.errors import NoOpeningError, ScheduleError
from schedules.fairness import Fairness, Load, ShortRest, fairness
from schedules.history import History, Version
from schedules.ical import Absence, read_absences, read_days
from schedules.instants import (
    as_utc,
    format_instant,
    parse_date,
    parse_instant,
    parse_time,
    parse_wall,
    resolve,
    wall_time,
    zone_named,
)
from schedules.layer import Layer, When
from schedules.override import Override
from schedules.pieces import Piece
from schedules.public_holidays import Holidays, public_holidays
from schedules.rotation import Rotation, entries
from schedules.schedule import Schedule
from schedules.shifts import Final, Shift
from schedules.spans import Span
from schedules.windows import DayWindow, Window

__all__ = [
    "Absence",
    "BusinessCalendar",
    "Changes",
    "DayWindow",
    "Duration",
    "Fairness",
    "Final",
    "History",
    "Holidays",
    "Layer",
    "Load",
    "NoOpeningError",
    "Override",
    "Piece",
    "Rotation",
    "Schedule",
    "ScheduleError",
    "Shift",
    "ShortRest",
    "Span",
    "SpecialDate",
    "Turn",
    "Version",
    "When",
    "Window",
    "as_utc",
    "changes",
    "entries",
    "fairness",
    "format_delay",
    "format_instant",
    "parse_date",
    "parse_delay",
    "parse_duration",
    "parse_instant",
    "parse_time",
    "parse_turn",
    "parse_wall",
    "public_holidays",
    "read_absences",
    "read_days",
    "resolve",
    "wall_time",
    "zone_named",
]
