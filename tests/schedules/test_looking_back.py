"""Deadlines read backwards: from when a duration reaches an instant."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules import (
    BusinessCalendar,
    DayWindow,
    Duration,
    Holidays,
    NoOpeningError,
    SpecialDate,
    Window,
    parse_duration,
)
from tests.schedules.drawn import QUARTER, calendars_and_instants
from tests.schedules.walls import NEW_YORK, WEEKDAYS, at

MOMENT = timedelta(microseconds=1)
OFFICE = BusinessCalendar(
    NEW_YORK,
    (Window.daily(WEEKDAYS, "09:00", "17:00"),),
    Holidays(add=frozenset({date(2026, 5, 25)})),
    (SpecialDate(date(2026, 11, 27), (DayWindow.between("09:00", "13:00"),)),),
)
ALWAYS = BusinessCalendar(NEW_YORK, (Window.daily((*WEEKDAYS, "sat", "sun"), "00:00", "24:00"),))
LUNCH = BusinessCalendar(NEW_YORK, (Window.daily(WEEKDAYS, "09:00", "12:00"), Window.daily(WEEKDAYS, "13:00", "17:00")))
ONE_DAY = BusinessCalendar(NEW_YORK, special=(SpecialDate(date(2026, 11, 27), (DayWindow.between("09:00", "13:00"),)),))


@pytest.mark.parametrize(
    ("calendar", "reached", "duration", "start"),
    [
        (OFFICE, "2026-03-09T12:00", "30m", "2026-03-09T11:30"),
        (OFFICE, "2026-03-08T03:30", "1h", "2026-03-08T01:30"),
        (OFFICE, "2026-03-09T12:00", "4 business hours", "2026-03-06T16:00"),
        (OFFICE, "2026-03-09T17:00", "8 business hours", "2026-03-09T09:00"),
        (OFFICE, "2026-03-09T09:00", "1 business hour", "2026-03-06T16:00"),
        (OFFICE, "2026-03-08T12:00", "1 business hour", "2026-03-06T16:00"),
        (OFFICE, "2026-05-26T10:00", "2 business hours", "2026-05-22T16:00"),
        (OFFICE, "2026-12-31T12:00", "400 business hours", "2026-10-21T16:00"),
        (ALWAYS, "2026-03-08T05:00", "8 business hours", "2026-03-07T20:00"),
        (LUNCH, "2026-03-09T13:30", "90 business minutes", "2026-03-09T11:00"),
        (OFFICE, "2026-03-10T16:00", "2 business days", "2026-03-06T16:00"),
        (OFFICE, "2026-03-10T17:00", "1 business day", "2026-03-09T17:00"),
        (OFFICE, "2026-03-10T20:00", "1 business day", "2026-03-09T17:00"),
        (OFFICE, "2026-03-10T09:00", "1 business day", "2026-03-09T09:00"),
        (OFFICE, "2026-03-10T08:59", "1 business day", "2026-03-06T17:00"),
        (OFFICE, "2026-05-26T10:00", "1 business day", "2026-05-22T10:00"),
        (OFFICE, "2026-11-27T12:59", "1 business day", "2026-11-26T12:59"),
        # whatever was asked for on the afternoon before is due when the short day ends
        (OFFICE, "2026-11-27T13:00", "1 business day", "2026-11-26T17:00"),
        (LUNCH, "2026-03-10T12:30", "1 business day", "2026-03-09T12:00"),
        (ALWAYS, "2026-03-09T01:30", "1 business day", "2026-03-08T01:30"),
        (ALWAYS, "2026-03-08T03:30", "1 business day", "2026-03-07T03:30"),
    ],
)
def test_before(calendar: BusinessCalendar, reached: str, duration: str, start: str) -> None:
    before = calendar.before(at(reached, calendar.time_zone), parse_duration(duration))

    assert before == at(start, calendar.time_zone)


@pytest.mark.parametrize("duration", ["5 business hours", "1 business day", "9 business hours"])
def test_before_the_first_opening_there_is_none(duration: str) -> None:
    with pytest.raises(NoOpeningError, match="was not open for that long"):
        ONE_DAY.before(at("2026-11-28T09:00", NEW_YORK), parse_duration(duration))


def test_before_finds_the_only_opening_from_years_later() -> None:
    found = ONE_DAY.before(at("2031-01-01T00:00", NEW_YORK), parse_duration("4 business hours"))

    assert found == at("2026-11-27T09:00", NEW_YORK)


DURATIONS = st.one_of(
    st.builds(Duration, st.integers(1, 5000), st.just("minutes")),
    st.builds(Duration, st.integers(1, 2000), st.just("minutes"), st.just("business")),
    st.builds(Duration, st.integers(1, 4), st.just("days"), st.just("working_days")),
)
LATER = st.lists(st.integers(1, 300).map(lambda quarters: quarters * QUARTER), max_size=12)
ODD = st.sampled_from([timedelta(0), MOMENT, timedelta(minutes=7), timedelta(seconds=13, microseconds=1)])


@given(calendars_and_instants(), DURATIONS, LATER, ODD)
def test_before_is_the_latest_instant_from_which_the_deadline_is_not_passed(
    drawn: tuple[BusinessCalendar, datetime], duration: Duration, later: list[timedelta], odd: timedelta
) -> None:
    calendar, reached = drawn[0], drawn[1] + odd

    found = calendar.before(reached, duration)

    assert calendar.deadline(found - MOMENT, duration) <= reached
    for start in (found + more for more in (MOMENT, *later)):
        assert calendar.deadline(start, duration) > reached


@given(calendars_and_instants(), DURATIONS)
def test_before_a_deadline_lies_no_earlier_than_its_start(
    drawn: tuple[BusinessCalendar, datetime], duration: Duration
) -> None:
    calendar, start = drawn

    assert calendar.before(calendar.deadline(start, duration), duration) >= start
