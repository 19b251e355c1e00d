"""History: each instant answers by the version that held then."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules import Final, History, Layer, Rotation, Schedule, ScheduleError, Shift, Span, Turn, Version, entries
from tests.schedules.drawn import QUARTER, schedules
from tests.schedules.walls import utc

MOMENT = timedelta(microseconds=1)
MARCH = utc("2026-03-01T00:00Z"), utc("2026-03-29T00:00Z")


def weekly(*users: str) -> Schedule:
    return Schedule("UTC", (Layer("weekly", Rotation(datetime(2026, 3, 1), "UTC", Turn(1, "weeks"), entries(users))),))


def version(day: int, *users: str) -> Version:
    return Version(datetime(2026, 3, day, tzinfo=UTC), weekly(*users) if users else None)


def told(final: Final) -> list[str]:
    shifts = [f"{shift.user} {shift.start:%d}-{shift.end:%d}" for shift in final.shifts]
    return shifts + [f"gap {gap.start:%d}-{gap.end:%d}" for gap in final.gaps]


def test_edit_changes_nothing_before_it() -> None:
    history = History((version(1, "ana", "bo"), version(10, "cy", "dee")))

    assert told(history.final(*MARCH)) == ["ana 01-08", "bo 08-10", "dee 10-15", "cy 15-22", "dee 22-29"]
    assert history.on_call_at(utc("2026-03-09T23:59Z")) == {"bo"}
    assert history.on_call_at(utc("2026-03-10T00:00Z")) == {"dee"}


def test_shift_that_an_edit_leaves_alone_is_one() -> None:
    history = History((version(1, "ana", "bo"), version(10, "ana", "bo", "cy"), version(11, "dee", "bo")))

    assert told(history.final(utc("2026-03-08T00:00Z"), utc("2026-03-15T00:00Z"))) == ["bo 08-15"]


def test_removed_schedule_is_a_gap_which_joins_those_around_it() -> None:
    before, after = weekly(), version(20, "ana")

    history = History((Version(MARCH[0], before), version(10), after))

    assert told(history.final(*MARCH)) == ["ana 20-29", "gap 01-20"]
    assert history.at(utc("2026-03-12T00:00Z")) is None
    assert history.at(utc("2026-03-05T00:00Z")) is before


def test_first_version_answers_for_what_was_before_it() -> None:
    history = History((version(10, "ana", "bo"), version(20, "cy")))

    assert history.on_call_at(utc("2026-03-03T00:00Z")) == {"ana"}
    assert history.shifts(MARCH[0], utc("2026-03-16T00:00Z")) == weekly("ana", "bo").shifts(
        MARCH[0], utc("2026-03-16T00:00Z")
    )


def test_last_of_two_versions_from_one_instant_on_holds() -> None:
    assert History((version(10, "ana"), version(10, "bo"))).on_call_at(utc("2026-03-12T00:00Z")) == {"bo"}


def test_versions_may_come_in_any_order() -> None:
    assert History((version(10, "bo"), version(1, "ana"))) == History((version(1, "ana"), version(10, "bo")))


def test_history_without_versions_is_a_gap() -> None:
    assert History(()).on_call_at(MARCH[0]) == frozenset()
    assert History(()).final(*MARCH) == Final((), (Span(*MARCH),))


def test_window_of_no_time_has_nothing() -> None:
    assert History((version(1, "ana"),)).final(MARCH[1], MARCH[0]) == Final((), ())


def test_version_that_holds_from_a_wall_time_is_refused() -> None:
    with pytest.raises(ScheduleError, match="give it an offset"):
        Version(datetime(2026, 3, 1), None)


@st.composite
def histories(draw: st.DrawFn) -> tuple[History, datetime]:
    """Draw a history of up to four versions and an instant among them."""
    first, instant = draw(schedules())
    versions = [Version(instant, first)]
    for quarters in draw(st.lists(st.integers(-100, 100), max_size=3)):
        schedule = draw(st.none() | schedules().map(lambda drawn: drawn[0]) | st.just(first))
        versions.append(Version(instant + quarters * QUARTER, schedule))
    return History(tuple(versions)), instant


def as_it_stood(history: History, at: datetime) -> frozenset[str]:
    """Return who was on call, by looking at every version."""
    held = history.versions[0].schedule
    for one in history.versions:
        if one.holds_from <= at:
            held = one.schedule
    return frozenset() if held is None else held.on_call_at(at)


@given(histories(), st.integers(-120, 120))
def test_on_call_is_by_the_version_that_held(drawn: tuple[History, datetime], quarters: int) -> None:
    history, instant = drawn
    at = instant + quarters * QUARTER

    assert history.on_call_at(at) == as_it_stood(history, at)


@given(histories(), st.integers(-120, 0), st.integers(1, 240), st.lists(st.integers(0, 10_000), max_size=5))
def test_shifts_and_gaps_are_by_the_versions_that_held(
    drawn: tuple[History, datetime], before: int, quarters: int, others: list[int]
) -> None:
    history, instant = drawn
    since = instant + before * QUARTER
    until = since + quarters * QUARTER

    final = history.final(since, until)

    spans = [*(Span(shift.start, shift.end) for shift in final.shifts), *final.gaps]
    edges = {edge for span in spans for edge in (span.start, span.end, span.end - MOMENT) if edge < until}
    for at in edges | {since + other * (until - since) / 10_001 for other in others}:
        assert as_it_stood(history, at) == {shift.user for shift in final.shifts if shift.start <= at < shift.end}
        assert any(gap.start <= at < gap.end for gap in final.gaps) is (as_it_stood(history, at) == frozenset())


@given(histories(), st.integers(1, 240))
def test_shifts_across_versions_are_maximal_and_in_order(drawn: tuple[History, datetime], quarters: int) -> None:
    history, instant = drawn

    shifts = history.shifts(instant - 100 * QUARTER, instant + quarters * QUARTER)

    assert list(shifts) == sorted(shifts, key=lambda shift: (shift.start, shift.user))
    last: dict[str, Shift] = {}
    for shift in shifts:
        assert shift.user not in last or last[shift.user].end < shift.start
        last[shift.user] = shift
