"""Windows on the wall clock, as text and as instants."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from schedules import DayWindow, ScheduleError, Span, Window
from schedules.windows import spans_on
from tests.schedules.walls import NEW_YORK, WEEKDAYS, at


@pytest.mark.parametrize(
    ("start", "end", "window"),
    [
        ("09:00", "17:00", DayWindow(540, 1020)),
        ("00:00", "24:00", DayWindow(0, 1440)),
        ("22:00", "06:00", DayWindow(1320, 1800)),
        ("08:00", "08:00", DayWindow(480, 1920)),
        ("00:00", "00:00", DayWindow(0, 1440)),
    ],
)
def test_window_of_a_day_is_read(start: str, end: str, window: DayWindow) -> None:
    assert DayWindow.between(start, end) == window


def test_window_of_several_days_is_read() -> None:
    assert Window.daily(["mon", "Wed"], "22:00", "06:00") == Window(frozenset({0, 2}), 1320, 1800)


@pytest.mark.parametrize(
    ("start", "end", "window"),
    [
        ("mon 09:00", "fri 17:00", Window(frozenset({0}), 540, 4 * 1440 + 1020)),
        ("fri 17:00", "mon 09:00", Window(frozenset({4}), 1020, 3 * 1440 + 540)),
        ("sat 00:00", "mon 00:00", Window(frozenset({5}), 0, 2 * 1440)),
        ("sat 00:00", "sun 24:00", Window(frozenset({5}), 0, 2 * 1440)),
        ("fri 24:00", "sun 24:00", Window(frozenset({5}), 0, 2 * 1440)),
        ("wed 12:00", "wed 12:00", Window(frozenset({2}), 720, 7 * 1440 + 720)),
        ("wed 12:00", "wed 11:00", Window(frozenset({2}), 720, 7 * 1440 + 660)),
        ("mon 00:00", "sun 24:00", Window(frozenset({0}), 0, 7 * 1440)),
    ],
)
def test_window_of_a_week_is_read(start: str, end: str, window: Window) -> None:
    assert Window.weekly(start, end) == window


@pytest.mark.parametrize(
    ("read", "field", "why"),
    [
        (lambda: DayWindow.between("9", "17:00"), "from", "'9' is not a time of the day"),
        (lambda: DayWindow.between("09:60", "17:00"), "from", "'09:60' is not a time of the day"),
        (lambda: DayWindow.between("09:00", "24:01"), "to", "'24:01' is not a time of the day"),
        (lambda: DayWindow.between("24:00", "06:00"), "from", "between 00:00 and 23:59"),
        (lambda: Window.daily(["mon", "tus"], "09:00", "17:00"), "days[1]", "did you mean 'tue'?"),
        (lambda: Window.daily([], "09:00", "17:00"), "days", "at least one day"),
        (lambda: Window.weekly("monday 09:00", "fri 17:00"), "from", "did you mean 'mon'?"),
        (lambda: Window.weekly("mon 09:00", "17:00"), "to", "is not a day and a time"),
        (lambda: Window(frozenset({7}), 0, 60), "days", "from mon to sun"),
        (lambda: Window(frozenset({0}), 60, 60), "to", "after its start"),
        (lambda: Window(frozenset({0}), 0, 7 * 1440 + 1), "to", "at most a week later"),
    ],
)
def test_what_is_no_window_is_refused(read: Callable[[], object], field: str, why: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        read()

    assert refused.value.field == field
    assert why in refused.value.message


def test_window_of_a_day_becomes_instants() -> None:
    window = Window.daily(WEEKDAYS, "09:00", "17:00")

    assert spans_on(date(2026, 3, 9), [window], NEW_YORK) == (
        Span(at("2026-03-09T09:00", NEW_YORK), at("2026-03-09T17:00", NEW_YORK)),
    )


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 2), ("2026-11-01", 4), ("2026-06-07", 3)])
def test_window_over_a_clock_change_lasts_what_elapses(day: str, hours: int) -> None:
    (span,) = spans_on(date.fromisoformat(day), [DayWindow.between("01:00", "04:00")], NEW_YORK)

    assert span.end - span.start == timedelta(hours=hours)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-07", 7), ("2026-10-31", 9), ("2026-06-06", 8)])
def test_window_over_night_lasts_what_elapses(day: str, hours: int) -> None:
    (span,) = spans_on(date.fromisoformat(day), [DayWindow.between("22:00", "06:00")], NEW_YORK)

    assert span.end - span.start == timedelta(hours=hours)


def test_window_that_does_not_exist_is_empty() -> None:
    assert spans_on(date(2026, 3, 8), [DayWindow.between("02:00", "03:00")], NEW_YORK) == ()


def test_windows_that_adjoin_meet_at_the_first_of_a_repeated_time() -> None:
    windows = [DayWindow.between("00:00", "01:30"), DayWindow.between("01:30", "03:00")]

    early, late = spans_on(date(2026, 11, 1), windows, NEW_YORK)

    assert early.end == late.start
    assert [one.end - one.start for one in (early, late)] == [timedelta(hours=1.5), timedelta(hours=2.5)]
