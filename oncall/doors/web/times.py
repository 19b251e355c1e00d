"""Instants as the reader's own clock shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules import wall_time, zone_named

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_MINUTES_AN_HOUR, _HOURS_A_DAY = 60, 24
_MINUTES_A_DAY = _MINUTES_AN_HOUR * _HOURS_A_DAY


@dataclass(frozen=True, slots=True)
class Times:
    """How one reader sees time: the present instant, and the IANA zone of the reader."""

    now: datetime
    zone: str

    def clock(self, instant: datetime) -> str:
        """The time of the day, with the date unless it is today: `03:12`, `Mon 23 Nov, 03:12`."""
        wall = wall_time(instant, self.zone)
        return f"{self._date(instant)}{wall:%H:%M}"

    def end(self, start: datetime, end: datetime) -> str:
        """Like `clock` for the end of what begins at `start`: without the date where it is the same."""
        first, last = wall_time(start, self.zone), wall_time(end, self.zone)
        return f"{last:%H:%M}" if first.date() == last.date() else self.clock(end)

    def exact(self, instant: datetime) -> str:
        """Like `clock`, to the second."""
        wall = wall_time(instant, self.zone)
        return f"{self._date(instant)}{wall:%H:%M:%S}"

    def ago(self, instant: datetime) -> str:
        """How long it is since an instant: `just now`, `4 min ago`, `3 h ago`, `2 days ago`."""
        length = _length(self.now - instant)
        return f"{length} ago" if length else "just now"

    def ahead(self, instant: datetime) -> str:
        """How long it is until an instant: `now`, `in 4 min`, `in 3 h`, `in 2 days`."""
        length = _length(instant - self.now)
        return f"in {length}" if length else "now"

    def zoned(self, instant: datetime) -> str:
        """Like `clock`, with the name of the zone's time then: `Mon 28 Dec, 08:00 MST`."""
        return f"{self.clock(instant)} {instant.astimezone(zone_named(self.zone)):%Z}"

    def left(self, instant: datetime) -> str:
        """How long there is until an instant, in its two largest units: `3 h 20 min`, `2 days 1 h`; `no time` when it is past."""
        return _in_two_units(instant - self.now) or "no time"

    def over(self, instant: datetime) -> str:
        """How long an instant has been past, in its two largest units; `no time` while it is not."""
        return _in_two_units(self.now - instant) or "no time"

    def _date(self, instant: datetime) -> str:
        wall, today = wall_time(instant, self.zone), wall_time(self.now, self.zone)
        if wall.date() == today.date():
            return ""
        year = "" if wall.year == today.year else f" {wall.year}"
        return f"{wall:%a} {wall.day} {wall:%b}{year}, "


def _length(elapsed: timedelta) -> str:
    """The length in its largest whole unit, rounded down; empty below a minute."""
    if elapsed < _MINUTE:
        return ""
    if elapsed < _HOUR:
        return f"{elapsed // _MINUTE} min"
    if elapsed < 2 * _DAY:
        return f"{elapsed // _HOUR} h"
    return f"{elapsed // _DAY} days"


def _in_two_units(elapsed: timedelta) -> str:
    """The length rounded down to minutes; empty below one."""
    minutes = elapsed // _MINUTE
    if minutes < 1:
        return ""
    days, hours = minutes // _MINUTES_A_DAY, minutes // _MINUTES_AN_HOUR % _HOURS_A_DAY
    counted = ((days, "day" if days == 1 else "days"), (hours, "h"), (minutes % _MINUTES_AN_HOUR, "min"))
    return " ".join([f"{count} {unit}" for count, unit in counted if count][:2])
