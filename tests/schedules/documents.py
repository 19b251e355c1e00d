"""Builds calendars and schedules from the shapes that the configuration document has."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from schedules import (
    BusinessCalendar,
    DayWindow,
    Holidays,
    Layer,
    Override,
    Rotation,
    Schedule,
    SpecialDate,
    When,
    Window,
    entries,
    parse_turn,
    parse_wall,
)

Shape = Mapping[str, Any]


def calendar_from(shape: Shape) -> BusinessCalendar:
    """Build a calendar from one of the document's `calendars`."""
    holidays = shape.get("holidays", {})
    return BusinessCalendar(
        time_zone=shape["time_zone"],
        windows=tuple(window_from(window) for window in shape.get("open", [])),
        holidays=Holidays(
            country=holidays.get("country"),
            subdivision=holidays.get("subdivision"),
            add=frozenset(date.fromisoformat(day) for day in holidays.get("add", [])),
            remove=frozenset(date.fromisoformat(day) for day in holidays.get("remove", [])),
        ),
        special=tuple(
            SpecialDate(
                date.fromisoformat(special["date"]),
                tuple(DayWindow.between(window["from"], window["to"]) for window in special["open"]),
            )
            for special in shape.get("special", [])
        ),
    )


def window_from(shape: Shape) -> Window:
    """Build a weekly window from either of its two styles."""
    if "days" in shape:
        return Window.daily(shape["days"], shape["from"], shape["to"])
    return Window.weekly(shape["from"], shape["to"])


def schedule_from(shape: Shape, calendars: Shape) -> Schedule:
    """Build a schedule from one of the document's `schedules`, with the document's `calendars` at hand."""
    zone = shape["time_zone"]
    return Schedule(
        time_zone=zone,
        layers=tuple(_layer_from(layer, zone, calendars) for layer in shape["layers"]),
        overrides=tuple(
            Override(
                parse_wall(override["start"]),
                parse_wall(override["end"]),
                frozenset(override["users"]),
                override.get("replaces"),
            )
            for override in shape.get("overrides", [])
        ),
    )


def _layer_from(shape: Shape, zone: str, calendars: Shape) -> Layer:
    rotation = Rotation(
        start=parse_wall(shape["start"]),
        zone=zone,
        turn=parse_turn(shape["turn"]),
        users=entries(shape["users"]),
        end=parse_wall(shape["end"]) if "end" in shape else None,
    )
    return Layer(shape["name"], rotation, _when_from(shape.get("when"), zone, calendars))


def _when_from(shape: Shape | None, zone: str, calendars: Shape) -> When | None:
    if shape is None:
        return None
    if "windows" in shape:
        return When.weekly(zone, [window_from(window) for window in shape["windows"]])
    return When(calendar_from(calendars[shape["calendar"]]), shape["is"])
