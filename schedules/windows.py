"""Windows on the wall clock: from Monday to Friday 09:00 to 17:00, or from Friday 17:00 to Monday 09:00."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from schedules.errors import ScheduleError, did_you_mean
from schedules.instants import resolved, zone_named
from schedules.spans import Span

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
_WEEK_MINUTES = 7 * DAY_MINUTES
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class DayWindow:
    """A window that starts on a given date; `start` and `end` are wall minutes after that date's midnight.

    An `end` beyond 1440 lies on a later day; the window belongs to the date on which it starts.
    """

    start: int
    end: int
    after_midnight: tuple[timedelta, timedelta] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a start that is not on the day, and an end that is not after the start or a week after it."""
        object.__setattr__(self, "after_midnight", _after_midnight(self.start, self.end))

    @classmethod
    def between(cls, start: str, end: str) -> "DayWindow":
        """Read `09:00` and `17:00`; an end at or before the start is on the next day, `24:00` is the day's end."""
        return cls(*_day_minutes(start, end))


@dataclass(frozen=True, slots=True)
class Window:
    """A window that comes back every week, starting on each of `days` (0 is Monday); minutes as in `DayWindow`."""

    days: frozenset[int]
    start: int
    end: int
    after_midnight: tuple[timedelta, timedelta] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a window without days, and what `DayWindow` refuses."""
        if not self.days or not self.days <= set(range(7)):
            raise ScheduleError("days", "name at least one day, from mon to sun")
        object.__setattr__(self, "after_midnight", _after_midnight(self.start, self.end))

    @staticmethod
    def daily(days: Iterable[str], start: str, end: str) -> "Window":
        """Read the days' names and times such as `09:00` and `17:00`, the times as `DayWindow.between` does."""
        return _daily(tuple(days), start, end)

    @staticmethod
    def weekly(start: str, end: str) -> "Window":
        """Read `fri 17:00` and `mon 09:00`; an end at or before the start in the week is in the next week."""
        return _weekly(start, end)


# Most schedules are limited to the same few windows, and reading them takes longer than making the rest of a layer.
@lru_cache(maxsize=1000)
def _daily(days: tuple[str, ...], start: str, end: str) -> Window:
    numbers = frozenset(_day_number(name, f"days[{index}]") for index, name in enumerate(days))
    return Window(numbers, *_day_minutes(start, end))


@lru_cache(maxsize=1000)
def _weekly(start: str, end: str) -> Window:
    first, start_minute = _day_and_minutes(start, "from")
    last, end_minute = _day_and_minutes(end, "to")
    if start_minute == DAY_MINUTES:
        first, start_minute = (first + 1) % 7, 0
    length = ((last - first) * DAY_MINUTES + end_minute - start_minute) % _WEEK_MINUTES
    return Window(frozenset({first}), start_minute, start_minute + (length or _WEEK_MINUTES))


def spans_on(day: date, windows: Iterable[DayWindow | Window], zone: str) -> tuple[Span, ...]:
    """Return the instants of windows that start on `day`, one span a window, without the empty ones.

    A window whose start and end resolve to the same instant is empty: 02:00 to 03:00 in Denver on 2026-03-08
    (docs/semantics.md 1.4). A weekly window is taken to start on `day`; its days are not looked at.
    """
    rules = zone_named(zone)
    midnight = datetime.combine(day, time())
    spans = []
    for window in windows:
        opening, closing = window.after_midnight
        start, end = resolved(midnight + opening, rules), resolved(midnight + closing, rules)
        if start < end:
            spans.append(Span(start, end))
    return tuple(spans)


def _after_midnight(start: int, end: int) -> tuple[timedelta, timedelta]:
    """Return how long after midnight, on the wall clock, a window opens and closes; refuse what cannot be."""
    if not 0 <= start < DAY_MINUTES:
        raise ScheduleError("from", "a window starts between 00:00 and 23:59")
    if not start < end <= start + _WEEK_MINUTES:
        raise ScheduleError("to", "a window ends after its start, at most a week later")
    return timedelta(minutes=start), timedelta(minutes=end)


def _day_minutes(start: str, end: str) -> tuple[int, int]:
    first, last = _minutes(start, "from"), _minutes(end, "to")
    return first, last if last > first else last + DAY_MINUTES


def _day_and_minutes(text: str, field: str) -> tuple[int, int]:
    name, _, clock = text.strip().partition(" ")
    if not clock:
        raise ScheduleError(field, f"'{text}' is not a day and a time: write one like 'mon 09:00'")
    return _day_number(name, field), _minutes(clock.strip(), field)


def _day_number(name: str, field: str) -> int:
    if name.lower() not in DAY_NAMES:
        hint = did_you_mean(name.lower()[:3], DAY_NAMES)
        raise ScheduleError(field, f"'{name}' is not a day: the days are {', '.join(DAY_NAMES)}{hint}")
    return DAY_NAMES.index(name.lower())


def _minutes(text: str, field: str) -> int:
    match = _CLOCK.fullmatch(text)
    minutes = int(match[1]) * 60 + int(match[2]) if match else DAY_MINUTES + 1
    if minutes > DAY_MINUTES:
        raise ScheduleError(field, f"'{text}' is not a time of the day: write one from 00:00 to 24:00")
    return minutes
