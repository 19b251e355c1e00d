"""Rotations: turns on the wall clock, over clock changes, months and years."""

from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schedules import Rotation, ScheduleError, Turn, entries, parse_turn, parse_wall, wall_time
from tests.schedules.drawn import TURNS, zones_and_instants
from tests.schedules.walls import CHICAGO, NEW_YORK, at, utc

A, B, C = frozenset({"a"}), frozenset({"b"}), frozenset({"c"})


def rotation(zone: str, start: str, turn: str, users: str = "abc", end: str | None = None) -> Rotation:
    return Rotation(parse_wall(start), zone, parse_turn(turn), entries(users), None if end is None else parse_wall(end))


@pytest.mark.parametrize(
    ("zone", "start", "turn", "starts"),
    [
        (CHICAGO, "2026-03-07T02:30", "1 day", ["2026-03-07T02:30-06:00", "2026-03-08T03:30-05:00", "2026-03-09T02:30-05:00"]),
        (CHICAGO, "2026-10-31T01:30", "1 day", ["2026-10-31T01:30-05:00", "2026-11-01T01:30-05:00", "2026-11-02T01:30-06:00"]),
        (CHICAGO, "2020-10-01T01:30", "1 month", ["2020-10-01T01:30-05:00", "2020-11-01T01:30-05:00", "2020-12-01T01:30-06:00"]),
        (NEW_YORK, "2026-03-07T20:00", "12 hours", ["2026-03-07T20:00-05:00", "2026-03-08T08:00-04:00", "2026-03-08T20:00-04:00"]),
        ("Pacific/Apia", "2011-12-29T09:00", "1 day", ["2011-12-29T09:00-10:00", "2011-12-31T09:00+14:00", "2011-12-31T09:00+14:00"]),
        ("Australia/Lord_Howe", "2026-10-03T02:15", "24 hours",
         ["2026-10-03T02:15+10:30", "2026-10-04T02:45+11:00", "2026-10-05T02:15+11:00"]),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "1 day", ["2026-04-05T01:45+11:00", "2026-04-06T01:45+10:30"]),
        ("Africa/Cairo", "2026-04-23T00:00", "1 day", ["2026-04-23T00:00+02:00", "2026-04-24T01:00+03:00", "2026-04-25T00:00+03:00"]),
        ("America/Havana", "2026-10-31T00:30", "1 day", ["2026-10-31T00:30-04:00", "2026-11-01T00:30-04:00", "2026-11-02T00:30-05:00"]),
        ("UTC", "2026-01-31T00:00", "1 month", ["2026-01-31T00:00Z", "2026-02-28T00:00Z", "2026-03-31T00:00Z", "2026-04-30T00:00Z"]),
        ("UTC", "2027-12-31T00:00", "1 month", ["2027-12-31T00:00Z", "2028-01-31T00:00Z", "2028-02-29T00:00Z", "2028-03-31T00:00Z"]),
        ("UTC", "2028-02-29T00:00", "24 months", ["2028-02-29T00:00Z", "2030-02-28T00:00Z", "2032-02-29T00:00Z"]),
    ],
)  # fmt: skip
def test_turns_start_on_the_wall_clock(zone: str, start: str, turn: str, starts: list[str]) -> None:
    turns = rotation(zone, start, turn)

    assert [turns.turn_start(number) for number in range(len(starts))] == [utc(text) for text in starts]


@pytest.mark.parametrize(
    ("zone", "start", "turn", "length"),
    [
        (CHICAGO, "2017-03-11T08:00", "1 day", timedelta(hours=23)),
        (CHICAGO, "2017-11-04T08:00", "1 day", timedelta(hours=25)),
        (CHICAGO, "2017-11-04T08:00", "1 week", timedelta(days=7, hours=1)),
        (CHICAGO, "2018-03-10T08:00", "1 week", timedelta(days=7, hours=-1)),
        ("Europe/Paris", "2026-03-23T09:00", "1 week", timedelta(days=7, hours=-1)),
        ("Europe/Paris", "2026-10-19T09:00", "1 week", timedelta(days=7, hours=1)),
        (CHICAGO, "2017-03-12T00:00", "3 hours", timedelta(hours=2)),
        (CHICAGO, "2017-11-05T00:00", "3 hours", timedelta(hours=4)),
    ],
)
def test_turn_over_a_clock_change_lasts_what_elapses(zone: str, start: str, turn: str, length: timedelta) -> None:
    (first,) = rotation(zone, start, turn).duties(at(start, zone), at(start, zone) + length)

    assert (first.users, first.end - first.start) == (A, length)
    assert rotation(zone, start, turn).on_call_at(first.end) == B


def test_handoff_in_a_repeated_hour_is_the_first_of_the_two() -> None:
    nightly = rotation(NEW_YORK, "2026-10-31T13:30", "12 hours", "ab")
    first, second = utc("2026-11-01T01:30-04:00"), utc("2026-11-01T01:30-05:00")

    before, after = nightly.duties(utc("2026-10-31T13:30-04:00"), utc("2026-11-01T13:30-05:00"))

    assert before.end == after.start == first
    assert nightly.on_call_at(first) == nightly.on_call_at(second) == B


def test_turn_that_does_not_exist_is_skipped() -> None:
    hourly = rotation(CHICAGO, "2020-03-08T00:30", "1 hour", "abcd")

    duties = hourly.duties(utc("2020-03-08T00:30-06:00"), utc("2020-03-08T05:30-05:00"))

    assert [(duty.start, duty.users) for duty in duties] == [
        (utc("2020-03-08T00:30-06:00"), A),
        (utc("2020-03-08T01:30-06:00"), B),
        (utc("2020-03-08T03:30-05:00"), frozenset({"d"})),
        (utc("2020-03-08T04:30-05:00"), A),
    ]
    assert hourly.on_call_at(utc("2020-03-08T03:30-05:00")) == frozenset({"d"})


def test_turns_shorter_than_a_gap_end_where_a_later_one_begins() -> None:
    """Troll jumps from 01:00 to 03:00: the turns of 01:30 and 02:30 would begin at 03:30 and 04:30, that of 03:30 too."""
    hourly = rotation("Antarctica/Troll", "2026-03-29T00:30", "1 hour", "abcd")

    duties = hourly.duties(utc("2026-03-29T00:30Z"), utc("2026-03-29T03:00Z"))

    assert [(duty.start, duty.end, duty.users) for duty in duties] == [
        (utc("2026-03-29T00:30Z"), utc("2026-03-29T01:30Z"), A),
        (utc("2026-03-29T01:30Z"), utc("2026-03-29T02:30Z"), frozenset({"d"})),
        (utc("2026-03-29T02:30Z"), utc("2026-03-29T03:00Z"), A),
    ]


def test_turn_of_a_skipped_day_is_empty() -> None:
    daily = rotation("Pacific/Apia", "2011-12-29T09:00", "1 day")

    assert daily.on_call_at(utc("2011-12-29T23:59-10:00")) == A
    assert daily.on_call_at(utc("2011-12-31T08:59+14:00")) == A
    assert daily.on_call_at(utc("2011-12-31T09:00+14:00")) == C


def test_turns_of_24_hours_are_days() -> None:
    hours, days = (rotation(CHICAGO, "2026-03-01T02:30", turn) for turn in ("24 hours", "1 day"))

    assert [hours.turn_start(number) for number in range(300)] == [days.turn_start(number) for number in range(300)]


@pytest.mark.parametrize(
    ("instant", "users"),
    [
        ("2026-01-05T07:59:59Z", frozenset()),
        ("2026-01-05T08:00:00Z", A),
        ("2026-03-30T06:59:59Z", C),
        ("2026-03-30T07:00:00Z", A),
        ("2026-10-26T07:59:59Z", C),
        ("2026-10-26T08:00:00Z", A),
    ],
)
def test_weekly_handoff_stays_at_nine_in_berlin(instant: str, users: frozenset[str]) -> None:
    assert rotation("Europe/Berlin", "2026-01-05T09:00", "1 week").on_call_at(utc(instant)) == users


def test_nobody_is_on_call_before_the_start_nor_from_the_end_on() -> None:
    bounded = rotation("UTC", "2026-01-05T09:00", "1 day", "ab", end="2026-01-06T12:00")

    assert bounded.on_call_at(utc("2026-01-05T08:59:59.999999Z")) == frozenset()
    assert bounded.on_call_at(utc("2026-01-06T11:59:59.999999Z")) == B
    assert bounded.on_call_at(utc("2026-01-06T12:00Z")) == frozenset()
    assert [tuple(duty) for duty in bounded.duties(utc("2026-01-01T00:00Z"), utc("2026-02-01T00:00Z"))] == [
        (utc("2026-01-05T09:00Z"), utc("2026-01-06T09:00Z"), A),
        (utc("2026-01-06T09:00Z"), utc("2026-01-06T12:00Z"), B),
    ]


def test_rotation_over_before_it_starts_to_be_asked_has_no_duties() -> None:
    bounded = rotation("UTC", "2026-01-05T09:00", "1 day", "ab", end="2026-01-06T12:00")

    assert bounded.duties(utc("2026-01-06T12:00Z"), utc("2026-02-01T00:00Z")) == []
    assert bounded.duties(utc("2026-01-01T00:00Z"), utc("2026-01-05T09:00Z")) == []


def test_several_users_take_a_turn_together() -> None:
    both = Rotation(datetime(2026, 1, 5, 9), "UTC", Turn(1, "days"), entries(["a", ["b", "c"]]))

    assert both.on_call_at(utc("2026-01-06T09:00Z")) == frozenset({"b", "c"})


def test_rotation_without_users_is_silent() -> None:
    nobody = Rotation(datetime(2026, 1, 5, 9), "UTC", Turn(1, "days"), ())

    assert nobody.on_call_at(utc("2026-01-06T09:00Z")) == frozenset()
    assert nobody.duties(utc("2026-01-06T09:00Z"), utc("2026-01-09T09:00Z")) == []


def test_entry_without_users_leaves_its_turn_empty() -> None:
    every_other = Rotation(datetime(2026, 1, 5), "UTC", Turn(1, "days"), (A, frozenset()))

    assert every_other.on_call_at(utc("2026-01-06T12:00Z")) == frozenset()
    assert [duty.start for duty in every_other.duties(utc("2026-01-05T00:00Z"), utc("2026-01-09T00:00Z"))] == [
        utc("2026-01-05T00:00Z"),
        utc("2026-01-07T00:00Z"),
    ]


def test_one_user_alone_has_one_duty_however_many_turns() -> None:
    alone = rotation("UTC", "2016-01-04T00:00", "1 hour", "a")

    assert len(alone.duties(utc("2016-01-04T00:00Z"), utc("2026-01-04T00:00Z"))) == 1


@pytest.mark.parametrize(
    ("start", "zone", "end", "field"),
    [
        ("2026-01-05T09:00+00:00", "UTC", None, "start"),
        ("1026-01-05T09:00", "UTC", None, "start"),
        ("2026-01-05T09:00", "Utopia", None, "time_zone"),
        ("2026-01-05T09:00", "UTC", "2026-01-05T09:00", "end"),
        ("2026-01-05T09:00", "UTC", "2026-01-06T09:00Z", "end"),
    ],
)
def test_rotation_that_cannot_be_is_refused(start: str, zone: str, end: str | None, field: str) -> None:
    ends = None if end is None else datetime.fromisoformat(end)

    with pytest.raises(ScheduleError) as refused:
        Rotation(datetime.fromisoformat(start), zone, Turn(1, "days"), (A,), ends)

    assert refused.value.field == field


def test_turns_shorter_than_the_day_that_a_zone_skipped_end_where_the_first_later_one_begins() -> None:
    # Kwajalein went from 20 to 22 August 1993: the turns of the 21st would have begun on the 22nd, after those of the 22nd.
    skipping = rotation("Pacific/Kwajalein", "1993-08-20T23:59", "5 hours", "ab")

    duties = skipping.duties(utc("1993-08-21T11:59Z"), utc("1993-08-21T18:00Z"))

    assert [(duty.start, duty.users) for duty in duties] == [
        (utc("1993-08-21T11:59Z"), A),
        (utc("1993-08-21T12:59Z"), B),
        (utc("1993-08-21T17:59Z"), A),
    ]
    for duty in duties:
        assert skipping.on_call_at(duty.start) == duty.users


@given(zones_and_instants(), TURNS, st.integers(0, 3000), st.integers(1, 5))
@example(("Pacific/Kwajalein", utc("1993-08-21T11:59Z")), Turn(5, "hours"), 0, 2)
def test_duties_tile_the_window_and_agree_with_each_instant(
    drawn: tuple[str, datetime], turn: Turn, turns_before: int, count: int
) -> None:
    zone, since = drawn
    start = wall_time(since, zone) - timedelta(hours=turns_before)
    until = since + timedelta(days=3)
    users = tuple(frozenset({str(number)}) for number in range(count))
    everybody = Rotation(start, zone, turn, users)
    first = max(since, everybody.turn_start(0))

    duties = everybody.duties(since, until)

    assert duties[0].start == first
    assert [duty.end for duty in duties] == [*(duty.start for duty in duties[1:]), until]
    for duty in duties:
        assert duty.start < duty.end
        assert everybody.on_call_at(duty.start) == duty.users
        assert everybody.on_call_at(duty.end - timedelta(microseconds=1)) == duty.users


@given(zones_and_instants(), TURNS, st.integers(0, 30))
def test_turn_at_an_instant_is_the_last_that_has_begun(drawn: tuple[str, datetime], turn: Turn, years: int) -> None:
    zone, instant = drawn
    start = wall_time(instant, zone).replace(day=28) - timedelta(days=365 * years + 40)
    turns = Rotation(start, zone, turn, (A, B))

    number = turns.turn_at(instant)

    assert number is not None
    assert turns.turn_start(number) <= instant
    assert all(turns.turn_start(later) > instant for later in range(number + 1, number + 30))
