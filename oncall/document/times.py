"""The document's times: calendars and schedules, as they are written; docs/semantics.md 2 and 3 say what they mean."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, PrivateAttr, WithJsonSchema, model_validator

from oncall.document.fields import (
    ID_PATTERN,
    CalendarDate,
    Day,
    Elapsed,
    Id,
    Spec,
    TimeOfDay,
    TurnLength,
    WallTime,
    Words,
    Zone,
)


class DayWindowSpec(Spec):
    """From one time of a day to another, or to the next day's where `to` is not after `from`."""

    start: TimeOfDay = Field(alias="from")
    end: TimeOfDay = Field(alias="to")


class WindowSpec(Spec):
    """The same on some days of every week."""

    days: tuple[Day, ...] = Field(min_length=1)
    start: TimeOfDay = Field(alias="from")
    end: TimeOfDay = Field(alias="to")


class WeekWindowSpec(Spec):
    """A weekly window: with `days` the two ends are times such as `09:00`, without they name a day, `mon 09:00`."""

    days: tuple[Day, ...] | None = Field(None, min_length=1)
    start: Words = Field(alias="from")
    end: Words = Field(alias="to")


class HolidaysSpec(Spec):
    """A country's public holidays and those of an iCalendar feed, with dates added and removed by hand.

    `feed` is an https address, or the path of a file from the document's place. What was read of it goes along, though no
    document says it.
    """

    country: Words | None = None
    subdivision: Words | None = None
    feed: Words | None = None
    add: tuple[CalendarDate, ...] = ()
    remove: tuple[CalendarDate, ...] = ()
    _feed_days: frozenset[date] | None = PrivateAttr(None)

    @property
    def feed_days(self) -> frozenset[date] | None:
        """The days that the feed named when it was read; None where it was not."""
        return self._feed_days


class SpecialDateSpec(Spec):
    """The windows of one date in place of its weekly ones; none closes the day."""

    date: CalendarDate
    open: tuple[DayWindowSpec, ...]


class CalendarSpec(Spec):
    """A business calendar."""

    time_zone: Zone
    open: tuple[WindowSpec, ...] = ()
    holidays: HolidaysSpec = HolidaysSpec()
    special: tuple[SpecialDateSpec, ...] = ()

    def with_feed_days(self, days: Iterable[date]) -> CalendarSpec:
        """The same with the days that its feed names."""
        holidays = self.holidays.model_copy()
        holidays._feed_days = frozenset(days)  # noqa: SLF001  of the same class, and new
        return self.model_copy(update={"holidays": holidays})


class WhenSpec(Spec):
    """What a layer is limited to: weekly windows, or a calendar being open or closed."""

    windows: tuple[WeekWindowSpec, ...] | None = None
    calendar: Id | None = None
    state: Literal["open", "closed"] | None = Field(None, alias="is")

    @model_validator(mode="after")
    def _is_one_of_the_two(self) -> WhenSpec:
        by_calendar = self.calendar is not None and self.state is not None and self.windows is None
        by_windows = self.windows is not None and self.calendar is None and self.state is None
        if not by_calendar and not by_windows:
            raise ValueError("holds either `windows`, or `calendar` together with `is: open` or `is: closed`")
        return self


def _together(entry: Any) -> Any:
    return [entry] if isinstance(entry, str) else entry


def _alone(entry: tuple[str, ...]) -> str | list[str]:
    return entry[0] if len(entry) == 1 else list(entry)


_ID_SCHEMA = {"type": "string", "pattern": ID_PATTERN}
TurnEntry = Annotated[
    tuple[Id, ...],
    Field(min_length=1),
    BeforeValidator(_together),
    PlainSerializer(_alone),
    WithJsonSchema({"anyOf": [_ID_SCHEMA, {"type": "array", "items": _ID_SCHEMA, "minItems": 1}]}),
]


class LayerSpec(Spec):
    """A rotation; each entry of `users` is one user, or several who take the turn together."""

    name: Words | None = None
    start: WallTime
    end: WallTime | None = None
    turn: TurnLength
    users: tuple[TurnEntry, ...]
    when: WhenSpec | None = None


class OverrideSpec(Spec):
    """Somebody else for a while: in place of one user, or without `replaces` of everybody on call then."""

    start: WallTime
    end: WallTime
    users: tuple[Id, ...] = Field(min_length=1)
    replaces: Id | None = None


class ScheduleSpec(Spec):
    """Layers, of which a later one beats an earlier one, then overrides in the order in which they were made.

    `rest` is how long everybody is to rest between two shifts: a rule that is watched, and changes nobody's shifts.
    """

    time_zone: Zone
    rest: Elapsed | None = None
    layers: tuple[LayerSpec, ...] = ()
    overrides: tuple[OverrideSpec, ...] = ()
