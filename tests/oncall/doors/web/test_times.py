"""Instants by the reader's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from oncall.doors.web.times import Times

NOW = datetime(2026, 11, 23, 9, 17, 40, tzinfo=UTC)
DENVER = Times(NOW, "America/Denver")


def test_clock_leaves_out_the_date_of_the_readers_today() -> None:
    assert DENVER.clock(NOW) == "02:17"
    assert DENVER.exact(NOW) == "02:17:40"


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(hours=2, minutes=18), "Sun 22 Nov, 23:59"),  # the same day in UTC, but not in Denver
        (timedelta(days=365), "Sun 23 Nov 2025, 02:17"),
    ],
)
def test_clock_names_another_day(before: timedelta, shown: str) -> None:
    assert DENVER.clock(NOW - before) == shown


@pytest.mark.parametrize(
    ("length", "ago", "ahead"),
    [
        (timedelta(0), "just now", "now"),
        (timedelta(seconds=59), "just now", "now"),
        (timedelta(seconds=60), "1 min ago", "in 1 min"),
        (timedelta(minutes=59, seconds=59), "59 min ago", "in 59 min"),
        (timedelta(minutes=60), "1 h ago", "in 1 h"),
        (timedelta(hours=47, minutes=59), "47 h ago", "in 47 h"),
        (timedelta(hours=48), "2 days ago", "in 2 days"),
    ],
)
def test_lengths_are_in_their_largest_whole_unit(length: timedelta, ago: str, ahead: str) -> None:
    assert DENVER.ago(NOW - length) == ago
    assert DENVER.ahead(NOW + length) == ahead


def test_what_lies_ahead_was_just_now_and_what_is_past_is_now() -> None:
    assert DENVER.ago(NOW + timedelta(hours=1)) == "just now"
    assert DENVER.ahead(NOW - timedelta(hours=1)) == "now"


@pytest.mark.parametrize(
    ("length", "left"),
    [
        (timedelta(seconds=59), "no time"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=3, minutes=20), "3 h 20 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=1, hours=1, minutes=5), "1 day 1 h"),
        (timedelta(days=2, minutes=5), "2 days 5 min"),
    ],
)
def test_what_is_left_is_in_its_two_largest_units(length: timedelta, left: str) -> None:
    assert DENVER.left(NOW + length) == left
    assert DENVER.over(NOW - length) == left
    assert DENVER.left(NOW - length) == "no time"


def test_zoned_names_the_time_that_the_zone_has_then() -> None:
    assert DENVER.zoned(NOW) == "02:17 MST"
    assert Times(NOW, "Asia/Dubai").zoned(NOW) == "13:17 +04"
