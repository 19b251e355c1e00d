"""Overrides: what they replace, where they end, and in which order they count."""

from dataclasses import replace
from datetime import datetime

import pytest

from schedules import Layer, Override, Rotation, Schedule, ScheduleError, Span, Turn, When, Window, entries, parse_wall
from tests.schedules.walls import CHICAGO, utc

DAY = "2026-03-02T"
PAIR = Layer("pair", Rotation(datetime(2026, 3, 1), "UTC", Turn(1, "days"), entries([["e", "f"]])))
EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def override(start: str, end: str, users: str, replaces: str | None = None) -> Override:
    return Override(parse_wall(DAY + start), parse_wall(DAY + end), frozenset(users), replaces)


def layer(users: str, *windows: tuple[str, str]) -> Layer:
    when = When.weekly("UTC", [Window.daily(EVERY_DAY, *window) for window in windows]) if windows else None
    return Layer(users, Rotation(datetime(2026, 3, 1), "UTC", Turn(1, "days"), entries([users])), when)


def day(schedule: Schedule) -> list[str]:
    """Return the shifts of the day as `a 08:00-10:00`."""
    shifts = schedule.shifts(utc(DAY + "00:00Z"), utc("2026-03-03T00:00Z"))
    return [f"{shift.user} {shift.start:%H:%M}-{shift.end:%H:%M}" for shift in shifts]


def test_override_in_the_middle_splits_the_shift() -> None:
    schedule = Schedule("UTC", (layer("f", ("08:00", "10:00")),), (override("08:30", "08:45", "b", "f"),))

    assert day(schedule) == ["f 08:00-08:30", "b 08:30-08:45", "f 08:45-10:00"]


def test_override_of_a_user_who_is_not_on_call_changes_nothing() -> None:
    schedule = Schedule("UTC", (layer("a", ("08:00", "10:00")),), (override("08:00", "20:00", "b", "f"),))

    assert day(schedule) == ["a 08:00-10:00"]


def test_override_of_a_user_over_two_shifts_keeps_the_gap() -> None:
    schedule = Schedule(
        "UTC", (layer("f", ("08:00", "10:00"), ("12:00", "14:00")),), (override("07:00", "13:00", "b", "f"),)
    )

    assert day(schedule) == ["b 08:00-10:00", "b 12:00-13:00", "f 13:00-14:00"]


def test_override_of_everybody_fills_gaps() -> None:
    schedule = Schedule(
        "UTC", (layer("f", ("08:00", "10:00"), ("12:00", "14:00")),), (override("09:00", "13:00", "b"),)
    )

    assert day(schedule) == ["f 08:00-09:00", "b 09:00-13:00", "f 13:00-14:00"]
    assert len(schedule.gaps(utc(DAY + "00:00Z"), utc("2026-03-03T00:00Z"))) == 2


def test_override_replaces_one_of_several() -> None:
    assert day(Schedule("UTC", (PAIR,), (override("09:00", "10:00", "b", "f"),))) == [
        "e 00:00-00:00",
        "f 00:00-09:00",
        "b 09:00-10:00",
        "f 10:00-00:00",
    ]


def test_override_may_put_a_user_in_the_place_of_a_colleague() -> None:
    assert day(Schedule("UTC", (PAIR,), (override("09:00", "10:00", "e", "f"),))) == [
        "e 00:00-00:00",
        "f 00:00-09:00",
        "f 10:00-00:00",
    ]


def test_overrides_count_in_the_order_in_which_they_were_made() -> None:
    first, second = override("08:00", "12:00", "b"), override("10:00", "14:00", "c")

    assert day(Schedule("UTC", (), (first, second))) == ["b 08:00-10:00", "c 10:00-14:00"]
    assert day(Schedule("UTC", (), (second, first))) == ["b 08:00-12:00", "c 12:00-14:00"]


def test_override_of_who_came_by_an_earlier_override() -> None:
    chain = (override("08:00", "12:00", "b", "f"), override("10:00", "14:00", "c", "b"))
    schedule = Schedule("UTC", (layer("f", ("08:00", "14:00")),), chain)

    assert day(schedule) == ["b 08:00-10:00", "c 10:00-12:00", "f 12:00-14:00"]


def test_swap_is_two_overrides() -> None:
    schedule = Schedule(
        "UTC",
        (layer("f", ("12:00", "15:00")), layer("g", ("20:00", "22:00"))),
        (override("13:00", "18:00", "g", "f"), override("20:00", "21:00", "f", "g")),
    )

    assert day(schedule) == ["f 12:00-13:00", "g 13:00-15:00", "f 20:00-21:00", "g 21:00-22:00"]


def test_override_ends_where_it_says() -> None:
    schedule = Schedule("UTC", (layer("f"),), (override("09:00", "10:00", "b"),))

    assert schedule.on_call_at(utc(DAY + "08:59:59.999999Z")) == frozenset("f")
    assert schedule.on_call_at(utc(DAY + "09:00Z")) == frozenset("b")
    assert schedule.on_call_at(utc(DAY + "09:59:59.999999Z")) == frozenset("b")
    assert schedule.on_call_at(utc(DAY + "10:00Z")) == frozenset("f")


def test_overrides_that_adjoin_hand_over() -> None:
    schedule = Schedule("UTC", (), (override("08:00", "09:00", "x"), override("09:00", "10:00", "y")))

    assert schedule.on_call_at(utc(DAY + "09:00Z")) == frozenset("y")
    assert day(schedule) == ["x 08:00-09:00", "y 09:00-10:00"]


def test_long_override_is_found_behind_many_short_ones() -> None:
    shorts = tuple(override(f"{hour:02}:00", f"{hour:02}:30", "s") for hour in range(1, 20))
    schedule = Schedule("UTC", (), (override("00:15", "23:00", "l"), *shorts))

    assert schedule.on_call_at(utc(DAY + "19:45Z")) == frozenset("l")
    assert schedule.on_call_at(utc(DAY + "19:15Z")) == frozenset("s")


def test_override_that_a_clock_change_shrinks_to_nothing_does_nothing() -> None:
    missing = Override(datetime(2026, 3, 8, 2), datetime(2026, 3, 8, 3), frozenset("b"))
    schedule = Schedule(CHICAGO, (), (missing,))

    assert schedule.shifts(utc("2026-03-08T00:00Z"), utc("2026-03-09T00:00Z")) == ()


@pytest.mark.parametrize(
    ("start", "end", "users", "field"),
    [
        ("2026-03-02T09:00", "2026-03-02T09:00", "b", "end"),
        ("2026-03-02T09:00", "2026-03-02T08:00", "b", "end"),
        ("2026-03-02T09:00Z", "2026-03-02T10:00", "b", "start"),
        ("2026-03-02T09:00", "2026-03-02T10:00+01:00", "b", "end"),
        ("2026-03-02T09:00", "2026-03-02T10:00", "", "users"),
        ("2026-03-02T09:00", "3026-03-02T10:00", "b", "end"),
    ],
)
def test_override_that_cannot_be_is_refused(start: str, end: str, users: str, field: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        Override(datetime.fromisoformat(start), datetime.fromisoformat(end), frozenset(users))

    assert refused.value.field == field


def test_override_of_another_id_is_another_and_does_the_same() -> None:
    one, other = override("09:00", "10:00", "b"), replace(override("09:00", "10:00", "b"), id="o-1")

    assert one.id == ""
    assert one != other
    assert day(Schedule("UTC", (PAIR,), (one,))) == day(Schedule("UTC", (PAIR,), (other,)))


def test_override_of_exact_instants_holds_by_them_whatever_the_wall_shows() -> None:
    exact = Span(utc("2026-11-01T06:50"), utc("2026-11-01T07:20"))
    override = Override(parse_wall("2026-11-01T01:50"), parse_wall("2026-11-01T01:20"), frozenset({"bo"}), exact=exact)
    schedule = Schedule(CHICAGO, (), (override,))
    assert [
        (shift.start, shift.end) for shift in schedule.shifts(utc("2026-11-01T00:00"), utc("2026-11-02T00:00"))
    ] == [exact]
    with pytest.raises(ScheduleError) as caught:
        replace(override, exact=Span(exact.end, exact.start))
    assert caught.value.field == "end"
