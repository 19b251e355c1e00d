"""Fairness: nights, weekends, holidays and rest, by the clock on the wall."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules import (
    BusinessCalendar,
    DayWindow,
    Fairness,
    Holidays,
    Load,
    Schedule,
    Shift,
    ShortRest,
    SpecialDate,
    Window,
    fairness,
    wall_time,
)
from tests.schedules.drawn import QUARTER, schedules
from tests.schedules.walls import CHICAGO, WEEKDAYS, at

HOUR = timedelta(hours=1)
MARCH = at("2026-03-01T00:00", CHICAGO), at("2026-04-01T00:00", CHICAGO)


def shift(start: str, end: str, user: str = "ana") -> Shift:
    """Return a shift from `02T09:00` to `03T09:00` of March 2026 on the wall in Chicago."""
    return Shift(user, at(f"2026-03-{start}", CHICAGO), at(f"2026-03-{end}", CHICAGO))


def load(*shifts: Shift, holidays: Holidays | BusinessCalendar | None = None) -> Load:
    (found,) = fairness(shifts, CHICAGO, *MARCH, holidays).loads
    return found


def test_office_hours_are_neither_night_nor_weekend() -> None:
    assert load(shift("02T09:00", "02T17:00")) == Load("ana", on_call=8 * HOUR, shifts=1, longest_run=8 * HOUR)


def test_week_around_the_clock_has_seven_nights_and_one_weekend() -> None:
    week = load(shift("09T09:00", "16T09:00"))

    assert (week.nights, week.night_time) == (7, 56 * HOUR)
    assert (week.weekends, week.weekend_time) == (1, 48 * HOUR)
    assert week.longest_run == week.on_call == 168 * HOUR


@pytest.mark.parametrize(("until", "nights"), [("02T22:59", 0), ("02T23:00", 1)])
def test_night_counts_from_an_hour_on(until: str, nights: int) -> None:
    assert load(shift("02T09:00", until)).nights == nights


def test_parts_of_one_night_add_up() -> None:
    found = load(shift("02T21:00", "02T22:30"), shift("03T05:30", "03T08:00"))

    assert (found.nights, found.night_time) == (1, HOUR)


def test_night_in_which_the_clock_goes_forward_is_an_hour_shorter() -> None:
    found = load(shift("07T22:00", "08T06:00"))

    assert (found.nights, found.night_time, found.on_call) == (1, 7 * HOUR, 7 * HOUR)
    assert found.weekend_time == 7 * HOUR


def test_weekend_in_which_the_clock_goes_forward_is_an_hour_shorter() -> None:
    assert load(shift("06T12:00", "09T12:00")).weekend_time == 47 * HOUR


def test_night_in_which_the_clock_goes_back_is_an_hour_longer() -> None:
    start, end = at("2026-10-31T12:00", CHICAGO), at("2026-11-02T00:00", CHICAGO)

    (found,) = fairness([Shift("ana", start, end)], CHICAGO, start, end).loads

    assert found.night_time == (9 + 2) * HOUR
    assert found.weekend_time == found.on_call == 37 * HOUR


def test_weekend_is_that_of_the_zone() -> None:
    friday_evening = [shift("06T18:00", "06T20:00")]

    assert fairness(friday_evening, CHICAGO, *MARCH).loads[0].weekends == 0
    assert fairness(friday_evening, "UTC", *MARCH).loads[0].weekend_time == 2 * HOUR


def test_holidays_are_whole_days() -> None:
    holidays = Holidays(add=frozenset({date(2026, 3, 3), date(2026, 3, 10)}))

    found = load(shift("03T12:00", "04T12:00"), holidays=holidays)

    assert (found.holidays, found.holiday_time) == (1, 12 * HOUR)
    assert load(shift("03T12:00", "04T12:00")).holidays == 0


def test_holidays_of_a_calendar_are_when_it_is_closed_by_one_or_by_a_special_date() -> None:
    calendar = BusinessCalendar(
        CHICAGO,
        (Window.daily(WEEKDAYS, "09:00", "17:00"),),
        Holidays(add=frozenset({date(2026, 3, 3), date(2026, 3, 4)})),
        (SpecialDate(date(2026, 3, 4), (DayWindow.between("09:00", "12:00"),)), SpecialDate(date(2026, 3, 5))),
    )

    assert load(shift("02T00:00", "07T00:00"), holidays=calendar).holiday_time == 48 * HOUR


def test_shifts_that_adjoin_are_one_run_and_no_short_rest() -> None:
    found = fairness(
        [shift("02T17:00", "03T09:00"), shift("02T09:00", "02T17:00"), shift("02T12:00", "02T13:00")],
        CHICAGO,
        *MARCH,
        rest=11 * HOUR,
    )

    assert found.short_rests == ()
    assert (found.loads[0].shifts, found.loads[0].longest_run, found.loads[0].shortest_rest) == (1, 24 * HOUR, None)


def test_rest_shorter_than_the_rule_is_named() -> None:
    first, second, third = shift("02T09:00", "02T17:00"), shift("03T03:00", "03T09:00"), shift("03T20:00", "03T21:00")

    found = fairness([first, second, third], CHICAGO, *MARCH, rest=11 * HOUR)

    assert found.short_rests == (ShortRest("ana", first, second, 10 * HOUR),)
    assert found.loads[0].shortest_rest == 10 * HOUR
    assert fairness([first, second], CHICAGO, *MARCH, rest=10 * HOUR).short_rests == ()
    assert fairness([first, second], CHICAGO, *MARCH).short_rests == ()


def test_rest_over_a_clock_change_is_what_really_passes() -> None:
    found = fairness([shift("07T09:00", "07T22:00"), shift("08T09:00", "08T17:00")], CHICAGO, *MARCH, rest=11 * HOUR)

    assert [one.rest for one in found.short_rests] == [10 * HOUR]


def test_rest_is_between_shifts_of_the_same_user() -> None:
    assert fairness(
        [shift("02T09:00", "02T17:00"), shift("02T18:00", "02T20:00", "bo")], CHICAGO, *MARCH, rest=HOUR * 11
    ) == (
        Fairness(
            (
                Load("ana", 8 * HOUR, shifts=1, longest_run=8 * HOUR),
                Load("bo", 2 * HOUR, shifts=1, longest_run=2 * HOUR),
            ),
            (),
        )
    )


def test_what_lies_outside_of_the_window_does_not_count() -> None:
    week = shift("09T09:00", "16T09:00")

    (found,) = fairness(
        [week, shift("20T09:00", "21T09:00", "bo")], CHICAGO, week.start - HOUR, week.start + HOUR
    ).loads

    assert (found.user, found.on_call, found.longest_run) == ("ana", HOUR, HOUR)
    assert fairness([week], CHICAGO, MARCH[1], MARCH[0]) == Fairness((), ())


def is_night(wall: datetime) -> bool:
    return wall.time() >= time(22) or wall.time() < time(6)


@given(schedules(), st.integers(1, 500), st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_loads_add_up_to_the_time_on_call(drawn: tuple[Schedule, datetime], quarters: int, day: date) -> None:
    schedule, since = drawn
    until = since + quarters * QUARTER
    shifts = schedule.shifts(since, until)

    found = fairness(shifts, schedule.time_zone, since, until, Holidays(add=frozenset({day})), 11 * HOUR)

    assert {one.user for one in found.loads} == {shift.user for shift in shifts}
    for one in found.loads:
        own = [shift for shift in shifts if shift.user == one.user]
        assert one.on_call == sum((shift.end - shift.start for shift in own), timedelta(0))
        assert one.longest_run == max(shift.end - shift.start for shift in own)
        assert one.shifts == len(own)
        assert max(one.night_time, one.weekend_time, one.holiday_time) <= one.on_call
    assert all(timedelta(0) < one.rest < 11 * HOUR for one in found.short_rests)


@given(
    st.sampled_from([CHICAGO, "Europe/Berlin", "Australia/Lord_Howe", "UTC"]), st.integers(0, 364), st.integers(1, 400)
)
def test_nights_and_weekends_are_what_the_wall_shows(zone: str, day: int, quarters: int) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
    until = since + quarters * QUARTER
    walls = [wall_time(since + number * QUARTER, zone) for number in range(quarters)]

    (found,) = fairness([Shift("ana", since, until)], zone, since, until).loads

    assert found.night_time == QUARTER * sum(map(is_night, walls))
    assert found.weekend_time == QUARTER * sum(wall.weekday() >= 5 for wall in walls)
