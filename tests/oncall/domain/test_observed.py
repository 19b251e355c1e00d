"""Whose holidays a schedule keeps."""

from datetime import date

from oncall.domain.directory import Directory
from oncall.domain.observed import holiday_calendar
from schedules import (
    BusinessCalendar,
    Holidays,
    Layer,
    Rotation,
    Schedule,
    When,
    Window,
    entries,
    parse_turn,
    parse_wall,
)

DENVER = "America/Denver"
WEEK = (Window.daily(["mon", "tue"], "09:00", "17:00"),)
PLAIN = BusinessCalendar(DENVER, WEEK)
KEPT = BusinessCalendar(DENVER, WEEK, Holidays(add=frozenset({date(2026, 12, 25)})))
COLORADO = BusinessCalendar(DENVER, WEEK, Holidays("US", "CO"))


def schedule(*calendars: BusinessCalendar | None) -> Schedule:
    rotation = Rotation(parse_wall("2026-01-05T09:00"), DENVER, parse_turn("1 week"), entries(["ana"]))
    return Schedule(DENVER, tuple(Layer("l", rotation, When(each) if each else None) for each in calendars))


def test_first_calendar_with_holidays_that_a_layer_follows_counts() -> None:
    assert holiday_calendar(Directory(), schedule(None, PLAIN, KEPT, COLORADO)) is KEPT
    assert holiday_calendar(Directory(calendars={"hq": COLORADO}), schedule(KEPT)) is KEPT


def test_else_the_only_one_of_its_zone_counts() -> None:
    paris = BusinessCalendar("Europe/Paris", WEEK, Holidays("FR"))

    assert holiday_calendar(Directory(calendars={"a": PLAIN, "b": COLORADO, "c": paris}), schedule(None)) is COLORADO
    assert holiday_calendar(Directory(calendars={"a": KEPT, "b": COLORADO}), schedule(None)) is None
    assert holiday_calendar(Directory(calendars={"a": PLAIN, "c": paris}), schedule(None)) is None
