"""Business calendars: opening hours, open time, working days and releases, case by case."""

import pickle
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

from schedules import (
    BusinessCalendar,
    DayWindow,
    Holidays,
    NoOpeningError,
    ScheduleError,
    Span,
    SpecialDate,
    Window,
    parse_duration,
)
from tests.schedules.walls import NEW_YORK, WEEKDAYS, at, utc

DAILY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EIGHT = time(8)


def office(zone: str = NEW_YORK, start: str = "09:00", end: str = "17:00", *holidays: str) -> BusinessCalendar:
    add = frozenset(date.fromisoformat(day) for day in holidays)
    return BusinessCalendar(zone, (Window.daily(WEEKDAYS, start, end),), Holidays(add=add))


def special(day: str, *windows: tuple[str, str]) -> SpecialDate:
    return SpecialDate(date.fromisoformat(day), tuple(DayWindow.between(*window) for window in windows))


ALWAYS = BusinessCalendar(NEW_YORK, (Window.daily(DAILY, "00:00", "24:00"),))
THANKSGIVING = BusinessCalendar(
    NEW_YORK, office().windows, special=(special("2026-11-26"), special("2026-11-27", ("09:00", "13:00")))
)
LUNCH = BusinessCalendar(NEW_YORK, (Window.daily(WEEKDAYS, "09:00", "12:00"), Window.daily(WEEKDAYS, "13:00", "17:00")))
RIYADH = BusinessCalendar("Asia/Riyadh", (Window.daily(("sun", "mon", "tue", "wed", "thu"), "09:00", "17:00"),))


@pytest.mark.parametrize(
    ("calendar", "start", "duration", "end"),
    [
        (office(), "2026-03-06T16:00", "4 business hours", "2026-03-09T12:00"),
        (office(), "2026-03-06T16:00", "1 business hour", "2026-03-06T17:00"),
        (office(), "2026-03-06T16:00", "90 business minutes", "2026-03-09T09:30"),
        (office(), "2026-03-06T17:00", "4 business hours", "2026-03-09T13:00"),
        (office(), "2026-03-06T18:00", "4 business hours", "2026-03-09T13:00"),
        (office(), "2026-03-07T12:00", "4 business hours", "2026-03-09T13:00"),
        (office(), "2026-03-09T08:59", "4 business hours", "2026-03-09T13:00"),
        (office(), "2026-03-12T16:30", "8 business hours", "2026-03-13T16:30"),
        (office(), "2026-03-09T09:00", "8 business hours", "2026-03-09T17:00"),
        (office(), "2026-03-06T16:00", "40 business hours", "2026-03-13T16:00"),
        (office(NEW_YORK, "09:00", "17:00", "2026-05-25"), "2026-05-22T16:00", "4 business hours", "2026-05-26T12:00"),
        (THANKSGIVING, "2026-11-25T16:00", "4 business hours", "2026-11-27T12:00"),
        (THANKSGIVING, "2026-11-25T16:00", "6 business hours", "2026-11-30T10:00"),
        (ALWAYS, "2026-03-07T20:00", "8 business hours", "2026-03-08T05:00"),
        (ALWAYS, "2026-10-31T20:00", "8 business hours", "2026-11-01T03:00"),
        (LUNCH, "2026-03-09T11:00", "4 business hours", "2026-03-09T16:00"),
        (LUNCH, "2026-03-09T12:30", "30 business minutes", "2026-03-09T13:30"),
        (RIYADH, "2026-03-12T16:00", "4 business hours", "2026-03-15T12:00"),
        (office("Asia/Kolkata"), "2026-03-06T16:00", "4 business hours", "2026-03-09T12:00"),
        (office(NEW_YORK, "08:00"), "2026-03-06T16:00", "4 business hours", "2026-03-09T11:00"),
        # what is left of four hours after a pause from Monday 11:30
        (office(), "2026-03-10T15:00", "150 business minutes", "2026-03-11T09:30"),
        (office(), "2026-03-06T16:00", "4h", "2026-03-06T20:00"),
        (office(), "2026-03-07T20:00", "8h", "2026-03-08T05:00"),
        (office(), "2026-03-06T16:00", "2 business days", "2026-03-10T16:00"),
        (office(), "2026-03-06T17:00", "1 business day", "2026-03-10T09:00"),
        (office(), "2026-03-07T12:00", "1 business day", "2026-03-10T09:00"),
        (THANKSGIVING, "2026-11-25T16:00", "1 business day", "2026-11-27T13:00"),
        (THANKSGIVING, "2026-11-25T16:00", "2 business days", "2026-11-30T16:00"),
        (LUNCH, "2026-03-09T11:00", "1 business day", "2026-03-10T11:00"),
    ],
)
def test_deadline(calendar: BusinessCalendar, start: str, duration: str, end: str) -> None:
    deadline = calendar.deadline(at(start, calendar.time_zone), parse_duration(duration))

    assert deadline == at(end, calendar.time_zone)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-08T01:58-05:00", "2026-03-08T03:03-04:00"),
        ("2026-11-01T01:58-04:00", "2026-11-01T01:03-05:00"),
    ],
)
def test_elapsed_time_passes_over_a_clock_change_as_ever(start: str, end: str) -> None:
    assert office().deadline(utc(start), parse_duration("5m")) == utc(end)


def test_deadline_in_working_days_before_that_days_opening_is_its_first_opening() -> None:
    later = BusinessCalendar(
        NEW_YORK, office().windows, special=(special("2026-03-10", ("12:00", "13:00"), ("14:00", "15:00")),)
    )

    assert later.add_working_days(at("2026-03-09T10:00", NEW_YORK), 1) == at("2026-03-10T12:00", NEW_YORK)
    assert later.add_working_days(at("2026-03-09T13:30", NEW_YORK), 1) == at("2026-03-10T13:00", NEW_YORK)
    assert later.add_working_days(at("2026-03-09T14:30", NEW_YORK), 1) == at("2026-03-10T14:30", NEW_YORK)


def test_window_over_midnight_belongs_to_the_day_on_which_it_starts() -> None:
    nights = BusinessCalendar(NEW_YORK, (Window.daily(("mon", "wed"), "22:00", "06:00"),))

    assert nights.is_open(at("2026-03-10T05:59", NEW_YORK))
    # Tuesday is no working day, though it has open hours; on Wednesday at 03:00 nothing has closed yet.
    assert nights.add_working_days(at("2026-03-10T03:00", NEW_YORK), 1) == at("2026-03-11T22:00", NEW_YORK)


def test_holiday_removes_a_window_that_starts_on_it_and_leaves_one_that_reaches_into_it() -> None:
    nights = BusinessCalendar(
        NEW_YORK, (Window.daily(WEEKDAYS, "22:00", "06:00"),), Holidays(add=frozenset({date(2026, 3, 10)}))
    )

    assert nights.is_open(at("2026-03-10T05:00", NEW_YORK))
    assert not nights.is_open(at("2026-03-10T23:00", NEW_YORK))
    assert not nights.is_open(at("2026-03-11T05:00", NEW_YORK))


def test_special_date_beats_a_holiday() -> None:
    holiday = Holidays(add=frozenset({date(2026, 12, 24)}))
    calendar = BusinessCalendar(NEW_YORK, office().windows, holiday, (special("2026-12-24", ("09:00", "12:00")),))

    assert calendar.is_open(at("2026-12-24T11:59", NEW_YORK))
    assert not calendar.is_open(at("2026-12-24T12:00", NEW_YORK))


def test_public_holiday_closes() -> None:
    calendar = BusinessCalendar("Europe/Berlin", office().windows, Holidays("DE", "BY"))

    assert calendar.next_open(at("2026-01-05T17:00", "Europe/Berlin")) == at("2026-01-07T09:00", "Europe/Berlin")


def test_opening_is_open_and_closing_is_closed() -> None:
    calendar = office()
    moment = timedelta(microseconds=1)

    assert calendar.is_open(at("2026-03-09T09:00", NEW_YORK))
    assert not calendar.is_open(at("2026-03-09T09:00", NEW_YORK) - moment)
    assert calendar.is_open(at("2026-03-09T17:00", NEW_YORK) - moment)
    assert not calendar.is_open(at("2026-03-09T17:00", NEW_YORK))


def test_next_opening_is_now_when_open() -> None:
    assert office().next_open(at("2026-03-09T10:00", NEW_YORK)) == at("2026-03-09T10:00", NEW_YORK)
    assert office().next_open(at("2026-03-06T17:00", NEW_YORK)) == at("2026-03-09T09:00", NEW_YORK)


def test_next_closing_is_now_when_closed() -> None:
    assert office().next_close(at("2026-03-09T10:00", NEW_YORK)) == at("2026-03-09T17:00", NEW_YORK)
    assert office().next_close(at("2026-03-07T10:00", NEW_YORK)) == at("2026-03-07T10:00", NEW_YORK)


def test_windows_that_adjoin_close_only_at_their_common_end() -> None:
    calendar = BusinessCalendar(
        NEW_YORK, (Window.daily(WEEKDAYS, "09:00", "24:00"), Window.daily(WEEKDAYS, "00:00", "08:00"))
    )

    assert calendar.next_close(at("2026-03-09T09:00", NEW_YORK)) == at("2026-03-10T08:00", NEW_YORK)


def test_calendar_that_is_always_open_never_closes() -> None:
    assert ALWAYS.next_close(at("2026-03-09T10:00", NEW_YORK)) is None


def test_calendar_always_open_but_on_one_day_closes_then() -> None:
    calendar = BusinessCalendar(NEW_YORK, ALWAYS.windows, special=(special("2031-12-25"),))

    assert calendar.next_close(at("2026-03-09T10:00", NEW_YORK)) == at("2031-12-25T00:00", NEW_YORK)


def test_calendar_of_special_dates_alone_opens_on_them() -> None:
    calendar = BusinessCalendar(NEW_YORK, special=(special("2031-12-25", ("09:00", "12:00")),))

    assert calendar.next_open(at("2026-03-09T10:00", NEW_YORK)) == at("2031-12-25T09:00", NEW_YORK)
    assert calendar.next_close(at("2031-12-25T09:00", NEW_YORK)) == at("2031-12-25T12:00", NEW_YORK)


def test_calendar_that_does_not_open_again_says_so() -> None:
    calendar = BusinessCalendar(NEW_YORK, special=(special("2026-12-24", ("09:00", "12:00")),))
    after, during = at("2026-12-24T12:00", NEW_YORK), at("2026-12-24T11:00", NEW_YORK)

    questions: list[Callable[[], datetime]] = [
        lambda: calendar.next_open(after),
        lambda: calendar.release(after, EIGHT),
        lambda: calendar.add_open_time(during, timedelta(hours=2)),
        lambda: calendar.add_working_days(during, 1),
    ]
    for ask in questions:
        with pytest.raises(NoOpeningError, match="after 2026-12-24"):
            ask()


@pytest.mark.parametrize(
    ("calendar", "start", "end"),
    [
        (office(), "2026-03-06T18:00", "2026-03-09T08:00"),
        (office(), "2026-03-09T03:00", "2026-03-09T08:00"),
        (office(), "2026-03-09T07:59:59", "2026-03-09T08:00"),
        (office(), "2026-03-09T08:00", "2026-03-09T09:00"),
        (office(), "2026-03-09T08:30", "2026-03-09T09:00"),
        (office(), "2026-03-09T10:00", "2026-03-09T10:00"),
        (office(), "2026-03-09T17:00", "2026-03-10T08:00"),
        (office(NEW_YORK, "09:00", "17:00", "2026-05-25"), "2026-05-22T18:00", "2026-05-26T08:00"),
        (office(NEW_YORK, "09:00", "17:00", "2026-12-25"), "2026-12-24T18:00", "2026-12-28T08:00"),
        (office("Europe/Paris"), "2026-03-27T18:00", "2026-03-30T08:00"),
        (office(NEW_YORK, "07:00"), "2026-03-06T18:00", "2026-03-09T07:00"),
        (office(NEW_YORK, "22:00", "06:00"), "2026-03-09T06:30", "2026-03-09T08:00"),
        (office(NEW_YORK, "22:00", "06:00"), "2026-03-09T09:00", "2026-03-09T22:00"),
    ],
)
def test_release_at_eight(calendar: BusinessCalendar, start: str, end: str) -> None:
    release = calendar.release(at(start, calendar.time_zone), EIGHT)

    assert release == at(end, calendar.time_zone)


def test_release_in_a_repeated_hour_is_the_first() -> None:
    calendar = BusinessCalendar(NEW_YORK, (Window.daily(("sun",), "09:00", "12:00"),))
    half_past_one = time(1, 30)
    first = at("2026-11-01T01:30", NEW_YORK)

    assert calendar.release(first - timedelta(minutes=1), half_past_one) == first
    assert calendar.release(first, half_past_one) == at("2026-11-01T09:00", NEW_YORK)
    assert calendar.release(first + timedelta(minutes=30), half_past_one) == at("2026-11-01T09:00", NEW_YORK)


def test_open_time_between_two_instants() -> None:
    friday = at("2026-03-06T16:00", NEW_YORK)

    assert office().open_time(friday, at("2026-03-09T12:00", NEW_YORK)) == timedelta(hours=4)
    assert office().open_time(at("2026-03-07T10:00", NEW_YORK), at("2026-03-08T10:00", NEW_YORK)) == timedelta(0)
    assert office().open_time(friday, friday - timedelta(days=9)) == timedelta(0)


def test_no_open_time_added_is_now() -> None:
    saturday = at("2026-03-07T10:00", NEW_YORK)

    assert office().add_open_time(saturday, timedelta(0)) == saturday


def test_overlapping_windows_are_one() -> None:
    calendar = BusinessCalendar(
        NEW_YORK, (Window.daily(WEEKDAYS, "09:00", "13:00"), Window.daily(("mon",), "12:00", "17:00"))
    )
    monday, tuesday = at("2026-03-09T00:00", NEW_YORK), at("2026-03-10T00:00", NEW_YORK)

    assert calendar.open_spans(monday, tuesday) == (
        Span(at("2026-03-09T09:00", NEW_YORK), at("2026-03-09T17:00", NEW_YORK)),
    )


def test_window_missing_by_a_clock_change_makes_no_working_day() -> None:
    calendar = BusinessCalendar(NEW_YORK, (Window.daily(("sun",), "02:00", "03:00"),))

    assert calendar.next_open(at("2026-03-02T00:00", NEW_YORK)) == at("2026-03-15T02:00", NEW_YORK)
    assert calendar.add_working_days(at("2026-03-01T02:30", NEW_YORK), 1) == at("2026-03-15T02:30", NEW_YORK)


def test_windows_around_a_skipped_day() -> None:
    samoa = BusinessCalendar("Pacific/Apia", (Window.daily(DAILY, "09:00", "17:00"),))

    assert samoa.next_open(at("2011-12-29T17:00", "Pacific/Apia")) == at("2011-12-31T09:00", "Pacific/Apia")
    assert samoa.open_time(at("2011-12-29T00:00", "Pacific/Apia"), at("2012-01-01T00:00", "Pacific/Apia")) == timedelta(
        hours=16
    )


@pytest.mark.parametrize(
    ("zone", "windows", "holidays", "specials", "field", "why"),
    [
        ("Mars/Olympus", office().windows, Holidays(), (), "time_zone", "is not an IANA time zone"),
        (NEW_YORK, (), Holidays(), (), "open", "never opens"),
        (NEW_YORK, (), Holidays("US"), (special("2026-12-24"),), "open", "never opens"),
        (NEW_YORK, (), Holidays(), (special("2026-03-08", ("02:00", "03:00")),), "open", "never opens"),
        (NEW_YORK, office().windows, Holidays(), (special("2026-12-24"),) * 2, "special[1].date", "given twice"),
        (NEW_YORK, office().windows, Holidays(), (special("0999-12-24"),), "special[0].date", "the year"),
    ],
)
def test_calendar_that_cannot_be_is_refused(
    zone: str, windows: tuple[Window, ...], holidays: Holidays, specials: tuple[SpecialDate, ...], field: str, why: str
) -> None:
    with pytest.raises(ScheduleError) as refused:
        BusinessCalendar(zone, windows, holidays, specials)

    assert refused.value.field == field
    assert why in refused.value.message


def test_naive_time_is_refused() -> None:
    with pytest.raises(ScheduleError, match="give it an offset"):
        office().is_open(datetime(2026, 3, 9, 9))


def test_open_time_cannot_be_taken_back() -> None:
    with pytest.raises(ScheduleError, match="backwards"):
        office().add_open_time(at("2026-03-09T09:00", NEW_YORK), timedelta(hours=-1))


def test_no_working_days_are_refused() -> None:
    with pytest.raises(ScheduleError, match="at least one working day"):
        office().add_working_days(at("2026-03-09T09:00", NEW_YORK), 0)


def test_calendars_made_alike_are_equal_whatever_was_asked_of_them() -> None:
    asked = office()
    asked.is_open(at("2026-03-09T09:00", NEW_YORK))

    assert asked == office()
    assert hash(asked) == hash(office())
    assert pickle.loads(pickle.dumps(asked)) == asked  # noqa: S301  made on this line
