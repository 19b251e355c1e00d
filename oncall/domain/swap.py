"""Swaps and cover: one asks, another takes; what was asked, and which duty goes to whom by it (docs/semantics.md 3.9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schedules import Schedule, Span


class SwapState(StrEnum):
    """How far a swap has come; all but the first are final."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Swap:
    """One request: `asked_by` gives away a time, and in a swap takes one of `asked_of` for it.

    Without a time to take it is a request for cover; with nobody in `asked_of` it goes to the whole rotation. From
    `expires_at` on nobody can accept it any more.
    """

    id: int
    schedule: str
    asked_by: str
    asked_of: str | None
    give: Span
    take: Span | None
    note: str
    state: SwapState
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    answered_by: str | None = None

    @property
    def taker(self) -> str | None:
        """Who has what was given away, or would have it; None while everybody is asked."""
        return self.answered_by if self.state is SwapState.ACCEPTED else self.asked_of

    @property
    def start(self) -> datetime:
        """When the first of its times begins."""
        return self.give.start if self.take is None else min(self.give.start, self.take.start)


@dataclass(frozen=True, slots=True)
class Move:
    """The duty of `giver` during `span` goes to `taker`."""

    giver: str
    taker: str
    span: Span


def moves(swap: Swap, taker: str) -> tuple[Move, ...]:
    """Which duties change hands where `taker` accepts: two in a swap, one in a cover."""
    given = Move(swap.asked_by, taker, swap.give)
    return (given,) if swap.take is None else (given, Move(taker, swap.asked_by, swap.take))


def ahead(span: Span, now: datetime) -> Span | None:
    """What is left of a time at `now`; None where it is over."""
    return Span(max(span.start, now), span.end) if now < span.end else None


def held(schedule: Schedule, user: str, span: Span) -> tuple[Span, ...]:
    """When within `span` somebody is on call, by the final line."""
    return tuple(Span(shift.start, shift.end) for shift in schedule.shifts(*span) if shift.user == user)


def rotation(schedule: Schedule) -> frozenset[str]:
    """Everybody who takes turns in a schedule."""
    return frozenset(user for layer in schedule.layers for entry in layer.rotation.users for user in entry)
