"""Timers: decisions to take later, claimed by lease, gone when they have fired."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    ForeignKey,
    Index,
    Integer,
    ScalarSelect,
    Select,
    SmallInteger,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from oncall.domain.draft import RANKS, Timer
from oncall.domain.escalation import STEP
from oncall.domain.incident import State, Waiting
from oncall.domain.policy import Do
from oncall.store.base import Base
from oncall.store.bulk import Bulk, Part
from oncall.store.database import Database
from oncall.store.incidents import IncidentRow
from oncall.store.question import Question, among, ask
from oncall.store.types import UTCDateTime

RECALCULATE = "recalculate"
"""The kind of timer that stands for the command of that name, which a change of the configuration asks for."""

RELEASE = Waiting.RELEASE.value

MOST_TOGETHER = 200
"""How many releases of one instant fire in one transaction: more would hold up for seconds whoever acts on one of them."""

_FIRST, _LAST = 0, RANKS["step"]
_IS_USABLE = text("failure IS NULL")
_IS_HELD = text("lease_until IS NOT NULL")


class TimerRow(Base):
    """One timer; what is due at one instant fires in the order of the ranks, then of the incidents (docs/semantics.md 5.7).

    `failure` says why it was set aside after it failed too often, None while it will still be fired.
    """

    __tablename__ = "timers"
    __table_args__ = (
        UniqueConstraint("incident_id", "kind", "generation", "occurrence"),
        Index("ix_timers_due_at", "due_at", postgresql_where=_IS_USABLE, sqlite_where=_IS_USABLE),
        Index("ix_timers_lease_until", "lease_until", postgresql_where=_IS_HELD, sqlite_where=_IS_HELD),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incidents.id"))
    kind: Mapped[str]
    generation: Mapped[int]
    occurrence: Mapped[int]
    due_at: Mapped[datetime]
    rank: Mapped[int] = mapped_column(SmallInteger, server_default=str(_LAST))
    lease: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    tries: Mapped[int]
    failure: Mapped[str | None]


_COLUMNS = (
    TimerRow.id,
    TimerRow.incident_id,
    TimerRow.kind,
    TimerRow.generation,
    TimerRow.occurrence,
    TimerRow.due_at,
    TimerRow.tries,
)


@dataclass(frozen=True, slots=True)
class ClaimedTimer:
    """A timer that one worker may fire until `lease` runs out; `tries` counts how often firing it has failed."""

    id: int
    incident: str
    timer: Timer
    lease: str
    tries: int


def add(bulk: Bulk, incident: str, timers: Iterable[Timer]) -> None:
    """Write new timers; one that is there already is left as it is."""
    rows = (
        {
            "incident_id": incident,
            "kind": timer.kind,
            "generation": timer.generation,
            "occurrence": timer.occurrence,
            "due_at": timer.due_at,
            "rank": _rank(timer),
            "tries": 0,
        }
        for timer in timers
    )
    bulk.add(Part.TIMERS, *rows)


def add_recalculations(session: Session, version: int, now: datetime) -> None:
    """Have worked out again what may hang on a calendar of open incidents, once for this version of the configuration."""
    in_states = IncidentRow.state.in_([State.TRIGGERED.value, State.DEFERRED.value])
    hangs = or_(in_states, IncidentRow.respond.is_not(None), IncidentRow.update.is_not(None))
    values = {
        "incident_id": IncidentRow.id,
        "kind": literal(RECALCULATE),
        "generation": literal(0),
        "occurrence": literal(version),
        "due_at": literal(now, UTCDateTime()),
        "rank": literal(_FIRST),
        "tries": literal(0),
    }
    concerned = select(*values.values()).where(IncidentRow.open, hangs).order_by(IncidentRow.number)
    session.execute(insert(TimerRow).from_select(list(values), concerned))


def claim(session: Session, now: datetime, lease: str, until: datetime, limit: int) -> tuple[ClaimedTimer, ...]:
    """Lease timers that are due at `now` and that nobody holds, in the order in which they are to fire.

    At most `limit`, and of an instant's releases all or none. Recalculations come last, so that many of them keep nothing
    waiting: what else is due of their incidents takes them along.
    """
    given = {"now": now, "holder": lease, "held_until": until}
    [rows] = ask(session, _CLAIM.by(**given, most=limit))
    claimed = [_claimed(row, lease) for row in rows]
    openings = {one.timer.due_at for one in claimed if one.timer.kind == RELEASE}
    if openings:
        beside = {**given, "most": MOST_TOGETHER, "openings": sorted(openings)}
        claimed += [_claimed(row, lease) for row in session.execute(_claim_beside(), beside).all()]
    return tuple(sorted(claimed, key=_turn))


def released_at(session: Session, openings: Collection[datetime]) -> Sequence[str]:
    """The incidents with a release at those instants, whoever holds it; not those whose release has failed before."""
    query = select(TimerRow.incident_id).where(_is_release_at(openings)).order_by(TimerRow.due_at, TimerRow.id)
    return session.scalars(query.limit(MOST_TOGETHER)).all()


def take(session: Session, mine: Sequence[ClaimedTimer], incidents: Collection[str]) -> tuple[ClaimedTimer, ...]:
    """Remove what is about to fire in this transaction of these incidents, which are locked.

    That is what is due of them by the last of `mine`, whoever holds it: so the order of what is due at one instant holds although
    several workers share it (docs/semantics.md 5.7). Of what has failed before it is `mine` alone, all under one lease.
    """
    again = [one.id for one in mine if one.tries]
    last = max(one.timer.due_at for one in mine)
    [rows] = ask(session, _TAKE.by(incidents=incidents, last=last, again=again, holder=mine[0].lease))
    return tuple(_claimed(row, mine[0].lease) for row in rows)


def place(claimed: ClaimedTimer) -> tuple[datetime, int, int]:
    """By what timers of one incident are in the order in which they fire."""
    return (claimed.timer.due_at, _rank(claimed.timer), claimed.id)


def release_all(session: Session) -> None:
    """Give up every timer that anybody holds."""
    session.execute(update(TimerRow).where(TimerRow.lease.is_not(None)).values(lease=None, lease_until=None))


def is_any_due(database: Database, now: datetime) -> bool:
    """Whether `claim` would find anything."""
    [rows] = database.ask(_ANY_DUE.by(now=now))
    return bool(rows)


def is_release_left(session: Session, until: datetime) -> bool:
    """Whether a release, or a step of an incident that was deferred, falls due by `until` and has not fired yet, whoever holds it.

    One that has failed before is waited for no more.
    """
    unfired = and_(TimerRow.due_at <= until, TimerRow.failure.is_(None), TimerRow.tries == 0)
    # A value, not whether there is one: for that the planner would read all incidents where many timers are due.
    did = select(IncidentRow.rule["do"].as_string()).where(IncidentRow.id == TimerRow.incident_id).scalar_subquery()
    step = and_(TimerRow.kind == STEP, did == Do.DEFER.value)
    return session.scalar(select(TimerRow.id).where(unfired, or_(TimerRow.kind == RELEASE, step)).limit(1)) is not None


def give_back(session: Session, claimed: ClaimedTimer) -> None:
    """Let anybody claim a timer at once that could not be fired yet."""
    session.execute(_of(claimed).values(lease=None, lease_until=None))


def put_off(session: Session, claimed: ClaimedTimer, until: datetime) -> None:
    """Let the timer be claimed again at `until`, as if nobody had tried to fire it."""
    session.execute(_of(claimed).values(lease_until=until))


def put_back(session: Session, claimed: ClaimedTimer, until: datetime) -> None:
    """Count a failure, and let the timer be claimed again at `until`."""
    session.execute(_of(claimed).values(lease_until=until, tries=TimerRow.tries + 1))


def set_aside(session: Session, claimed: ClaimedTimer, failure: str) -> None:
    """Fire the timer no more until it is taken up, and keep it with the reason."""
    session.execute(_of(claimed).values(failure=failure, lease=None, lease_until=None))


def take_up(session: Session) -> None:
    """Let every timer that was set aside be claimed again, as if it had never failed."""
    session.execute(update(TimerRow).where(TimerRow.failure.is_not(None)).values(failure=None, tries=0))


def release(session: Session, lease: str) -> None:
    """Give up every timer held under `lease`, so that others need not wait for it to run out."""
    session.execute(update(TimerRow).where(TimerRow.lease == lease).values(lease=None, lease_until=None))


def next_due() -> tuple[Select[datetime], Select[datetime | None]]:
    """Ask when the next timer can be claimed: when it is due, or where somebody holds it when the lease runs out."""
    usable = select(TimerRow.due_at).where(TimerRow.failure.is_(None), TimerRow.lease_until.is_(None))
    held = select(TimerRow.lease_until).where(TimerRow.failure.is_(None), TimerRow.lease_until.is_not(None))
    return usable.order_by(TimerRow.due_at).limit(1), held.order_by(TimerRow.lease_until).limit(1)


def oldest_overdue(session: Session, now: datetime) -> timedelta | None:
    """How long the oldest timer has been due, None when none is."""
    oldest = session.scalar(select(func.min(TimerRow.due_at)).where(TimerRow.due_at <= now, TimerRow.failure.is_(None)))
    return now - oldest if oldest else None


def count_set_aside(session: Session) -> int:
    """How many timers failed too often to be fired."""
    return session.scalar(select(func.count()).where(TimerRow.failure.is_not(None))) or 0


_NOW = bindparam("now", type_=TimerRow.due_at.type)
_MOST = bindparam("most", type_=Integer)


def _claim_due() -> Any:
    due, later = TimerRow.due_at <= _NOW, TimerRow.kind == RECALCULATE
    first = _free(_MOST).where(due, not_(later)).cte("first")
    room = select(_MOST - func.count()).select_from(first).scalar_subquery()
    last = _free(room).where(due, later).cte("last")
    return _lease(union_all(select(first.c.id), select(last.c.id)))


def _taking() -> Any:
    last = bindparam("last", type_=TimerRow.due_at.type)
    held = and_(among(TimerRow.id, "again"), TimerRow.lease == bindparam("holder"))
    due = and_(TimerRow.failure.is_(None), TimerRow.due_at <= last)
    theirs = delete(TimerRow).where(among(TimerRow.incident_id, "incidents"), due, or_(TimerRow.tries == 0, held))
    return theirs.returning(*_COLUMNS).execution_options(synchronize_session=False)


_TAKE = Question(_taking)
_CLAIM = Question(_claim_due)
_ANY_DUE = Question(lambda: select(TimerRow.id).where(TimerRow.due_at <= _NOW, _is_free(_NOW)).limit(1))


@cache
def _claim_beside() -> Any:
    together = and_(TimerRow.kind == RELEASE, TimerRow.due_at.in_(bindparam("openings", expanding=True)))
    return _lease(select(_free(_MOST).where(together).cte("beside").c.id))


def _free(limit: BindParameter[int] | ScalarSelect[int]) -> Select[int]:
    """The first of what nobody holds."""
    first = select(TimerRow.id).where(_is_free(_NOW)).order_by(TimerRow.due_at, TimerRow.rank, TimerRow.id)
    return first.limit(limit).with_for_update(skip_locked=True)


def _lease(ids: Select[int] | CompoundSelect[int]) -> Any:
    """Lease those whose ids come from tables with names of their own: so they are looked for once, however the planner joins."""
    held = {
        "lease": bindparam("holder", type_=String),
        "lease_until": bindparam("held_until", type_=TimerRow.due_at.type),
    }
    leased = update(TimerRow).where(TimerRow.id.in_(ids)).values(held).returning(*_COLUMNS)
    return leased.execution_options(synchronize_session=False)


def _turn(claimed: ClaimedTimer) -> tuple[bool, tuple[datetime, int, int]]:
    return (claimed.timer.kind == RECALCULATE, place(claimed))


def _is_release_at(openings: Collection[datetime]) -> ColumnElement[bool]:
    unfired = and_(TimerRow.failure.is_(None), TimerRow.tries == 0)
    return and_(TimerRow.kind == RELEASE, TimerRow.due_at.in_(openings), unfired)


def _rank(timer: Timer) -> int:
    return _FIRST if timer.kind == RECALCULATE else RANKS.get(timer.kind, _LAST)


def _is_free(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return and_(TimerRow.failure.is_(None), or_(TimerRow.lease_until.is_(None), TimerRow.lease_until <= now))


def _of(claimed: ClaimedTimer) -> Any:
    return update(TimerRow).where(TimerRow.id == claimed.id, TimerRow.lease == claimed.lease)


def _claimed(row: Any, lease: str) -> ClaimedTimer:
    id_, incident, kind, generation, occurrence, due_at, tries = row
    return ClaimedTimer(id_, incident, Timer(kind, generation, occurrence, due_at), lease, tries)
