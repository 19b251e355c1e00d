"""Swaps that a change of the schedule takes back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oncall.domain.broken_swaps import lost
from oncall.domain.swap import Move, SwapState
from oncall.domain.swap_answers import accepted
from schedules import Schedule, Span
from tests.oncall.domain.rota import DIRECTORY, NOW, SWAP, SWAPPED, at, day, override, schedule

AGREED = accepted(SWAP, "bo", DIRECTORY, NOW)
FIRST, SECOND = Move("ana", "bo", day(2)), Move("bo", "ana", day(3))


@pytest.mark.parametrize(
    ("changed", "moves"),
    [
        (schedule("ana", "bo", "cy", "dee", overrides=SWAPPED), ()),
        (schedule("eli", "bo", "cy", "dee", overrides=SWAPPED), (FIRST,)),
        (schedule("ana", "bo", overrides=(*SWAPPED, override(Span(at(3, 12), at(4)), "cy", "ana"))), (SECOND,)),
        (schedule("ana", "bo", "cy", "dee"), (FIRST, SECOND)),
        (None, (FIRST, SECOND)),
    ],
    ids=["as it was", "another gives", "part goes to another", "overrides taken back", "schedule removed"],
)
def test_swap_loses_what_its_taker_does_not_have(changed: Schedule | None, moves: tuple[Move, ...]) -> None:
    assert lost(AGREED, changed, NOW) == moves


def test_what_is_over_is_not_lost() -> None:
    assert lost(AGREED, schedule("eli", "bo", "cy", "dee", overrides=SWAPPED), at(3)) == ()


@pytest.mark.parametrize("state", [SwapState.ASKED, SwapState.DECLINED, SwapState.EXPIRED, SwapState.WITHDRAWN])
def test_swap_that_nobody_accepted_loses_nothing(state: SwapState) -> None:
    assert lost(replace(AGREED, state=state), None, NOW) == ()
