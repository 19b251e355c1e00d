"""What holds for every schedule, near clock changes above all."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schedules import Final, Schedule, Shift, Span
from tests.schedules.drawn import QUARTER, schedules

MOMENT = timedelta(microseconds=1)


def on_shift(shifts: tuple[Shift, ...], at: datetime) -> frozenset[str]:
    return frozenset(shift.user for shift in shifts if shift.start <= at < shift.end)


def spans(final: Final) -> list[Span]:
    return [*(Span(shift.start, shift.end) for shift in final.shifts), *final.gaps]


@given(schedules(), st.integers(1, 500), st.lists(st.integers(0, 10_000), max_size=5))
def test_shifts_agree_with_who_is_on_call(drawn: tuple[Schedule, datetime], quarters: int, others: list[int]) -> None:
    schedule, since = drawn
    until = since + quarters * QUARTER

    final = schedule.final(since, until)

    edges = {edge for span in spans(final) for edge in (span.start, span.end, span.end - MOMENT)}
    asked = {edge for edge in edges if edge < until} | {since + other * (until - since) / 10_001 for other in others}
    for at in asked:
        assert schedule.on_call_at(at) == on_shift(final.shifts, at)


@given(schedules(), st.integers(1, 500))
def test_shifts_and_gaps_tile_the_window(drawn: tuple[Schedule, datetime], quarters: int) -> None:
    schedule, since = drawn
    until = since + quarters * QUARTER

    final = schedule.final(since, until)

    reached = since
    for start, end in sorted(spans(final)):
        assert since <= start < end <= until
        assert start <= reached
        reached = max(reached, end)
    assert reached == until
    for gap in final.gaps:
        assert all(shift.end <= gap.start or shift.start >= gap.end for shift in final.shifts)


@given(schedules(), st.integers(1, 500))
def test_shifts_are_maximal_and_in_order(drawn: tuple[Schedule, datetime], quarters: int) -> None:
    schedule, since = drawn

    shifts = schedule.shifts(since, since + quarters * QUARTER)

    assert list(shifts) == sorted(shifts, key=lambda shift: (shift.start, shift.user))
    last: dict[str, datetime] = {}
    for shift in shifts:
        assert shift.user not in last or last[shift.user] < shift.start
        last[shift.user] = shift.end


@given(schedules(), st.integers(1, 300), st.integers(1, 300))
def test_shifts_of_a_part_are_those_of_the_whole_clipped(
    drawn: tuple[Schedule, datetime], before: int, quarters: int
) -> None:
    schedule, since = drawn
    until = since + quarters * QUARTER

    whole = schedule.shifts(since - before * QUARTER, until + before * QUARTER)

    clipped = [Shift(shift.user, max(shift.start, since), min(shift.end, until)) for shift in whole]
    expected = sorted((one for one in clipped if one.start < one.end), key=lambda shift: (shift.start, shift.user))
    assert list(schedule.shifts(since, until)) == expected
