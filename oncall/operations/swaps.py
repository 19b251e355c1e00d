"""Swaps and cover: asked for, answered, withdrawn, expired; each with what it changes and whom it tells, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from oncall.domain.absence import Absence
from oncall.domain.broken_swaps import lost
from oncall.domain.directory import Directory, Role
from oncall.domain.double_duty import warnings
from oncall.domain.swap import Move, Swap, SwapState, moves
from oncall.domain.swap_answers import accepted, declined, expired, withdrawn
from oncall.domain.swap_asking import Request, new_swap
from oncall.domain.swap_words import answered_notices, asked_notices
from oncall.domain.time_words import during
from oncall.errors import ForbiddenError, NotFoundError
from oncall.operations.context import Context
from oncall.operations.overrides import NewOverride, lay_overrides
from oncall.store import configuration_version, messages, swaps, time_off
from oncall.store.swaps import Wanted
from schedules import Span

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Judged:
    """A swap and what speaks against it without forbidding it: time off and other duty of those who take; `is_new` once."""

    swap: Swap
    warnings: tuple[str, ...] = ()
    is_new: bool = False


def ask(context: Context, request: Request, by: str, role: Role) -> Judged:
    """Ask for a swap or for cover, and tell those who can accept; asked the same before and still open, that is returned.

    Raises ForbiddenError where `by` asks in the name of somebody else and is no manager, NotFoundError for an unknown
    schedule, and InvalidInputError for what cannot be asked.
    """
    if by != request.asked_by and not role.allows(Role.MANAGER):
        raise ForbiddenError(f"only a manager asks in the name of {request.asked_by}")

    def work(session: Session) -> Judged:
        # First, so that of those who ask the same at once the second finds what the first has asked.
        configuration_version.lock(session)
        directory, now = context.directory(session), context.clock.now()
        wanted = new_swap(request, directory, now)
        before = swaps.same(session, wanted)
        if before is not None:
            return Judged(before, _warnings(session, before, directory))
        swap = swaps.add(session, wanted)
        found = _warnings(session, swap, directory)
        told = asked_notices(swap, by, found, directory, now, _link(context, swap))
        messages.add_notices(session, told)
        return Judged(swap, found, is_new=True)

    judged = context.database.write(work)
    context.doorbell.ring()
    return judged


def accept(context: Context, id_: int, by: str) -> Judged:
    """Accept, lay the overrides that this comes to as one change, and tell the one who asked; the first to accept wins.

    Accepted by the same person before, it stays as it is. Raises NotFoundError, ForbiddenError for whoever was not asked, and
    RefusedError where it is too late or the schedule does not allow it any more; then nothing is changed.
    """

    def work(session: Session) -> Judged:
        # First, so that the schedule stays as it is judged by until the overrides are laid on it.
        configuration_version.lock(session)
        directory = context.directory(session)
        swap = _locked(session, id_)
        now = context.clock.now()
        agreed = accepted(swap, by, directory, now)
        found = _warnings(session, agreed, directory)
        if agreed is not swap:
            swaps.save_answer(session, agreed)
            lay_overrides(context, session, _overrides(agreed), by, now)
            messages.add_notices(session, answered_notices(agreed, directory, now, _link(context, agreed)))
        return Judged(agreed, found)

    judged = context.database.write(work)
    context.doorbell.ring()
    return judged


def decline(context: Context, id_: int, by: str) -> Judged:
    """Decline what one was asked, and tell the one who asked; raises as `accept` does."""
    return _answer(context, id_, lambda swap, now: declined(swap, by, now))


def withdraw(context: Context, id_: int, by: str, role: Role) -> Judged:
    """Take back what one has asked, or as a manager what anybody has, and tell those who were asked; raises as `accept` does."""
    return _answer(context, id_, lambda swap, now: withdrawn(swap, by, role, now))


def expire_swaps(context: Context) -> int:
    """Let requests expire that nobody has answered in time, and tell those who asked; how many that were.

    They are told in the transaction in which it expires: once, by however many workers, and whichever of them dies.
    """
    now = context.clock.now()
    with context.database.read() as session:
        due_at = session.scalar(swaps.next_due())
    if due_at is None or due_at > now:
        return 0

    def work(session: Session) -> int:
        directory = context.directory(session)
        due = swaps.claim_expired(session, now, _AT_ONCE)
        for swap in due:
            _conclude(context, session, expired(swap, now), directory, now)
        return len(due)

    done = context.database.write(work)
    context.doorbell.ring()
    return done


def list_swaps(context: Context, wanted: Wanted, before: int | None, limit: int) -> tuple[Judged, ...]:
    """Requests, the newest first, of ids below `before` where one is named; each with what speaks against it.

    That is, against an open one time off and other duty, and of an accepted one what no longer holds.
    """
    with context.database.read() as session:
        directory = context.directory(session)
        found = swaps.newest(session, wanted, before, limit)
        return tuple(_judged(session, swap, directory, context.clock.now()) for swap in found)


def _judged(session: Session, swap: Swap, directory: Directory, now: datetime) -> Judged:
    if swap.state is SwapState.ASKED:
        return Judged(swap, _warnings(session, swap, directory))
    schedule = directory.schedules.get(swap.schedule)
    zone = schedule.time_zone if schedule is not None else "UTC"
    gone = lost(swap, schedule, now)
    return Judged(
        swap, tuple(f"{move.taker} is not on call in all of {during(move.span, zone)} ({zone})" for move in gone)
    )


def _answer(context: Context, id_: int, answered: Callable[[Swap, datetime], Swap]) -> Judged:

    def work(session: Session) -> Swap:
        swap = _locked(session, id_)
        now = context.clock.now()
        ended = answered(swap, now)
        if ended is not swap:
            _conclude(context, session, ended, context.directory(session), now)
        return ended

    ended = context.database.write(work)
    context.doorbell.ring()
    return Judged(ended)


def _conclude(context: Context, session: Session, swap: Swap, directory: Directory, now: datetime) -> None:
    """Keep what became of a request, and tell those concerned."""
    swaps.save_answer(session, swap)
    messages.add_notices(session, answered_notices(swap, directory, now, _link(context, swap)))


def _locked(session: Session, id_: int) -> Swap:
    found = swaps.lock(session, id_)
    if found is None:
        raise NotFoundError(f"there is no swap {id_}: the list of swaps has their ids")
    return found


def _overrides(swap: Swap) -> tuple[NewOverride, ...]:
    return tuple(_override(swap, move) for move in moves(swap, swap.taker or ""))


def _override(swap: Swap, move: Move) -> NewOverride:
    start, end = move.span
    return NewOverride(swap.schedule, start, end, (move.taker,), move.giver, swap.note, swap.id)


def _warnings(session: Session, swap: Swap, directory: Directory) -> tuple[str, ...]:
    if swap.taker is None or swap.schedule not in directory.schedules:
        return ()
    changes = moves(swap, swap.taker)
    return tuple(warnings(changes, swap.schedule, _away(session, changes), directory))


def _away(session: Session, changes: Sequence[Move]) -> tuple[Absence, ...]:
    whole = Span(min(move.span.start for move in changes), max(move.span.end for move in changes))
    return time_off.between(session, *whole)


def _link(context: Context, swap: Swap) -> str:
    return f"{context.public_url}/schedules/{swap.schedule}"
