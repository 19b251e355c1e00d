"""Swaps that were agreed, and that a change of the schedule takes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from oncall.domain.swap import Move, Swap, SwapState, ahead, held, moves
from schedules import Schedule


@dataclass(frozen=True, slots=True)
class Broken:
    """An accepted swap of which these moves no longer hold: who took a duty does not have it, or not all of it."""

    swap: Swap
    moves: tuple[Move, ...]


def broken(swaps: Iterable[Swap], before: Schedule | None, after: Schedule | None, now: datetime) -> tuple[Broken, ...]:
    """Which of these swaps of one schedule held by `before` and no longer do by `after`, from `now` on; None: no schedule.

    Both have the overrides that the swaps came to. What is over already is no loss, and a swap that is not accepted, or
    whose overrides were taken back before, holds by neither.
    """
    found = []
    for swap in swaps:
        if swap.state is SwapState.ACCEPTED and swap.taker is not None:
            lost = [
                move for move in moves(swap, swap.taker) if _holds(move, before, now) and not _holds(move, after, now)
            ]
            if lost:
                found.append(Broken(swap, tuple(lost)))
    return tuple(found)


def _holds(move: Move, schedule: Schedule | None, now: datetime) -> bool:
    """Whether the one who took it is on call in all of what is left."""
    left = ahead(move.span, now)
    return left is None or (schedule is not None and held(schedule, move.taker, left) == (left,))
