"""Schedules: layers stacked, and what comes of them."""

from datetime import datetime

import pytest

from schedules import (
    Layer,
    Override,
    Rotation,
    Schedule,
    ScheduleError,
    Shift,
    Span,
    Turn,
    When,
    Window,
    entries,
    parse_wall,
)
from tests.schedules.walls import utc

DAY = "2026-03-02T"
MIDNIGHTS = (utc("2026-03-02T00:00Z"), utc("2026-03-03T00:00Z"))
EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hours(user: str, start: int, end: int) -> Layer:
    """Return a layer in which one user is on call every day between two full hours."""
    when = When.weekly("UTC", [Window.daily(EVERY_DAY, f"{start:02}:00", f"{end:02}:00")])
    return Layer(f"{user} {start}", Rotation(datetime(2026, 3, 1), "UTC", Turn(1, "days"), entries([user])), when)


def weekly(*users: str, start: str = "2026-03-02T09:00") -> Layer:
    return Layer("weekly", Rotation(parse_wall(start), "UTC", Turn(1, "weeks"), entries(users)))


def override(start: str, end: str, user: str) -> Override:
    return Override(parse_wall(DAY + start), parse_wall(DAY + end), frozenset(user))


def test_later_layers_beat_earlier_ones_and_overrides_beat_layers() -> None:
    upper = [("A", 10, 15), ("B", 11, 13), ("A", 16, 19), ("A", 21, 22), ("B", 22, 24)]
    lower = [("C", 12, 14), ("D", 14, 15), ("D", 17, 18), ("D", 20, 23)]
    schedule = Schedule(
        "UTC",
        tuple(hours(*one) for one in (*upper, *lower)),
        (override("22:00", "23:00", "E"), override("22:00", "22:30", "A")),
    )

    final = schedule.final(*MIDNIGHTS)

    assert [f"{shift.user} {shift.start:%H:%M}-{shift.end:%H:%M}" for shift in final.shifts] == [
        "A 10:00-11:00",
        "B 11:00-12:00",
        "C 12:00-14:00",
        "D 14:00-15:00",
        "A 16:00-17:00",
        "D 17:00-18:00",
        "A 18:00-19:00",
        "D 20:00-22:00",
        "A 22:00-22:30",
        "E 22:30-23:00",
        "B 23:00-00:00",
    ]
    assert [f"{gap.start:%H:%M}-{gap.end:%H:%M}" for gap in final.gaps] == ["00:00-10:00", "15:00-16:00", "19:00-20:00"]


def test_layer_yet_to_start_leaves_those_below_it() -> None:
    schedule = Schedule("UTC", (weekly("a"), weekly("b", start="2026-03-04T09:00")))

    assert schedule.on_call_at(utc("2026-03-04T08:59Z")) == frozenset("a")
    assert schedule.on_call_at(utc("2026-03-04T09:00Z")) == frozenset("b")


def test_schedule_before_its_start_is_a_gap() -> None:
    since, until = utc("2026-02-01T00:00Z"), utc("2026-03-01T00:00Z")
    schedule = Schedule("UTC", (weekly("a", "b"),))

    assert schedule.on_call_at(since) == frozenset()
    assert schedule.shifts(since, until) == ()
    assert schedule.gaps(since, until) == (Span(since, until),)


def test_schedule_without_layers_is_a_gap() -> None:
    assert Schedule("UTC").gaps(*MIDNIGHTS) == (Span(*MIDNIGHTS),)


def test_adjoining_turns_of_one_user_are_one_shift() -> None:
    schedule = Schedule("UTC", (weekly("a", "a", "b"),))

    assert schedule.shifts(utc("2026-03-02T09:00Z"), utc("2026-03-30T09:00Z")) == (
        Shift("a", utc("2026-03-02T09:00Z"), utc("2026-03-16T09:00Z")),
        Shift("b", utc("2026-03-16T09:00Z"), utc("2026-03-23T09:00Z")),
        Shift("a", utc("2026-03-23T09:00Z"), utc("2026-03-30T09:00Z")),
    )


def test_user_who_stays_while_the_others_change_has_one_shift() -> None:
    together = Layer("pairs", Rotation(datetime(2026, 3, 2), "UTC", Turn(1, "days"), entries([["a", "b"], ["a", "c"]])))

    assert Schedule("UTC", (together,)).shifts(utc("2026-03-02T00:00Z"), utc("2026-03-04T00:00Z")) == (
        Shift("a", utc("2026-03-02T00:00Z"), utc("2026-03-04T00:00Z")),
        Shift("b", utc("2026-03-02T00:00Z"), utc("2026-03-03T00:00Z")),
        Shift("c", utc("2026-03-03T00:00Z"), utc("2026-03-04T00:00Z")),
    )


def test_shift_that_moves_to_another_layer_is_one_shift() -> None:
    assert Schedule("UTC", (hours("a", 8, 12), hours("a", 10, 18))).shifts(*MIDNIGHTS) == (
        Shift("a", utc(DAY + "08:00Z"), utc(DAY + "18:00Z")),
    )


def test_shifts_are_clipped_to_the_window() -> None:
    since, until = utc("2026-03-04T00:00Z"), utc("2026-03-05T00:00Z")

    assert Schedule("UTC", (weekly("a", "b"),)).shifts(since, until) == (Shift("a", since, until),)


def test_window_that_ends_before_it_starts_has_neither_shifts_nor_gaps() -> None:
    schedule = Schedule("UTC", (weekly("a"),))
    final = schedule.final(MIDNIGHTS[1], MIDNIGHTS[0])

    assert (final.shifts, final.gaps) == ((), ())


def test_instants_with_another_offset_are_answered_in_utc() -> None:
    since = datetime.fromisoformat("2026-03-02T12:00+02:00")

    (shift,) = Schedule("UTC", (weekly("a"),)).shifts(since, utc("2026-03-02T12:00Z"))

    assert shift.start.isoformat() == "2026-03-02T10:00:00+00:00"


def test_layer_in_another_zone_is_refused() -> None:
    with pytest.raises(ScheduleError, match=r"layers\[1\].time_zone: the layer is in UTC"):
        Schedule("Etc/UTC", (Layer("l", Rotation(datetime(2026, 3, 2), "Etc/UTC", Turn(1, "days"), ())), weekly("a")))


def test_unknown_zone_is_refused() -> None:
    with pytest.raises(ScheduleError, match="time_zone: 'Berlin' is not an IANA time zone"):
        Schedule("Berlin")


def test_naive_instants_are_refused() -> None:
    with pytest.raises(ScheduleError, match="give it an offset"):
        Schedule("UTC", (weekly("a"),)).on_call_at(datetime(2026, 3, 2, 9))


def test_schedules_made_alike_are_equal() -> None:
    assert Schedule("UTC", (weekly("a"),)) == Schedule("UTC", (weekly("a"),))
    assert Schedule("UTC", (weekly("a"),)) != Schedule("UTC", (weekly("b"),))
