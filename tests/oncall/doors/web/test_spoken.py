"""Instants as people write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.doors.web.spoken import spoken_instant
from schedules import ScheduleError, format_instant, wall_time

SUNDAY_NIGHT = datetime(2026, 11, 22, 9, 13, tzinfo=UTC)
"""02:13 in Denver."""
DENVER = "America/Denver"


def wall(text: str, now: datetime = SUNDAY_NIGHT) -> str:
    """What the clock in Denver shows at that instant."""
    return f"{wall_time(spoken_instant(text, now, DENVER), DENVER):%a %Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("now", "Sun 2026-11-22 02:13"),
        ("in 90 minutes", "Sun 2026-11-22 03:43"),
        ("in 2h", "Sun 2026-11-22 04:13"),
        ("tomorrow 02:00", "Mon 2026-11-23 02:00"),
        ("Tomorrow, at 2 pm", "Mon 2026-11-23 14:00"),
        ("2pm tomorrow", "Mon 2026-11-23 14:00"),
        ("today at noon", "Sun 2026-11-22 12:00"),
        ("yesterday 23:00", "Sat 2026-11-21 23:00"),
        ("today 01:00", "Sun 2026-11-22 01:00"),
        ("midnight", "Mon 2026-11-23 00:00"),
        ("02:00", "Mon 2026-11-23 02:00"),
        ("02:13", "Sun 2026-11-22 02:13"),
        ("at 3", "Sun 2026-11-22 03:00"),
        ("12am", "Mon 2026-11-23 00:00"),
        ("12:30 pm", "Sun 2026-11-22 12:30"),
        ("sunday 03:00", "Sun 2026-11-22 03:00"),
        ("sunday 01:00", "Sun 2026-11-29 01:00"),
        ("next sunday at 03:00", "Sun 2026-11-29 03:00"),
        ("next Fri at 18:30", "Fri 2026-11-27 18:30"),
        ("on Friday at 18.30", "Fri 2026-11-27 18:30"),
        ("18:30 on Friday", "Fri 2026-11-27 18:30"),
        ("next 25 December at 03:00", "Fri 2026-12-25 03:00"),
        ("25th december 3am", "Fri 2026-12-25 03:00"),
        ("Dec 25, 3am", "Fri 2026-12-25 03:00"),
        ("December 25th, 2027 at 03:00", "Sat 2027-12-25 03:00"),
        ("25 December 2025 03:00", "Thu 2025-12-25 03:00"),
        ("22 November 02:00", "Mon 2027-11-22 02:00"),
        ("22 November 03:00", "Sun 2026-11-22 03:00"),
        ("next 22 November 03:00", "Mon 2027-11-22 03:00"),
        ("3 January at 03:00", "Sun 2027-01-03 03:00"),
        ("29 February at 03:00", "Tue 2028-02-29 03:00"),
        ("2026-12-25 at 3am", "Fri 2026-12-25 03:00"),
        ("2026-12-25 3am", "Fri 2026-12-25 03:00"),
        ("2026-12-25 03:00", "Fri 2026-12-25 03:00"),
        ("2026-12-25T03:00", "Fri 2026-12-25 03:00"),
        ("2026-12-25T10:00Z", "Fri 2026-12-25 03:00"),
        ("2026-12-25T11:00:00+01:00", "Fri 2026-12-25 03:00"),
        ("  2026-12-25t10:00z ", "Fri 2026-12-25 03:00"),
    ],
)
def test_text_means_that_wall_time(text: str, shown: str) -> None:
    assert wall(text) == shown


def test_wall_time_that_does_not_exist_moves_on_and_one_that_comes_twice_is_the_first() -> None:
    assert wall("14 March 2027 at 02:30") == "Sun 2027-03-14 03:30"
    twice = spoken_instant("7 November 2027 at 01:30", SUNDAY_NIGHT, DENVER)
    assert format_instant(twice) == "2027-11-07T07:30:00Z"


def test_day_is_that_of_the_zone_and_not_of_utc() -> None:
    evening = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

    assert wall("tomorrow 02:00", evening) == "Mon 2026-11-23 02:00"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "say when"),
        ("tomorow 02:00", "unknown word 'tomorow'; did you mean 'tomorrow'?"),
        ("next 25 Dezember at 03:00", "unknown word 'dezember'; did you mean 'december'?"),
        ("tomorrow", "no time of the day"),
        ("25 December", "no time of the day"),
        ("tomorrow 02:00 03:00", "more than one time"),
        ("tomorrow 25:00", "hours go from 0 to 23"),
        ("tomorrow 02:60", "minutes from 0 to 59"),
        ("tomorrow 13pm", "go from 1 to 12"),
        ("31 February at 03:00", "February has no day 31"),
        ("30 February 2027 at 03:00", "'2027-02-30' is not a date"),
        ("0 May at 03:00", "May has no day 0"),
        ("2026-13-01T03:00", "is not a date and time"),
        ("2026-12-25T03:00+99:00", "is not an instant"),
        ("1600-12-25T03:00", "outside of 1900 to 2999"),
        ("next tomorrow at 03:00", "is not understood"),
        ("monday tuesday 03:00", "is not understood"),
        ("christmas at 03:00", "unknown word 'christmas'"),
        ("in 3 moons", "unknown word 'moons'"),
        ("in 999999999 hours", "longer than ten years"),
        ("32 07 03:00", "is not understood"),
    ],
)
def test_what_is_not_understood_is_refused_saying_why(text: str, says: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        spoken_instant(text, SUNDAY_NIGHT, DENVER)

    assert says in str(refused.value)


WORDS = st.sampled_from(
    ["next", "on", "at", "monday", "25", "december", "2026", "03:00", "3am", "in", "today", "٣", "-"]
)


@given(st.one_of(st.text(), st.lists(WORDS).map(" ".join)))
def test_any_text_is_an_instant_or_refused(text: str) -> None:
    try:
        found = spoken_instant(text, SUNDAY_NIGHT, DENVER)
    except ScheduleError:
        return
    assert found.tzinfo is UTC
