"""Durations and turns as text and as lengths."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules import Duration, ScheduleError, Turn, format_delay, parse_delay, parse_duration, parse_turn
from schedules.durations import DurationUnit, TurnUnit


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("4h", Duration(4, "hours")),
        ("90m", Duration(90, "minutes")),
        ("30s", Duration(30, "seconds")),
        ("4 hours", Duration(4, "hours")),
        ("1 hour", Duration(1, "hours")),
        (" 1  Hour ", Duration(1, "hours")),
        ("2 weeks", Duration(2, "weeks")),
        ("1 business hour", Duration(1, "hours", "business")),
        ("4 business hours", Duration(4, "hours", "business")),
        ("30 business minutes", Duration(30, "minutes", "business")),
        ("2 business days", Duration(2, "days", "working_days")),
        ("1 business day", Duration(1, "days", "working_days")),
    ],
)
def test_duration_is_read(text: str, duration: Duration) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("4 busines hours", "unknown word 'busines'; did you mean 'business'?"),
        ("4 business hors", "unknown word 'hors'; did you mean 'hours'?"),
        ("4 minuts", "unknown word 'minuts'; did you mean 'minutes'?"),
        ("3 months", "unknown word 'months'"),
        ("0h", "longer than zero"),
        ("0 business days", "longer than zero"),
        ("2 business weeks", "open time is counted in business minutes or hours"),
        ("1.5h", "a whole number and a unit"),
        ("-4h", "a whole number and a unit"),
        ("4", "a whole number and a unit"),
        ("h", "a whole number and a unit"),
        ("", "a whole number and a unit"),
        ("1h30m", "a whole number and a unit"),
        ("11 years", "unknown word 'years'"),
        ("999999999 weeks", "longer than ten years"),
        ("999999999 business days", "longer than ten years"),
    ],
)
def test_what_is_no_duration_is_refused(text: str, why: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        parse_duration(text)

    assert why in str(refused.value)


UNITS: list[tuple[DurationUnit, int]] = [
    ("seconds", 9000),
    ("minutes", 9000),
    ("hours", 900),
    ("days", 90),
    ("weeks", 50),
]


@st.composite
def durations(draw: st.DrawFn) -> Duration:
    kind = draw(st.sampled_from(["elapsed", "business", "working_days"]))
    if kind == "working_days":
        return Duration(draw(st.integers(1, 90)), "days", "working_days")
    unit, most = draw(st.sampled_from(UNITS[1:3] if kind == "business" else UNITS))
    return Duration(draw(st.integers(1, most)), unit, "business" if kind == "business" else "elapsed")


@given(durations())
def test_duration_is_read_as_it_was_written(duration: Duration) -> None:
    assert parse_duration(str(duration)) == duration


def test_duration_has_a_length() -> None:
    assert parse_duration("90m").timedelta == timedelta(hours=1, minutes=30)
    assert parse_duration("4 business hours").timedelta == timedelta(hours=4)


def test_working_days_have_no_length_without_a_calendar() -> None:
    with pytest.raises(ValueError, match="no length without a calendar"):
        _ = parse_duration("2 business days").timedelta


def test_working_days_in_another_unit_are_refused() -> None:
    with pytest.raises(ScheduleError, match="counted in days"):
        Duration(2, "hours", "working_days")


def test_delay_may_be_zero() -> None:
    assert parse_delay("0m") == timedelta(0)
    assert parse_delay("90s") == timedelta(seconds=90)


@pytest.mark.parametrize("text", ["0m", "45s", "90s", "15m", "2h", "48h"])
def test_delay_is_written_as_it_is_read(text: str) -> None:
    assert format_delay(parse_delay(text)) == text


def test_delay_in_open_time_is_refused() -> None:
    with pytest.raises(ScheduleError, match="must be elapsed time"):
        parse_delay("0 business hours")


def test_length_that_is_not_understood_is_answered_with_ones_that_serve_a_snooze_too() -> None:
    with pytest.raises(ScheduleError, match="such as 5m, 90s or 2 hours"):
        parse_delay("soon")


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("12 hours", Turn(12, "hours")),
        ("12h", Turn(12, "hours")),
        ("1 day", Turn(1, "days")),
        ("1 week", Turn(1, "weeks")),
        ("2 Weeks", Turn(2, "weeks")),
        ("3 months", Turn(3, "months")),
    ],
)
def test_turn_is_read(text: str, turn: Turn) -> None:
    assert parse_turn(text) == turn


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 wek", "did you mean 'week'?"),
        ("30 minutes", "hours, days, weeks or months"),
        ("30m", "hours, days, weeks or months"),
        ("2 business days", "not 'business'"),
        ("weekly", "a whole number and a unit"),
        ("0 weeks", "at least one week"),
        ("999999999 months", "longer than ten years"),
    ],
)
def test_what_is_no_turn_is_refused(text: str, why: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        parse_turn(text)

    assert why in str(refused.value)


TURN_UNITS: list[TurnUnit] = ["hours", "days", "weeks", "months"]
TURNS = st.builds(Turn, st.integers(1, 40), st.sampled_from(TURN_UNITS))
WALLS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1))


@given(TURNS)
def test_turn_is_read_as_it_was_written(turn: Turn) -> None:
    assert parse_turn(str(turn)) == turn


@given(turn=TURNS, start=WALLS, wall=WALLS)
def test_turn_at_a_wall_time_is_the_last_that_has_begun(turn: Turn, start: datetime, wall: datetime) -> None:
    number = turn.number_at(start, wall)

    assert turn.wall_start(start, number) <= wall < turn.wall_start(start, number + 1)


def test_months_are_counted_from_the_start_and_clamped() -> None:
    turn = Turn(1, "months")
    start = datetime(2026, 1, 31, 9)

    assert [turn.wall_start(start, number).date().isoformat() for number in (-2, -1, 0, 1, 2, 3, 25)] == [
        "2025-11-30",
        "2025-12-31",
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2028-02-29",
    ]
