"""How long: durations (`4h`, `4 business hours`, `2 business days`) and turns (`1 week`, `3 months`)."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, get_args

from schedules.errors import ScheduleError, did_you_mean

DurationUnit = Literal["seconds", "minutes", "hours", "days", "weeks"]
DurationKind = Literal["elapsed", "business", "working_days"]
TurnUnit = Literal["hours", "days", "weeks", "months"]

_LONGEST = timedelta(days=3660)
_UNITS: dict[DurationUnit, timedelta] = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
_SHORT: dict[DurationUnit, str] = {"seconds": "s", "minutes": "m", "hours": "h"}
_BUSINESS_UNITS: tuple[DurationUnit, ...] = ("minutes", "hours")
_TURN_HOURS: dict[TurnUnit, int] = {"hours": 1, "days": 24, "weeks": 7 * 24, "months": 31 * 24}  # a month: at most
_WORDS = re.compile(r"\s*(?P<amount>\d{1,9})\s*(?P<words>[A-Za-z]+(?:\s+[A-Za-z]+)?)\s*")


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: elapsed, open time by a calendar (`business`), or working days (docs/semantics.md 4.4)."""

    amount: int
    unit: DurationUnit
    kind: DurationKind = "elapsed"

    def __post_init__(self) -> None:
        """Refuse zero, more than ten years, and units that the kind does not have."""
        if self.kind == "business" and self.unit not in _BUSINESS_UNITS:
            raise ScheduleError("", f"open time is counted in business minutes or hours, not in {self.unit}")
        if self.kind == "working_days" and self.unit != "days":
            raise ScheduleError("", f"working days are counted in days, not in {self.unit}")
        if self.amount < 1:
            raise ScheduleError("", f"'{self}' is no time at all: a duration is longer than zero")
        if self.amount > _LONGEST // _UNITS[self.unit]:
            raise ScheduleError("", f"'{self}' is longer than ten years")

    @property
    def timedelta(self) -> timedelta:
        """The elapsed or the open time; working days have no length and raise `ValueError`."""
        if self.kind == "working_days":
            msg = f"'{self}' has no length without a calendar; ask BusinessCalendar.deadline"
            raise ValueError(msg)
        return self.amount * _UNITS[self.unit]

    def __str__(self) -> str:
        """Write it so that `parse_duration` reads the same back."""
        if self.kind == "elapsed" and self.unit in _SHORT:
            return f"{self.amount}{_SHORT[self.unit]}"
        business = "" if self.kind == "elapsed" else "business "
        return f"{self.amount} {business}{_counted(self.unit, self.amount)}"


def parse_duration(text: str) -> Duration:
    """Read a duration: `90m`, `4 hours`, `1 business hour`, `2 business days`; refuse zero.

    The error names the word that is not known and the nearest one that is.
    """
    amount, words = _split(text, "4h, 90m, 4 business hours or 2 business days")
    kind: DurationKind = "elapsed"
    if len(words) > 1:
        _require_word(text, words[0], ["business"])
        kind = "business"
    unit = _duration_unit(text, words[-1])
    return Duration(amount, unit, "working_days" if kind == "business" and unit == "days" else kind)


def parse_delay(text: str) -> timedelta:
    """Read an elapsed time that may be zero, such as the `0m` after which the first notification goes out."""
    amount, words = _split(text, "5m, 90s or 2 hours")
    unit = _duration_unit(text, words[-1])
    if len(words) > 1:
        raise ScheduleError("", f"'{text}' must be elapsed time, such as 5m")
    return Duration(amount, unit).timedelta if amount else timedelta(0)


def format_delay(delay: timedelta) -> str:
    """Write an elapsed time of whole seconds, such as `90s`, `15m` or `2h`, so that `parse_delay` reads the same back."""
    seconds = int(delay.total_seconds())
    for unit, length in (("h", 3600), ("m", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s" if seconds else "0m"


@dataclass(frozen=True, slots=True)
class Turn:
    """How long one turn of a rotation lasts, on the wall clock."""

    amount: int
    unit: TurnUnit
    _length: timedelta = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse zero and more than ten years."""
        if self.amount < 1:
            raise ScheduleError("", f"'{self}' is no turn: it must last at least one {self.unit[:-1]}")
        if self.amount > _LONGEST // timedelta(hours=_TURN_HOURS[self.unit]):
            raise ScheduleError("", f"'{self}' is longer than ten years")
        object.__setattr__(self, "_length", timedelta(hours=self.amount * _TURN_HOURS[self.unit]))

    def wall_start(self, start: datetime, number: int) -> datetime:
        """Return the wall time at which turn `number` begins, counted from `start`, never from the turn before.

        A month that is too short is clamped: by months from January 31, turns begin on February 28 and March 31.
        """
        if self.unit == "months":
            return _months_later(start, number * self.amount)
        return start + number * self._length

    def walls_backwards(self, start: datetime, first: int, last: int) -> list[datetime]:
        """Return the wall times at which turns begin, from number `last` down to number `first`."""
        if self.unit == "months":
            return [self.wall_start(start, number) for number in range(last, first - 1, -1)]
        wall, length = self.wall_start(start, last), self._length
        walls = [wall]
        for _ in range(last - first):
            wall -= length
            walls.append(wall)
        return walls

    def number_at(self, start: datetime, wall: datetime) -> int:
        """Return the last turn that begins at or before `wall` on the wall clock; negative before `start`."""
        if self.unit != "months":
            return (wall - start) // self._length
        months = (wall.year - start.year) * 12 + wall.month - start.month
        number = months // self.amount
        return number - 1 if self.wall_start(start, number) > wall else number

    def __str__(self) -> str:
        """Write it so that `parse_turn` reads the same back."""
        return f"{self.amount} {_counted(self.unit, self.amount)}"


@lru_cache(maxsize=1000)
def parse_turn(text: str) -> Turn:
    """Read the length of a turn: `12 hours`, `1 day`, `2 weeks`, `3 months`."""
    amount, words = _split(text, "12 hours, 1 day, 2 weeks or 3 months")
    unit = _TURN_NAMES.get(words[-1].lower())
    if unit is None or len(words) > 1:
        wrong = words[0] if len(words) > 1 else words[-1]
        hint = did_you_mean(wrong.lower(), _TURN_NAMES)
        raise ScheduleError("", f"'{text}' is not a turn: it lasts hours, days, weeks or months, not '{wrong}'{hint}")
    return Turn(amount, unit)


def _duration_unit(text: str, word: str) -> DurationUnit:
    _require_word(text, word, _DURATION_NAMES)
    return _DURATION_NAMES[word.lower()]


def _require_word(text: str, word: str, known: "list[str] | dict[str, DurationUnit]") -> None:
    if word.lower() not in known:
        hint = did_you_mean(word.lower(), known)
        raise ScheduleError("", f"'{text}' is not a duration: unknown word '{word}'{hint}")


def _split(text: str, examples: str) -> tuple[int, list[str]]:
    match = _WORDS.fullmatch(text)
    if match is None:
        raise ScheduleError(
            "", f"'{text}' is not a length of time: write a whole number and a unit, such as {examples}"
        )
    return int(match["amount"]), match["words"].split()


def _counted(unit: DurationUnit | TurnUnit, amount: int) -> str:
    return unit[:-1] if amount == 1 else unit


def _months_later(start: datetime, months: int) -> datetime:
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    try:
        return start.replace(year=year, month=month + 1)
    except ValueError:
        # The month is too short: its last day is the one before the first of the next, and none of those is December.
        return start.replace(year=year, month=month + 2, day=1) - timedelta(days=1)


_DURATION_NAMES: dict[str, DurationUnit] = {
    name: unit for unit in get_args(DurationUnit) for name in (unit, unit[:-1], unit[0])
}
_TURN_NAMES: dict[str, TurnUnit] = {
    **{name: unit for unit in get_args(TurnUnit) for name in (unit, unit[:-1])},
    "h": "hours",
    "d": "days",
    "w": "weeks",
}
