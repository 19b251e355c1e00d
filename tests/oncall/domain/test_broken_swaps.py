"""Swaps that a change of the schedule takes back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oncall.domain.broken_swaps import broken
from oncall.domain.swap import Move, SwapState
from oncall.domain.swap_answers import accepted
from schedules import Span
from tests.oncall.domain.rota import DIRECTORY, NOW, SWAP, SWAPPED, at, day, override, schedule

AGREED = accepted(SWAP, "bo", DIRECTORY, NOW)
BEFORE = schedule("ana", "bo", "cy", "dee", overrides=SWAPPED)


def test_swap_holds_where_the_schedule_did_not_change() -> None:
    assert broken([AGREED], BEFORE, BEFORE, NOW) == ()


def test_swap_breaks_where_another_has_the_day_that_was_given() -> None:
    (found,) = broken([AGREED], BEFORE, schedule("eli", "bo", "cy", "dee", overrides=SWAPPED), NOW)
    assert found.moves == (Move("ana", "bo", day(2)),)


def test_swap_breaks_where_the_schedule_is_removed() -> None:
    (found,) = broken([AGREED], BEFORE, None, NOW)
    assert len(found.moves) == 2


def test_swap_breaks_where_part_of_it_goes_to_somebody_else() -> None:
    cut = override(Span(at(3, 12), at(4)), "cy", "ana")
    (found,) = broken([AGREED], BEFORE, schedule("ana", "bo", "cy", "dee", overrides=(*SWAPPED, cut)), NOW)
    assert found.moves == (Move("bo", "ana", day(3)),)


def test_what_is_over_does_not_break() -> None:
    assert broken([AGREED], BEFORE, schedule("eli", "bo", "cy", "dee", overrides=SWAPPED), at(3)) == ()


def test_swap_that_did_not_hold_before_does_not_break_again() -> None:
    assert broken([AGREED], None, schedule("ana"), NOW) == ()


@pytest.mark.parametrize("state", [SwapState.ASKED, SwapState.DECLINED, SwapState.EXPIRED, SwapState.WITHDRAWN])
def test_swap_that_nobody_accepted_does_not_break(state: SwapState) -> None:
    assert broken([replace(AGREED, state=state)], BEFORE, None, NOW) == ()
