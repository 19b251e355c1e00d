"""Swaps that were agreed, and that a change of the schedule has taken back since."""

from __future__ import annotations

from datetime import datetime

from oncall.domain.swap import Move, Swap, SwapState, ahead, held, moves
from schedules import Schedule


def lost(swap: Swap, schedule: Schedule | None, now: datetime) -> tuple[Move, ...]:
    """Which moves of a swap no longer hold by a schedule, None where it is gone: the taker is not on call in all that is left.

    What is over already is no loss, and a swap that nobody accepted loses nothing.
    """
    if swap.state is not SwapState.ACCEPTED or swap.taker is None:
        return ()
    return tuple(move for move in moves(swap, swap.taker) if not _holds(move, schedule, now))


def _holds(move: Move, schedule: Schedule | None, now: datetime) -> bool:
    left = ahead(move.span, now)
    return left is None or (schedule is not None and held(schedule, move.taker, left) == (left,))
