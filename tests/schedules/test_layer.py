"""Layers limited by weekly windows and by calendars."""

from datetime import datetime, timedelta

import pytest

from schedules import (
    BusinessCalendar,
    Holidays,
    Layer,
    Rotation,
    ScheduleError,
    Turn,
    When,
    Window,
    entries,
    parse_date,
)
from tests.schedules.walls import NEW_YORK, WEEKDAYS, at, utc

MONDAY = datetime(2026, 3, 2)


def layer(when: When | None, users: str = "a", turn: Turn = Turn(1, "weeks"), zone: str = NEW_YORK) -> Layer:  # noqa: B008
    return Layer("primary", Rotation(MONDAY, zone, turn, entries(users)), when)


def on_call(limited: Layer, *walls: str) -> list[str]:
    return ["".join(sorted(limited.on_call_at(at(wall, NEW_YORK)))) for wall in walls]


def test_overnight_window_belongs_to_the_day_on_which_it_starts() -> None:
    nights = layer(When.weekly(NEW_YORK, [Window.daily(["mon"], "20:00", "08:00")]))

    assert on_call(nights, "2026-03-09T09:00", "2026-03-09T21:00", "2026-03-10T07:59", "2026-03-10T08:00") == [
        "",
        "a",
        "a",
        "",
    ]


def test_days_from_eight_to_eight_are_one_duty() -> None:
    week = layer(When.weekly(NEW_YORK, [Window.daily(WEEKDAYS, "08:00", "08:00")]))

    assert on_call(week, "2026-03-09T07:00", "2026-03-09T08:00", "2026-03-14T07:59", "2026-03-14T08:00") == [
        "",
        "a",
        "a",
        "",
    ]
    assert [
        tuple(duty) for duty in week.duties(at("2026-03-08T12:00", NEW_YORK), at("2026-03-15T12:00", NEW_YORK))
    ] == [(at("2026-03-09T08:00", NEW_YORK), at("2026-03-14T08:00", NEW_YORK), frozenset({"a"}))]


def test_weekday_is_the_schedules_not_that_of_utc() -> None:
    mondays = layer(When.weekly(NEW_YORK, [Window.daily(["mon"], "00:00", "24:00")]))

    assert mondays.on_call_at(utc("2026-03-10T03:00Z")) == frozenset({"a"})
    assert mondays.on_call_at(utc("2026-03-09T03:00Z")) == frozenset()


def test_turns_go_on_counting_while_the_layer_is_silent() -> None:
    some = layer(When.weekly(NEW_YORK, [Window.daily(["mon", "wed", "fri"], "00:00", "24:00")]), "ab", Turn(1, "days"))
    noons = [f"2026-03-{day:02}T12:00" for day in range(2, 10)]

    assert on_call(some, *noons) == ["a", "", "a", "", "a", "", "", "b"]


def test_window_wraps_past_sunday() -> None:
    weekends = layer(When.weekly(NEW_YORK, [Window.weekly("fri 17:00", "mon 09:00")]))

    assert on_call(weekends, "2026-03-06T16:59", "2026-03-06T17:00", "2026-03-09T08:59", "2026-03-09T09:00") == [
        "",
        "a",
        "a",
        "",
    ]


def test_window_of_a_whole_week_is_always() -> None:
    always = layer(When.weekly(NEW_YORK, [Window.weekly("wed 12:00", "wed 12:00")]))
    since, until = at("2026-03-05T00:00", NEW_YORK), at("2026-06-05T00:00", NEW_YORK)

    assert [tuple(duty) for duty in always.duties(since, until)] == [(since, until, frozenset({"a"}))]


def test_open_and_closed_split_the_time_between_two_layers() -> None:
    office = BusinessCalendar(
        "Europe/Berlin",
        (Window.daily(WEEKDAYS, "09:00", "17:00"),),
        Holidays(add=frozenset({parse_date("2026-03-10")})),
    )
    since, until = at("2026-03-05T00:00", NEW_YORK), at("2026-04-05T00:00", NEW_YORK)

    desk, night = (layer(When(office, "open"), "ab"), layer(When(office, "closed"), "ab"))

    covered = sorted([*desk.duties(since, until), *night.duties(since, until)])
    assert (covered[0].start, covered[-1].end) == (since, until)
    assert [left.end for left in covered[:-1]] == [right.start for right in covered[1:]]
    assert sum((duty.end - duty.start for duty in desk.duties(since, until)), timedelta(0)) == office.open_time(
        since, until
    )
    assert on_call(desk, "2026-03-09T06:00", "2026-03-10T06:00") == ["b", ""]
    assert on_call(night, "2026-03-09T06:00", "2026-03-10T06:00") == ["", "b"]


def test_layer_not_yet_started_has_no_duties() -> None:
    mondays = layer(When.weekly(NEW_YORK, [Window.daily(["mon"], "00:00", "24:00")]))

    assert mondays.duties(at("2026-02-01T00:00", NEW_YORK), at("2026-03-01T00:00", NEW_YORK)) == []


def test_limit_without_windows_is_refused() -> None:
    with pytest.raises(ScheduleError, match="windows: the layer would never be on call"):
        When.weekly(NEW_YORK, [])
