"""Which messages are claimed together: whole bundles, and whole calls whose sender was lost (docs/semantics.md 4.7, 6.6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from oncall.domain.bundling import EARLY, MOST_IN_A_BUNDLE, DueMessage, bundles
from oncall.domain.directory import Urgency
from oncall.domain.incident import Incident
from oncall.domain.policy import Do
from oncall.store import messages, sends, timers
from oncall.store.messages import MessageRow, MessageState, Types
from oncall.store.sends import SendState

_MOST_LOOKED_AT = 10 * MOST_IN_A_BUNDLE
_WAIT_FOR_OTHERS = timedelta(seconds=3)
_ABOUT_TO_FIRE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A call of unknown outcome: who made it and since when; `is_last` when the provider has been asked before.

    `reference` is the provider's own id where it is recorded already for another message of the same call.
    """

    provider: str
    since: datetime
    is_last: bool
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """Messages for one call, and the look-up that comes first where they were in one before."""

    rows: Sequence[MessageRow]
    lookup: Lookup | None = None
    call: str = field(default_factory=lambda: uuid4().hex)


@dataclass(frozen=True, slots=True)
class Plan:
    """Messages that seem to belong to one call, by their ids, with their incidents; nothing of them is locked yet."""

    incidents: Mapping[str, str | None]

    @property
    def first(self) -> str:
        """The message that stands for all: whoever has locked it may wait for the others, so nobody else gets some of them."""
        return min(self.incidents)


def plans(session: Session, types: Types, now: datetime, limit: int) -> tuple[Plan, ...]:
    """What `limit` calls would carry, the urgent first: each with everything that belongs to it."""
    found = messages.due(session, types, now, limit * MOST_IN_A_BUNDLE)
    first = [group[0] for group in _groups(found, now)[:limit]]
    whole = messages.with_kin(session, first, now + EARLY, _MOST_LOOKED_AT) if first else ()
    return tuple(Plan({row.id: _concerned(row) for row in group}) for group in _groups(whole, now)[:limit])


def locked(session: Session, planned: Sequence[Plan], now: datetime) -> list[MessageRow]:
    """The messages of those plans that nobody else is claiming, locked and as they now are; their incidents are locked already.

    Not row by row, past what others hold: two workers at once would each get a part, and send it.
    """
    first = messages.lock_free(session, [plan.first for plan in planned], now, now + EARLY)
    mine = {row.id for row in first}
    beside = {id_ for plan in planned if plan.first in mine for id_ in plan.incidents} - mine
    return [*first, *messages.lock_kin(session, beside, now, now + EARLY)]


def interrupted(session: Session, rows: Sequence[MessageRow]) -> Iterator[Together]:
    """What workers were sending when their leases ran out, by the calls that they were making."""
    begun = sends.latest(session, [row.id for row in rows])
    calls: dict[str, list[MessageRow]] = defaultdict(list)
    for row in rows:
        calls[begun[row.id].call_id].append(row)
    for call, carried in calls.items():
        send = begun[carried[0].id]
        is_last = send.state == SendState.UNKNOWN
        yield Together(carried, Lookup(send.provider, send.at, is_last, sends.reference(session, call)), call)


def bundled(
    session: Session, rows: Sequence[MessageRow], shared: Mapping[str, Incident], now: datetime
) -> Iterator[Together]:
    """The pending messages by the calls that they make.

    What was deferred waits a moment for whatever else is being released, and goes a little early with what is due, so that
    all of it is one bundle also where its timers fire one after the other.
    """
    deferred = {row.id for row in rows if _was_deferred(shared.get(row.incident_id or ""))}
    if deferred and timers.is_paging_left(session, now + _ABOUT_TO_FIRE):
        rows = [row for row in rows if row.id not in deferred or row.due_at <= now - _WAIT_FOR_OTHERS]
    numbers: dict[str | None, int] = {id_: incident.number for id_, incident in shared.items()}
    by_id = {row.id: row for row in sorted(rows, key=lambda row: numbers.get(row.incident_id, 0))}
    due = [_due_message(row) for row in by_id.values() if row.due_at <= now]
    soon = [_due_message(row) for row in by_id.values() if row.due_at > now and row.id in deferred]
    for bundle in bundles(due, soon):
        yield Together([by_id[message.id] for message in bundle])


def _groups(rows: Sequence[MessageRow], now: datetime) -> list[list[MessageRow]]:
    """The messages by the calls that they make or were part of, the urgent first."""
    lost: dict[str | None, list[MessageRow]] = defaultdict(list)
    for row in rows:
        if row.state == MessageState.SENDING:
            lost[row.lease].append(row)
    pending = {row.id: row for row in rows if row.state == MessageState.PENDING}
    due = [_due_message(row) for row in pending.values() if row.due_at <= now]
    soon = [_due_message(row) for row in pending.values() if row.due_at > now]
    groups = [*lost.values(), *([pending[one.id] for one in bundle] for bundle in bundles(due, soon))]
    return sorted(groups, key=lambda group: group[0].urgency != Urgency.HIGH)


def _concerned(row: MessageRow) -> str | None:
    """The incident that decides whether a message may be sent; an event is told whatever has become of its incident."""
    return None if row.kind == messages.WEBHOOK else row.incident_id


def _was_deferred(incident: Incident | None) -> bool:
    return incident is not None and incident.rule is not None and incident.rule.do is Do.DEFER


def _due_message(row: MessageRow) -> DueMessage:
    return DueMessage(row.id, row.kind, row.user_id, row.type, row.address, Urgency(row.urgency), row.due_at)
