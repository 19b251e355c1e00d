"""Instants as the reader's own clock shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules import wall_time

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Times:
    """How one reader sees time: the present instant, and the IANA zone of the reader."""

    now: datetime
    zone: str

    def clock(self, instant: datetime) -> str:
        """The time of the day, with the date unless it is today: `03:12`, `Mon 23 Nov, 03:12`."""
        wall = wall_time(instant, self.zone)
        return f"{self._date(instant)}{wall:%H:%M}"

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
