"""The hand-over at a change of shifts: each who comes on call is told once of the open incidents that they inherit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property, partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from oncall.domain.draft import Notice
from oncall.domain.handover import comers, inherited, next_change, notice
from oncall.domain.incident import Incident
from oncall.operations.context import Context
from oncall.store import handovers, incidents, messages
from oncall.store.handovers import HandoverRow
from schedules import Schedule

_AT_ONCE = 50
_AFTER_A_FAULT = timedelta(minutes=1)

_log = structlog.get_logger(__name__)


def watch_schedules(context: Context) -> None:
    """Look from now on at every schedule that is not looked at yet."""

    def work(session: Session) -> None:
        handovers.watch(session, context.directory(session).schedules.keys(), context.clock.now())

    context.database.write(work)


def hand_over(context: Context) -> int:
    """Tell those who have come on call, for some of the schedules with a change of shifts; how many schedules were looked at.

    What they are told is stored in the transaction that moves the schedule on, so each change is told of once, by however
    many workers. After an outage the shifts that are under way count, and those that it swallowed do not.
    """
    now = context.clock.now()
    with context.database.read() as session:
        due_at = session.scalar(handovers.next_due())
    if due_at is None or due_at > now:
        return 0
    looked_at = context.database.write(partial(_hand_over, context, now))
    context.doorbell.ring()
    return looked_at


def _hand_over(context: Context, now: datetime, session: Session) -> int:
    rows = handovers.claim_due(session, now, _AT_ONCE)
    change = _Change(context, session, now)
    for row in rows:
        try:
            change.look_at(row)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001  whatever is wrong with one schedule must not keep the others waiting
            _log.error("a schedule's change of shifts could not be worked out", schedule=row.schedule, exc_info=error)
            row.next_at = now + _AFTER_A_FAULT
    return len(rows)


class _Change:
    """The schedules that change at one instant, and what is open then."""

    def __init__(self, context: Context, session: Session, now: datetime) -> None:
        self._context = context
        self._session = session
        self._now = now
        self._directory = context.directory(session)

    def look_at(self, row: HandoverRow) -> None:
        schedule = self._directory.schedules.get(row.schedule)
        if schedule is None:
            handovers.forget(self._session, row.schedule)
            return
        next_at = next_change(schedule, self._now)
        told = tuple(self._told(row, schedule))
        messages.add_notices(self._session, told)
        row.looked_at, row.next_at = self._now, next_at

    def _told(self, row: HandoverRow, schedule: Schedule) -> Iterator[Notice]:
        for shift in comers(schedule, row.looked_at, self._now):
            theirs = inherited(row.schedule, self._open, self._directory)
            found = notice(row.schedule, shift, theirs, self._directory, self._context.public_url)
            if found is not None:
                yield found

    @cached_property
    def _open(self) -> tuple[Incident, ...]:
        return incidents.list_open(self._session, self._context.cipher)
