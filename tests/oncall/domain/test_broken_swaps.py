"""Swaps that a change of the schedule takes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from oncall.domain.broken_swaps import broken
from oncall.domain.swap import Move, Swap, SwapState
from schedules import Layer, Override, Rotation, Schedule, Span, entries, parse_turn, parse_wall

SUNDAY = datetime(2026, 3, 1, tzinfo=UTC)


def day(first: int, last: int | None = None) -> Span:
    """A day of March 2026, or several, up to midnight."""
    return Span(datetime(2026, 3, first, tzinfo=UTC), datetime(2026, 3, (last or first) + 1, tzinfo=UTC))


def schedule(*users: str, overrides: tuple[Override, ...] = ()) -> Schedule:
    """Days in turn from Monday, 2 March on."""
    rotation = Rotation(parse_wall("2026-03-02T00:00"), "UTC", parse_turn("1 day"), entries(users))
    return Schedule("UTC", (Layer("days", rotation),), overrides)


def override(span: Span, taker: str, giver: str) -> Override:
    """Half of a swap."""
    return Override(span.start.replace(tzinfo=None), span.end.replace(tzinfo=None), frozenset({taker}), giver)


SWAP = Swap(1, "engineers", "ana", "bo", day(2), day(3), "", SwapState.ACCEPTED, SUNDAY, day(2).start, SUNDAY, "bo")
LAID = (override(day(2), "bo", "ana"), override(day(3), "ana", "bo"))
BEFORE = schedule("ana", "bo", "cy", overrides=LAID)


def test_swap_holds_where_the_schedule_did_not_change() -> None:
    assert broken([SWAP], BEFORE, BEFORE, SUNDAY) == ()


def test_swap_breaks_where_another_has_the_day_that_was_given() -> None:
    (found,) = broken([SWAP], BEFORE, schedule("dee", "bo", "cy", overrides=LAID), SUNDAY)
    assert found.moves == (Move("ana", "bo", day(2)),)


def test_swap_breaks_where_the_schedule_is_removed() -> None:
    (found,) = broken([SWAP], BEFORE, None, SUNDAY)
    assert len(found.moves) == 2


def test_swap_breaks_where_part_of_it_goes_to_somebody_else() -> None:
    cut = override(Span(day(3).start.replace(hour=12), day(3).end), "cy", "ana")
    (found,) = broken([SWAP], BEFORE, schedule("ana", "bo", "cy", overrides=(*LAID, cut)), SUNDAY)
    assert found.moves == (Move("bo", "ana", day(3)),)


def test_what_is_over_does_not_break() -> None:
    assert broken([SWAP], BEFORE, schedule("dee", "bo", overrides=LAID), day(2).end) == ()


def test_swap_that_did_not_hold_before_does_not_break_again() -> None:
    assert broken([SWAP], None, schedule("ana"), SUNDAY) == ()


@pytest.mark.parametrize("state", [SwapState.ASKED, SwapState.DECLINED, SwapState.EXPIRED, SwapState.WITHDRAWN])
def test_swap_that_nobody_accepted_does_not_break(state: SwapState) -> None:
    assert broken([replace(SWAP, state=state)], BEFORE, None, SUNDAY) == ()
