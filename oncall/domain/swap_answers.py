"""What a request can be answered with: accepted, declined, withdrawn or left until it expires."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from oncall.domain.directory import Directory, Role
from oncall.domain.swap import Move, Swap, SwapState, ahead, held, moves, rotation
from oncall.domain.time_words import during, listed
from oncall.errors import ForbiddenError, RefusedError
from schedules import Schedule


def accepted(swap: Swap, by: str, directory: Directory, now: datetime) -> Swap:
    """The swap as `by` accepts it; itself where they have accepted it before.

    Raises ForbiddenError for whoever was not asked, and RefusedError where it is too late or the schedule, as it stands at
    `now`, has changed since it was asked: who gives is not on call then any more, or who takes is already.
    """
    if _is_repeated(swap, SwapState.ACCEPTED, by):
        return swap
    schedule = directory.schedules.get(swap.schedule)
    _require_open(swap, now)
    if schedule is None:
        raise RefusedError(f"the schedule {swap.schedule} was removed since it was asked")
    _require_asked(swap, by, schedule)
    changed = tuple(_changed(swap, by, schedule, now))
    if changed:
        raise RefusedError(f"the schedule {swap.schedule} has changed since it was asked: {'; '.join(changed)}")
    return _answered(swap, SwapState.ACCEPTED, by, now)


def declined(swap: Swap, by: str, now: datetime) -> Swap:
    """The swap as `by` declines it; itself where they have done so before. Nobody declines for everybody."""
    if _is_repeated(swap, SwapState.DECLINED, by):
        return swap
    _require_open(swap, now)
    if swap.asked_of is None:
        raise RefusedError(
            "everybody was asked, and nobody declines for the others: whoever does not want it leaves it"
        )
    if by != swap.asked_of:
        raise ForbiddenError(f"{swap.asked_of} was asked, and nobody else can decline")
    return _answered(swap, SwapState.DECLINED, by, now)


def withdrawn(swap: Swap, by: str, role: Role, now: datetime) -> Swap:
    """The swap as the one who asked takes it back, or a manager does; itself where `by` has done so before."""
    if _is_repeated(swap, SwapState.WITHDRAWN, by):
        return swap
    if by != swap.asked_by and not role.allows(Role.MANAGER):
        raise ForbiddenError(f"{swap.asked_by} has asked: nobody else but a manager can withdraw it")
    _require_open(swap, now)
    return _answered(swap, SwapState.WITHDRAWN, by, now)


def expired(swap: Swap, now: datetime) -> Swap:
    """The swap that nobody answered in time."""
    return replace(swap, state=SwapState.EXPIRED, answered_at=now)


def _answered(swap: Swap, state: SwapState, by: str, now: datetime) -> Swap:
    return replace(swap, state=state, answered_at=now, answered_by=by)


def _is_repeated(swap: Swap, state: SwapState, by: str) -> bool:
    return swap.state is state and swap.answered_by == by


def _require_open(swap: Swap, now: datetime) -> None:
    if swap.state is not SwapState.ASKED:
        by = f" by {swap.answered_by}" if swap.answered_by else ""
        raise RefusedError(f"it is too late: swap {swap.id} {_ENDED[swap.state]}{by}")
    if now >= swap.expires_at:
        raise RefusedError(f"it is too late: swap {swap.id} has expired")


_ENDED = {
    SwapState.ACCEPTED: "was accepted",
    SwapState.DECLINED: "was declined",
    SwapState.EXPIRED: "has expired",
    SwapState.WITHDRAWN: "was withdrawn",
}


def _require_asked(swap: Swap, by: str, schedule: Schedule) -> None:
    if by == swap.asked_by:
        raise ForbiddenError("who asks cannot accept: withdraw it to keep the duty")
    if swap.asked_of is not None and by != swap.asked_of:
        raise ForbiddenError(f"{swap.asked_of} was asked, and nobody else can accept")
    if swap.asked_of is None and by not in rotation(schedule):
        raise ForbiddenError(f"those who take turns in {swap.schedule} were asked, and {by} is none of them")


def _changed(swap: Swap, taker: str, schedule: Schedule, now: datetime) -> Iterator[str]:
    for move in moves(swap, taker):
        left = ahead(move.span, now)
        if left is None:
            yield f"{during(move.span, schedule.time_zone)} is over"
        elif held(schedule, move.giver, left) != (left,):
            yield _no_longer(Move(move.giver, move.taker, left), schedule)
        elif held(schedule, move.taker, left):
            yield f"{move.taker} is on call then anyway, {during(left, schedule.time_zone)}"


def _no_longer(move: Move, schedule: Schedule) -> str:
    others = sorted({shift.user for shift in schedule.shifts(*move.span)} - {move.giver})
    instead = f", {listed(others)} {'is' if len(others) == 1 else 'are'}" if others else ", nobody is"
    part = "all of " if held(schedule, move.giver, move.span) else ""
    return f"{move.giver} is not on call in {part}{during(move.span, schedule.time_zone)} any more{instead}"
