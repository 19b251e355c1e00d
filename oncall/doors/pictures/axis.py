"""The marks above a timeline: days where they have room, else weeks; months; and when it is now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from oncall.doors.pictures.fitting import fitting, text_width
from oncall.doors.pictures.timeline import Day

SIZE = 11
_APART = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """A text above the days, its middle at `x`; `day` is the date that it is about."""

    x: float
    text: str
    day: Day

    @property
    def width(self) -> float:
        """How wide it is at most."""
        return text_width(self.text, SIZE)

    @property
    def left(self) -> float:
        """Where it begins at the earliest."""
        return self.x - self.width / 2


@dataclass(frozen=True, slots=True)
class Column:
    """A day's place across the picture."""

    day: Day
    x: float
    width: float

    @property
    def middle(self) -> float:
        """Half way through the day."""
        return self.x + self.width / 2


def day_marks(columns: Sequence[Column]) -> tuple[Mark, ...]:
    """The days, each in its middle: weekday and date, the date alone, or where days are narrow every Monday's."""
    widest = max(column.width for column in columns)
    for pattern in ("{0:%a} {0.day}", "{0.day}"):
        marks = [Mark(each.middle, pattern.format(each.day.date), each.day) for each in columns]
        if max(mark.width for mark in marks) + _APART <= widest:
            return tuple(mark for mark, each in zip(marks, columns, strict=True) if mark.width <= each.width)
    mondays = (each for each in columns if each.day.date.weekday() == 0)
    return tuple(_apart(_beginning(each, str(each.day.date.day)) for each in mondays))


def month_marks(columns: Sequence[Column], right: float) -> tuple[Mark, ...]:
    """Where each month begins, and in front what month it is, as short as it has to be; one without room is left out."""
    begin = [each for index, each in enumerate(columns) if index == 0 or each.day.date.day == 1]
    ends = [*(each.x for each in begin[1:]), right]
    texts = (fitting(_names(each), end - each.x - _APART, SIZE) for each, end in zip(begin, ends, strict=True))
    return tuple(_beginning(each, text) for each, text in zip(begin, texts, strict=True) if text)


def _names(column: Column) -> tuple[str, ...]:
    return tuple(column.day.date.strftime(pattern) for pattern in ("%B %Y", "%b %Y", "%b"))


def _beginning(column: Column, text: str) -> Mark:
    return Mark(column.x + text_width(text, SIZE) / 2, text, column.day)


def _apart(marks: Iterator[Mark]) -> Iterator[Mark]:
    end = float("-inf")
    for mark in marks:
        if mark.left >= end:
            yield mark
            end = mark.left + mark.width + _APART
