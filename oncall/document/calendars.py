"""From the document's calendars and schedules to those of the `schedules` package, with every fault at its path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import ParamSpec, TypeVar

from oncall.document.faults import Fault, Path
from oncall.document.times import CalendarSpec, LayerSpec, ScheduleSpec, WeekWindowSpec, WhenSpec
from schedules import (
    BusinessCalendar,
    DayWindow,
    Holidays,
    Layer,
    Override,
    Rotation,
    Schedule,
    ScheduleError,
    SpecialDate,
    When,
    Window,
    entries,
    public_holidays,
)

T = TypeVar("T")
P = ParamSpec("P")
PublicHolidays = Mapping[int, frozenset[date]]
"""A calendar's public holidays by year, as they were looked up when its version was made."""
_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


class Faults:
    """Collects what the `schedules` package refuses, so that one fault does not hide the next."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def made(self, at: Path, make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What `make` returns for the object at `at`, or None with the fault noted."""
        try:
            return make(*args, **kwargs)
        except ScheduleError as error:
            field = tuple(int(index) if index else name for index, name in _PART.findall(error.field))
            self.found.append(Fault((*at, *field), error.message))
            return None


def calendar_of(key: str, spec: CalendarSpec, faults: Faults, known: PublicHolidays) -> BusinessCalendar | None:
    """The calendar that `spec` describes, or None with its faults noted; `known` goes before the library's tables."""
    at = ("calendars", key)
    windows = _all(
        faults.made((*at, "open", index), Window.daily, window.days, window.start, window.end)
        for index, window in enumerate(spec.open)
    )
    holidays = faults.made(
        (*at, "holidays"),
        Holidays,
        spec.holidays.country,
        spec.holidays.subdivision,
        _added(spec),
        frozenset(spec.holidays.remove),
        known,
    )
    special = _special_dates(spec, (*at, "special"), faults)
    if windows is None or holidays is None or special is None:
        return None
    return faults.made(at, BusinessCalendar, spec.time_zone, windows, holidays, special)


def _added(spec: CalendarSpec) -> frozenset[date]:
    """The days added by hand and those of the feed, of which some may have been removed by hand."""
    fed = (spec.holidays.feed_days or frozenset()) - frozenset(spec.holidays.remove)
    return frozenset(spec.holidays.add) | fed


def later_holidays(spec: CalendarSpec, known: PublicHolidays, since: date) -> Iterator[str]:
    """What the library says by now of the years in `known` that is not in there, from `since` on: what comes and what goes."""
    for year, days in known.items() if spec.holidays.country is not None else ():
        now = public_holidays(spec.holidays.country or "", spec.holidays.subdivision, [year])
        for day in sorted(day for day in days ^ now if day >= since):
            yield f"holidays: {'+' if day in now else '-'} {day.isoformat()}"


def _special_dates(spec: CalendarSpec, at: Path, faults: Faults) -> tuple[SpecialDate, ...] | None:
    windows = [
        _all(
            faults.made((*at, index, "open", number), DayWindow.between, window.start, window.end)
            for number, window in enumerate(special.open)
        )
        for index, special in enumerate(spec.special)
    ]
    return _all(
        None if opened is None else SpecialDate(special.date, opened)
        for special, opened in zip(spec.special, windows, strict=True)
    )


def schedule_of(
    key: str, spec: ScheduleSpec, calendars: Mapping[str, BusinessCalendar], faults: Faults
) -> Schedule | None:
    """The schedule that `spec` describes, or None with its faults noted; a calendar that is not there is none of them."""
    at = ("schedules", key)
    layers = _all(
        _layer(layer, spec.time_zone, calendars, faults, (*at, "layers", index))
        for index, layer in enumerate(spec.layers)
    )
    overrides = _all(
        faults.made((*at, "overrides", index), Override, one.start, one.end, frozenset(one.users), one.replaces)
        for index, one in enumerate(spec.overrides)
    )
    if layers is None or overrides is None:
        return None
    return faults.made(at, Schedule, spec.time_zone, layers, overrides)


def calendars_named(spec: ScheduleSpec) -> tuple[str, ...]:
    """The ids of the calendars to which layers of a schedule are limited, in the order of the layers."""
    limits = (layer.when.calendar for layer in spec.layers if layer.when is not None)
    return tuple(calendar for calendar in limits if calendar is not None)


def _layer(
    spec: LayerSpec, zone: str, calendars: Mapping[str, BusinessCalendar], faults: Faults, at: Path
) -> Layer | None:
    rotation = faults.made(at, Rotation, spec.start, zone, spec.turn, entries(spec.users), spec.end)
    name = spec.name or f"layer {at[-1]}"
    if spec.when is None:
        return None if rotation is None else Layer(name, rotation)
    when = _when(spec.when, zone, calendars, faults, (*at, "when"))
    return None if rotation is None or when is None else Layer(name, rotation, when)


def _when(
    spec: WhenSpec, zone: str, calendars: Mapping[str, BusinessCalendar], faults: Faults, at: Path
) -> When | None:
    if spec.calendar is not None and spec.state is not None:
        calendar = calendars.get(spec.calendar)
        return None if calendar is None else When(calendar, spec.state)
    windows = _all(
        faults.made((*at, "windows", index), _week_window, window) for index, window in enumerate(spec.windows or ())
    )
    return None if windows is None else faults.made(at, When.weekly, zone, windows)


def _week_window(spec: WeekWindowSpec) -> Window:
    if spec.days is None:
        return Window.weekly(spec.start, spec.end)
    return Window.daily(spec.days, spec.start, spec.end)


def _all(made: Iterable[T | None]) -> tuple[T, ...] | None:
    """All of them, or None where one could not be made; every one is tried."""
    results = tuple(made)
    there = tuple(result for result in results if result is not None)
    return there if len(there) == len(results) else None
