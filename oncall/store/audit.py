"""What the auditor looks for, each by an index of its own that holds little besides what it finds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Index, and_, exists, func, literal_column, or_, select, text
from sqlalchemy.orm import Session

from oncall.domain.escalation import STEP
from oncall.domain.incident import State
from oncall.domain.itself import ALARMS, BUILT_IN, CANARY_TYPE
from oncall.store.incidents import IncidentRow
from oncall.store.log import LogRow
from oncall.store.messages import MessageRow
from oncall.store.pages import PageRow
from oncall.store.sends import SendRow
from oncall.store.timers import TimerRow

# Written out in the queries below in the same words, not as parameters: only so do the planners see that they serve.
_URGENT = "open AND state = 'triggered' AND urgency = 'high' AND doing = 'page'"
_SET_ASIDE = "failure IS NOT NULL"
_LAST_RESORT = "step IN ('fallback', 'administrators')"
_NOBODY = "event = 'nobody'"
_MOST = 50
_WAITING = (State.TRIAGE, State.DEFERRED, State.ACKNOWLEDGED, State.SNOOZED)

for _name, _column, _condition in (
    ("ix_incidents_urgent", IncidentRow.number, _URGENT),
    ("ix_timers_failure", TimerRow.id, _SET_ASIDE),
    ("ix_pages_last_resort", PageRow.made_at, _LAST_RESORT),
    ("ix_log_entries_nobody", LogRow.at, _NOBODY),
):
    Index(_name, _column, postgresql_where=text(_condition), sqlite_where=text(_condition))


def urgent_without_timer(session: Session, after: int, limit: int) -> tuple[tuple[str, ...], int | None]:
    """The ids of urgent incidents that page, and that no timer will ever take further (docs/semantics.md 5.1).

    Looks at `limit` of them with numbers above `after`; the number to go on from comes with it, None where that was all.
    """
    some = select(IncidentRow.number).where(_urgent(), IncidentRow.number > after)
    looked_at = some.order_by(IncidentRow.number).limit(limit).subquery()
    found = select(IncidentRow.id).where(IncidentRow.number.in_(select(looked_at.c.number)), ~_has_next_step())
    count, last = session.execute(select(func.count(), func.max(looked_at.c.number))).one()
    return tuple(session.scalars(found.order_by(IncidentRow.number))), last if count == limit else None


def waiting_without_timer(session: Session) -> tuple[str, ...]:
    """The ids of incidents that wait for something (a release, the end of a snooze) that no timer will ever bring about."""
    in_states = IncidentRow.state.in_([literal_column(f"'{state}'") for state in _WAITING])
    waits = select(IncidentRow.id).where(
        in_states, IncidentRow.open, IncidentRow.wait.is_not(None), ~_has_end_of_wait()
    )
    return tuple(session.scalars(waits.order_by(IncidentRow.number).limit(_MOST)))


def numbers_of(session: Session, incidents: Collection[str]) -> tuple[int, ...]:
    """The numbers of incidents by their ids."""
    query = select(IncidentRow.number).where(IncidentRow.id.in_(incidents)).order_by(IncidentRow.number)
    return tuple(session.scalars(query)) if incidents else ()


def is_without_timer(session: Session, incident: str) -> bool:
    """Whether nothing will ever take an incident further; asked with its row locked."""
    left = or_(
        and_(IncidentRow.state == State.TRIGGERED.value, _has_next_step()),
        and_(IncidentRow.state != State.TRIGGERED.value, _has_end_of_wait()),
    )
    return session.scalar(select(IncidentRow.id).where(IncidentRow.id == incident, left)) is None


def at_the_last_resort(session: Session, since: datetime) -> tuple[tuple[int, bool], ...]:
    """The numbers of urgent incidents of which the fallback or the administrators were paged since then, or could not even be.

    That is where a whole round reaches nobody, and where the rounds run out (docs/semantics.md 5.1, 5.2): the latter is said
    with the number.
    """
    resort = PageRow.step.in_([literal_column("'fallback'"), literal_column("'administrators'")])
    paged = select(PageRow.incident_id).where(resort, PageRow.made_at > since)
    nobody = select(LogRow.incident_id).where(LogRow.event == literal_column("'nobody'"), LogRow.at > since)
    even_them = nobody.where(LogRow.details["step"].as_string() == "administrators")
    concerned = select(IncidentRow.number, IncidentRow.run["exhausted"].as_boolean()).where(
        _urgent(), IncidentRow.service.not_in(BUILT_IN), IncidentRow.id.in_(paged.union(even_them))
    )
    rows = session.execute(concerned.order_by(IncidentRow.number).limit(_MOST))
    return tuple((number, bool(exhausted)) for number, exhausted in rows)


def set_aside(session: Session) -> tuple[int, ...]:
    """The numbers of open incidents with a timer that failed too often, the first of them."""
    query = (
        select(IncidentRow.number)
        .join(TimerRow, TimerRow.incident_id == IncidentRow.id)
        .where(TimerRow.failure.is_not(None))
    )
    return tuple(session.scalars(query.distinct().order_by(IncidentRow.number).limit(_MOST)))


def overdue_timers(session: Session, now: datetime) -> Mapping[str, timedelta]:
    """For how long the oldest timer that is due has been, by the severity of its incident."""
    due = and_(TimerRow.failure.is_(None), TimerRow.due_at <= now)
    query = select(IncidentRow.severity, func.min(TimerRow.due_at)).join(
        IncidentRow, IncidentRow.id == TimerRow.incident_id
    )
    rows = session.execute(query.where(due).group_by(IncidentRow.severity))
    return {severity: now - due_at for severity, due_at in rows}


def overdue_pages(session: Session, now: datetime) -> Mapping[str, timedelta]:
    """For how long the oldest page has been due that is not being sent, or whose sender is lost, by the severity of its incident."""
    waits = (MessageRow.state == literal_column("'pending'"), MessageRow.due_at)
    is_lost = (MessageRow.state == literal_column("'sending'"), MessageRow.lease_until)
    oldest: dict[str, datetime] = {}
    for condition, since in (waits, is_lost):
        of_incidents = select(IncidentRow.severity, func.min(since)).join(
            IncidentRow, IncidentRow.id == MessageRow.incident_id
        )
        query = of_incidents.where(condition, since <= now, MessageRow.kind == "page").group_by(IncidentRow.severity)
        for severity, at in session.execute(query):
            if at is not None:
                oldest[severity] = min(at, oldest.get(severity, at))
    return {severity: now - at for severity, at in oldest.items()}


def sends_since(session: Session, instant: datetime) -> dict[tuple[str, str], int]:
    """How many sends were begun at or after `instant`, by provider and state."""
    query = select(SendRow.provider, SendRow.state, func.count()).join(MessageRow, MessageRow.id == SendRow.message_id)
    rows = session.execute(
        query.where(SendRow.at >= instant, MessageRow.type != CANARY_TYPE).group_by(SendRow.provider, SendRow.state)
    )
    return {(provider, state): count for provider, state, count in rows}


def calls_since(session: Session, instant: datetime) -> dict[str, dict[str, int]]:
    """How many calls were begun at or after `instant`, by provider and then by what is known of them.

    Those that failed for an address that nobody has say nothing of the provider: they are left out.
    """
    query = select(SendRow.provider, SendRow.state, func.count(SendRow.call_id.distinct())).where(SendRow.at >= instant)
    query = query.where(or_(SendRow.verdict.is_(None), SendRow.verdict != "address"))
    query = query.join(MessageRow, MessageRow.id == SendRow.message_id).where(MessageRow.type != CANARY_TYPE)
    found: dict[str, dict[str, int]] = {}
    for provider, state, count in session.execute(query.group_by(SendRow.provider, SendRow.state)):
        found.setdefault(provider, {})[state] = count
    return found


def alarms(session: Session) -> dict[str, int]:
    """The numbers of the open alarms, by their kinds."""
    query = select(IncidentRow.dedup_key, IncidentRow.number).where(IncidentRow.open, IncidentRow.service == ALARMS)
    return {row.dedup_key: row.number for row in session.execute(query)}


def _has_next_step() -> ColumnElement[bool]:
    generation = IncidentRow.run["generation"].as_integer()
    return exists().where(
        TimerRow.incident_id == IncidentRow.id, TimerRow.kind == STEP, TimerRow.generation == generation
    )


def _has_end_of_wait() -> ColumnElement[bool]:
    kind, generation = IncidentRow.wait["kind"].as_string(), IncidentRow.wait["generation"].as_integer()
    return exists().where(
        TimerRow.incident_id == IncidentRow.id, TimerRow.kind == kind, TimerRow.generation == generation
    )


def _urgent() -> ColumnElement[bool]:
    return and_(
        IncidentRow.open,
        IncidentRow.state == literal_column("'triggered'"),
        IncidentRow.urgency == literal_column("'high'"),
        IncidentRow.doing == literal_column("'page'"),
    )
