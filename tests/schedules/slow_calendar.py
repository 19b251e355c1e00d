"""When a calendar is open, read slowly off its shape in the document: the oracle's own calendar."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays as tables

from tests.schedules.slow_clock import instant_of

Shape = Mapping[str, Any]

_MINUTE, _DAY, _WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(weeks=1)
_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Opening:
    """Whether a calendar is open."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._zone: str = shape["time_zone"]
        self._around: dict[date, list[tuple[datetime, datetime]]] = {}

    def is_open(self, at: datetime) -> bool:
        """Say whether a window covers `at`, of those that have to do with the date."""
        today = at.date()
        windows = self._around.get(today)
        if windows is None:
            windows = self._around[today] = self._windows_around(today)
        return any(start <= at < end for start, end in windows)

    def next_open(self, at: datetime) -> datetime:
        """Return the first minute from `at` on in which it is open."""
        while not self.is_open(at):
            at += _MINUTE if self._around[at.date()] else datetime.combine(at.date(), time(), UTC) + _DAY - at
        return at

    def after_open_minutes(self, at: datetime, count: int) -> datetime:
        """Return when that many open minutes have passed, minute by minute."""
        for _ in range(count):
            at = self.next_open(at) + _MINUTE
        return at

    def after_working_days(self, at: datetime, count: int) -> datetime:
        """Return the same wall time that many working days after the day of the next opening, or the closing before."""
        wall = self.next_open(at).astimezone(ZoneInfo(self._zone)).replace(tzinfo=None, fold=0)
        while count:
            wall += _DAY
            count -= self._is_working_day(wall.date())
        due = instant_of(wall, self._zone)
        if self.is_open(due):
            return due
        windows = [(start, end) for start, end in self._windows(wall.date()) if start < end]
        closings = [end for _, end in windows if end <= due]
        return max(closings) if closings else min(start for start, _ in windows)

    def release(self, at: datetime, clock: time) -> datetime:
        """Return when what waits for `clock` of the next working day is released: at the next opening at the latest."""
        opening = self.next_open(at)
        days = [at.date() + number * _DAY for number in range(-2, (opening - at).days + 4)]
        working = [datetime.combine(day, clock) for day in days if self._is_working_day(day)]
        releases = [instant_of(wall, self._zone) for wall in working]
        return min([opening, *(release for release in releases if at < release)]) if opening > at else at

    def _is_working_day(self, day: date) -> bool:
        return any(start < end for start, end in self._windows(day))

    def _windows_around(self, today: date) -> list[tuple[datetime, datetime]]:
        """Return the windows that reach into a date of UTC; they last a week at most, and clocks skip a day at most."""
        days = [today + number * _DAY for number in range(-10, 4)]
        morning = datetime.combine(today, time(), UTC)
        found = [window for day in days for window in self._windows(day)]
        return [(start, end) for start, end in found if start < morning + _DAY and end > morning]

    def _windows(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield the windows that start on a local date; one that a clock change shrinks to nothing covers no instant."""
        weekly = [window for window in self._shape.get("open", ()) if _NAMES[day.weekday()] in _days(window)]
        special = [one["open"] for one in self._shape.get("special", ()) if one["date"] == day.isoformat()]
        for window in special[0] if special else () if self._is_holiday(day) else weekly:
            start, end = _minutes(window["from"]), _minutes(window["to"])
            if " " in window["from"]:
                later = (_day_of(window["to"]) - day.weekday()) % 7 * _DAY + end - start
                length = later if later > timedelta(0) else later + _WEEK
            else:
                length = end - start if end > start else end - start + _DAY
            opening = datetime.combine(day, time()) + start
            yield instant_of(opening, self._zone), instant_of(opening + length, self._zone)

    def _is_holiday(self, day: date) -> bool:
        shape = self._shape.get("holidays", {})
        by_hand = {name: day.isoformat() in shape.get(name, ()) for name in ("add", "remove")}
        looked_up = "country" in shape and day in _public_holidays(shape["country"], shape.get("subdivision"), day.year)
        return by_hand["add"] or (looked_up and not by_hand["remove"])


def _days(window: Shape) -> list[str]:
    return window["days"] if "days" in window else [window["from"][:3]]


def _day_of(text: str) -> int:
    return _NAMES.index(text[:3])


def _minutes(text: str) -> timedelta:
    hour, minute = text[-5:].split(":")
    return timedelta(hours=int(hour), minutes=int(minute))


@lru_cache(maxsize=1000)
def _public_holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    return frozenset(tables.country_holidays(country, subdiv=subdivision, years=year))
