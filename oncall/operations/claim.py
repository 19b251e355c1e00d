"""Claim messages that are due: lock them, leave out what is void, bundle the rest and record the calls about to be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from oncall.domain.directory import Directory, Urgency
from oncall.domain.incident import Incident
from oncall.domain.log import Entry
from oncall.domain.policy import policy_of
from oncall.operations.context import Context
from oncall.operations.record import Recording
from oncall.operations.together import Lookup, Plan, Together, bundled, interrupted, locked, plans
from oncall.operations.webhooks import signing_secrets
from oncall.store import incidents, messages, pages, sends, webhooks
from oncall.store.messages import NOTICE, PAGE, WEBHOOK, MessageRow, MessageState, Types
from oncall.store.sends import SendState

LEASE = timedelta(seconds=30)
"""How long a claimed call may take, its record included, before others ask what became of it."""

LOOK_AGAIN = timedelta(seconds=15)
"""How long to wait where the vendor cannot say yet whether it got a message."""


_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """One message to be sent: a page with its incident and code, and whether a reply may resolve it; or what has a `text`."""

    id: str
    text: str | None
    page: str | None = None
    code: str | None = None
    incident: Incident | None = None
    may_resolve: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One provider call, recorded as begun, that nobody else makes until the lease is over.

    Its messages go to one address by one way. `lookup` tells what to do first where a worker may have made this call and
    died: then nothing is sent before the provider was asked. `secrets` sign an event for a webhook.
    """

    id: str
    provider: str
    messages: tuple[ClaimedMessage, ...]
    user: str | None
    type: str
    address: str
    urgency: Urgency
    attempt: int
    lease: str
    lease_until: datetime
    lookup: Lookup | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)


def claim_messages(context: Context, provider: str, types: Types, limit: int) -> tuple[Call, ...]:
    """Claim at most `limit` calls of what is due now, to be made by `provider`; what is void is marked so on the way.

    Once this returns no other worker makes these calls until the lease is over, and an acknowledgement that was committed
    before has stopped them.
    """
    now = context.clock.now()
    with context.database.read() as session:
        planned = plans(session, types, now, limit)
    if not planned:
        return ()
    return context.database.write(partial(_claim, context, provider, planned, limit, now))


def look_again(context: Context, call: Call) -> None:
    """Leave a call alone for a while whose vendor cannot say yet whether it got the message."""
    context.database.write(partial(_look_again, context.clock.now(), call))


def resend(context: Context, call: Call, because: str) -> Call | None:
    """Begin a new call in the place of one that never arrived, or of which nobody can say; the log shows it.

    None where there is nothing to send any more: void by now, or taken over by another worker.
    """
    return context.database.write(partial(_resend, context, call, because))


def _claim(
    context: Context, provider: str, planned: Sequence[Plan], limit: int, now: datetime, session: Session
) -> tuple[Call, ...]:
    # Incidents first, always in the order of their ids: a command holds its incident before it touches a message.
    known = {id_ for plan in planned for id_ in plan.incidents.values() if id_ is not None}
    shared = incidents.share(session, context.cipher, known)
    rows = _readable(locked(session, planned, now), shared)
    pending = _live(session, [row for row in rows if row.state == MessageState.PENDING], shared)
    lost = [row for row in rows if row.state == MessageState.SENDING]
    together = [*interrupted(session, lost), *bundled(session, pending, shared, now)]
    together.sort(key=lambda each: each.rows[0].urgency != Urgency.HIGH)
    return tuple(_begin(context, session, provider, each, shared, now) for each in together[:limit])


def _readable(rows: Sequence[MessageRow], shared: Mapping[str, Incident]) -> list[MessageRow]:
    """The messages whose incidents are whole; those of a damaged one fail, and keep nobody else's waiting."""
    readable = [row for row in rows if row.kind != PAGE or row.incident_id in shared]
    for row in rows:
        if row not in readable:
            row.state, row.lease, row.lease_until = MessageState.FAILED.value, None, None
            _log.critical("a message is not sent: its incident is damaged", message=row.id, incident=row.incident_id)
    return readable


def _live(session: Session, rows: Sequence[MessageRow], shared: Mapping[str, Incident]) -> list[MessageRow]:
    """The messages that may still be sent; the others are void from now on."""
    pending = {attempt.id for incident in shared.values() for attempt in incident.pending()}
    told = webhooks.in_use(session, {int(row.method_id) for row in rows if row.kind == WEBHOOK})
    live = [
        row
        for row in rows
        if row.kind == NOTICE or row.id in pending or (row.kind == WEBHOOK and int(row.method_id) in told)
    ]
    for row in rows:
        if row not in live:
            row.state, row.lease, row.lease_until = MessageState.VOID.value, None, None
    return live


def _begin(
    context: Context,
    session: Session,
    provider: str,
    each: Together,
    shared: Mapping[str, Incident],
    now: datetime,
) -> Call:
    first = each.rows[0]
    lease = uuid4().hex
    directory = context.directory(session)
    for row in each.rows:
        row.state, row.lease, row.lease_until = MessageState.SENDING.value, lease, now + LEASE
    if each.lookup is None:
        sends.begin(session, each.call, provider, [row.id for row in each.rows], now)
    codes = pages.codes(session, [row.page_id for row in each.rows if row.page_id is not None])
    return Call(
        id=each.call,
        provider=provider,
        messages=tuple(_claimed(row, shared, codes, directory) for row in each.rows),
        user=first.user_id,
        type=first.type,
        address=first.address,
        urgency=Urgency(first.urgency),
        attempt=max(row.tries for row in each.rows) + 1,
        lease=lease,
        lease_until=now + LEASE,
        lookup=each.lookup,
        secrets=signing_secrets(context, session, int(first.method_id)) if first.kind == WEBHOOK else (),
    )


def _claimed(
    row: MessageRow, shared: Mapping[str, Incident], codes: Mapping[str, str], directory: Directory
) -> ClaimedMessage:
    if row.page_id is None or row.incident_id is None:
        return ClaimedMessage(row.id, row.text)
    incident = shared[row.incident_id]
    may_resolve = not policy_of(directory, incident.service).is_gravest(incident.severity)
    return ClaimedMessage(row.id, None, row.page_id, codes[row.page_id], incident, may_resolve)


def _look_again(now: datetime, call: Call, session: Session) -> None:
    for row in messages.lock_held(session, call.lease):
        row.lease_until = now + LOOK_AGAIN
        send = sends.lock(session, call.id, row.id)
        if send is not None:
            send.state = SendState.UNKNOWN.value


def _resend(context: Context, call: Call, because: str, session: Session) -> Call | None:
    now = context.clock.now()
    ids = sorted({message.incident.id for message in call.messages if message.incident is not None})
    held = {id_: incidents.lock(session, context.cipher, id_) for id_ in ids}
    carried = messages.lock_held(session, call.lease)
    for row in carried:
        _give_up(session, call, row, because, now)
    rows = _live(session, carried, held)
    if not rows:
        return None
    for row in rows:
        if row.kind == PAGE and row.incident_id is not None:
            details = {"user": row.user_id, "method": row.type, "because": because}
            _log_resent(context, session, held[row.incident_id], Entry(now, "resent", details))
    return _begin(context, session, call.provider, Together(rows), held, now)


def _give_up(session: Session, call: Call, row: MessageRow, because: str, now: datetime) -> None:
    send = sends.lock(session, call.id, row.id)
    if send is not None:
        sends.settle(send, SendState.LOST, now, reason=because)
    if row.kind == WEBHOOK:
        # Of a page the incident counts how often it was tried.
        row.tries += 1


def _log_resent(context: Context, session: Session, incident: Incident, entry: Entry) -> None:
    recording = Recording(context, session, entry.at)
    recording.note(incident, entry)
    recording.store()
