"""Swaps and cover requests: asked for, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, Select, literal_column, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.domain.swap import Swap, SwapState
from oncall.store.base import Base
from schedules import Span

_IS_ASKED = text("state = 'asked'")


class SwapRow(Base):
    """One request: `asked_by` gives away a time and, in a swap, takes one of `asked_of` for it.

    Without a time to take it is a request for cover; with nobody in `asked_of` it goes to the whole rotation.
    """

    __tablename__ = "swaps"
    __table_args__ = (
        Index("ix_swaps_expires_at", "expires_at", postgresql_where=_IS_ASKED, sqlite_where=_IS_ASKED),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule: Mapped[str] = mapped_column(index=True)
    asked_by: Mapped[str]
    asked_of: Mapped[str | None]
    give_start_at: Mapped[datetime]
    give_end_at: Mapped[datetime]
    take_start_at: Mapped[datetime | None]
    take_end_at: Mapped[datetime | None]
    note: Mapped[str]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]


# Written out, not as a parameter: only so do the planners see that the partial index serves.
_ASKED = SwapRow.state == literal_column("'asked'")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which swaps to list: of a schedule, in a state, asked by or of a user or answered by them; None: whichever."""

    schedule: str | None = None
    state: SwapState | None = None
    user: str | None = None


def add(session: Session, swap: Swap) -> Swap:
    """Keep a new request, and return it with its id."""
    row = SwapRow(
        schedule=swap.schedule,
        asked_by=swap.asked_by,
        asked_of=swap.asked_of,
        give_start_at=swap.give.start,
        give_end_at=swap.give.end,
        take_start_at=swap.take.start if swap.take else None,
        take_end_at=swap.take.end if swap.take else None,
        note=swap.note,
        state=swap.state.value,
        asked_at=swap.asked_at,
        expires_at=swap.expires_at,
    )
    session.add(row)
    session.flush()
    return _swap(row)


def save_answer(session: Session, swap: Swap) -> None:
    """Keep what became of a request, which is locked: its state, when and by whom."""
    row = session.get_one(SwapRow, swap.id)
    row.state, row.answered_at, row.answered_by = swap.state.value, swap.answered_at, swap.answered_by
    session.flush()


def same(session: Session, swap: Swap) -> Swap | None:
    """The open request in which the same person asks the same; None where there is none."""
    parties = (SwapRow.schedule == swap.schedule, SwapRow.asked_by == swap.asked_by)
    rows = session.scalars(select(SwapRow).where(_ASKED, *parties).order_by(SwapRow.id))
    what = (swap.asked_of, swap.give, swap.take)
    return next((one for one in map(_swap, rows) if (one.asked_of, one.give, one.take) == what), None)


def lock(session: Session, id_: int) -> Swap | None:
    """One request, which nobody else answers until the transaction ends; None where there is none of that id."""
    query = select(SwapRow).where(SwapRow.id == id_).with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    return None if row is None else _swap(row)


def claim_expired(session: Session, now: datetime, limit: int) -> tuple[Swap, ...]:
    """Requests that nobody has answered in time and that nobody is answering now, locked; the longest overdue first."""
    query = select(SwapRow).where(_ASKED, SwapRow.expires_at <= now).order_by(SwapRow.expires_at, SwapRow.id)
    return tuple(_swap(row) for row in session.scalars(query.limit(limit).with_for_update(skip_locked=True)))


def next_due() -> Select[datetime]:
    """Ask when the next request expires."""
    return select(SwapRow.expires_at).where(_ASKED).order_by(SwapRow.expires_at).limit(1)


def newest(session: Session, wanted: Wanted, before: int | None, limit: int) -> tuple[Swap, ...]:
    """Requests, the newest first, of ids below `before` where one is named."""
    query = select(SwapRow).order_by(SwapRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(SwapRow.id < before)
    if wanted.schedule is not None:
        query = query.where(SwapRow.schedule == wanted.schedule)
    if wanted.state is not None:
        query = query.where(SwapRow.state == wanted.state.value)
    if wanted.user is not None:
        theirs = (SwapRow.asked_by, SwapRow.asked_of, SwapRow.answered_by)
        query = query.where(or_(*(column == wanted.user for column in theirs)))
    return tuple(_swap(row) for row in session.scalars(query))


def _swap(row: SwapRow) -> Swap:
    return Swap(
        id=row.id,
        schedule=row.schedule,
        asked_by=row.asked_by,
        asked_of=row.asked_of,
        give=Span(row.give_start_at, row.give_end_at),
        take=Span(row.take_start_at, row.take_end_at) if row.take_start_at and row.take_end_at else None,
        note=row.note,
        state=SwapState(row.state),
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
    )
