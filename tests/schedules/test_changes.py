"""Changes: who gains and loses what by an edit, and which gaps open and close."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schedules import (
    Changes,
    History,
    Layer,
    Override,
    Rotation,
    Schedule,
    Shift,
    Span,
    Turn,
    Version,
    changes,
    entries,
)
from tests.schedules.drawn import QUARTER, schedules
from tests.schedules.walls import utc

MOMENT = timedelta(microseconds=1)
MARCH = utc("2026-03-01T00:00Z"), utc("2026-03-29T00:00Z")


def weekly(*users: str) -> Schedule:
    return Schedule("UTC", (Layer("weekly", Rotation(datetime(2026, 3, 1), "UTC", Turn(1, "weeks"), entries(users))),))


def days(spans: tuple[Shift, ...] | tuple[Span, ...]) -> list[str]:
    return [f"{getattr(span, 'user', 'gap')} {span.start:%d}-{span.end:%d}" for span in spans]


def test_override_is_gained_by_one_and_lost_by_the_other() -> None:
    before = weekly("ana", "bo")
    after = replace(before, overrides=(Override(datetime(2026, 3, 7), datetime(2026, 3, 9), frozenset({"cy"})),))

    found = changes(before, after, *MARCH)

    assert days(found.gained) == ["cy 07-09"]
    assert days(found.lost) == ["ana 07-08", "bo 08-09"]
    assert not found.is_empty
    assert found.opened == found.closed == ()


def test_another_turn_for_the_same_person_is_no_change() -> None:
    assert changes(weekly("ana"), weekly("ana", "ana"), *MARCH) == Changes()
    assert changes(weekly("ana"), weekly("ana", "ana"), *MARCH).is_empty


def test_shorter_rotation_opens_a_gap_and_a_longer_one_closes_it() -> None:
    before = weekly("ana")
    rotation = replace(before.layers[0].rotation, end=datetime(2026, 3, 20))
    after = Schedule("UTC", (Layer("weekly", rotation),))

    assert days(changes(before, after, *MARCH).opened) == ["gap 20-29"]
    assert days(changes(before, after, *MARCH).lost) == ["ana 20-29"]
    assert days(changes(after, before, *MARCH).closed) == ["gap 20-29"]


def test_removed_schedule_is_lost_whole_and_a_new_one_gained() -> None:
    assert changes(weekly("ana"), None, *MARCH) == Changes(lost=(Shift("ana", *MARCH),), opened=(Span(*MARCH),))
    assert changes(None, weekly("ana"), *MARCH) == Changes(gained=(Shift("ana", *MARCH),), closed=(Span(*MARCH),))
    assert changes(None, None, *MARCH).is_empty


def test_changes_of_a_history_begin_where_the_edit_holds() -> None:
    edited = History((Version(MARCH[0], weekly("ana")), Version(utc("2026-03-10T00:00Z"), weekly("bo"))))

    assert days(changes(weekly("ana"), edited, *MARCH).gained) == ["bo 10-29"]


def test_window_of_no_time_has_no_changes() -> None:
    assert changes(weekly("ana"), None, MARCH[1], MARCH[0]).is_empty


@given(
    schedules(), schedules(), st.integers(-100, 100), st.integers(1, 200), st.lists(st.integers(0, 10_000), max_size=5)
)
def test_changes_agree_with_who_is_on_call(
    one: tuple[Schedule, datetime], other: tuple[Schedule, datetime], offset: int, quarters: int, others: list[int]
) -> None:
    (before, instant), (after, _) = one, other
    since = instant + offset * QUARTER
    until = since + quarters * QUARTER

    found = changes(before, after, since, until)

    shifts = (*found.gained, *found.lost)
    spans = [*(Span(shift.start, shift.end) for shift in shifts), *found.opened, *found.closed]
    edges = {edge for span in spans for edge in (span.start, span.end, span.end - MOMENT) if edge < until}
    for at in edges | {since + number * (until - since) / 10_001 for number in others}:
        was, is_now = before.on_call_at(at), after.on_call_at(at)
        assert {shift.user for shift in found.gained if shift.start <= at < shift.end} == is_now - was
        assert {shift.user for shift in found.lost if shift.start <= at < shift.end} == was - is_now
        assert any(gap.start <= at < gap.end for gap in found.opened) is (bool(was) and not is_now)
        assert any(gap.start <= at < gap.end for gap in found.closed) is (bool(is_now) and not was)


@given(schedules(), st.integers(1, 200))
def test_changes_to_the_same_schedule_are_none(drawn: tuple[Schedule, datetime], quarters: int) -> None:
    schedule, instant = drawn

    assert changes(schedule, replace(schedule), instant, instant + quarters * QUARTER).is_empty
