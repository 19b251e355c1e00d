"""Record what came of a provider call, and what providers report later; the domain decides what it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from sqlalchemy.orm import Session

from oncall.domain.commands import AttemptDelivered, AttemptFailed, AttemptSent, Command
from oncall.domain.directory import Urgency
from oncall.domain.outcomes import RETRY_WAITS
from oncall.operations.claim import Call
from oncall.operations.context import Context
from oncall.operations.outcome import Delivered, Failed, Outcome, Sent, Verdict
from oncall.operations.receivers import follow_up
from oncall.operations.record import carry_out
from oncall.store import incidents, messages, sends
from oncall.store.messages import MessageRow, MessageState
from oncall.store.sends import SendRow, SendState

__all__ = ["Delivered", "Failed", "Outcome", "Sent", "Verdict", "receipt", "settle"]


@dataclass(slots=True)
class _Part:
    """One message's part of a call, locked, within one transaction; `lease` is None for a report of the provider's own."""

    session: Session
    message: MessageRow
    send: SendRow
    bundle: str | None
    lease: str | None
    now: datetime


def settle(context: Context, call: Call, outcome: Sent | Failed) -> None:
    """Record what a call came to, for each of its messages in a transaction of its own; doing it again changes nothing.

    Raises UnavailableError without a database: then call it again, the fact must not be lost.
    """
    for message in call.messages:
        context.database.write(partial(_settle, context, call.id, message.id, call.lease, outcome))
    context.doorbell.ring()


def receipt(
    context: Context, call_id: str, status: Literal["delivered", "failed"], reason: str, verdict: Verdict
) -> bool:
    """Record what a provider reports of an earlier call; False when it is none of ours.

    Reports may come late, twice or in any order: the first final one holds. `reason` and `verdict` count for "failed" alone.
    """
    outcome: Outcome = Delivered() if status == "delivered" else Failed(reason, verdict)
    with context.database.read() as session:
        ids = [send.message_id for send in sends.of_call(session, call_id)]
    for id_ in ids:
        context.database.write(partial(_settle, context, call_id, id_, None, outcome))
    if ids:
        context.doorbell.ring()
    return bool(ids)


def _settle(context: Context, call: str, message: str, lease: str | None, outcome: Outcome, session: Session) -> None:
    row = session.get(MessageRow, message)
    concerned = row.incident_id if row is not None and row.kind == messages.PAGE else None
    incident = incidents.lock(session, context.cipher, concerned) if concerned is not None else None
    locked = messages.lock(session, message)
    send = sends.lock(session, call, message)
    if locked is None or send is None:
        return
    together = sends.of_call(session, call)
    part = _Part(session, locked, send, call if len(together) > 1 else None, lease, context.clock.now())
    commands = _take_in(part, outcome)
    if commands and locked.kind == messages.WEBHOOK:
        follow_up(context, session, locked, outcome, part.now)
    for command in commands:
        if incident is not None:
            incident = carry_out(context, session, incident, command, part.now).incident


def _take_in(part: _Part, outcome: Outcome) -> list[Command]:
    """Bring the send and the message up to date; what the incident has to be told."""
    match outcome:
        case Sent():
            return _sent(part, outcome)
        case Delivered():
            return _delivered(part)
        case Failed():
            return _failed(part, outcome)


def _sent(part: _Part, outcome: Sent) -> list[Command]:
    if part.send.state not in sends.OPEN:
        part.send.reference = part.send.reference or outcome.reference
        return []
    sends.settle(part.send, SendState.SENT, part.now, reference=outcome.reference)
    if part.message.state in {MessageState.SENDING, MessageState.VOID}:
        _leave(part.message, MessageState.SENT)
    return [_attempt_sent(part)]


def _attempt_sent(part: _Part) -> AttemptSent:
    row = part.message
    return AttemptSent(row.id, row.user_id, row.type, part.bundle, Urgency(row.urgency))


def _delivered(part: _Part) -> list[Command]:
    if part.send.state not in {*sends.OPEN, SendState.SENT}:
        return []
    told: list[Command] = []
    if part.send.state in sends.OPEN:
        # The provider was quicker than the one who called it.
        told.append(_attempt_sent(part))
    sends.settle(part.send, SendState.DELIVERED, part.now)
    if part.message.state in {MessageState.SENDING, MessageState.SENT}:
        _leave(part.message, MessageState.DELIVERED)
    return [*told, AttemptDelivered(part.message.id, part.message.user_id, part.message.type)]


def _failed(part: _Part, outcome: Failed) -> list[Command]:
    if part.send.state not in _may_fail(part):
        return []
    row = part.message
    if part.lease is not None and row.lease != part.lease:
        # Another worker has taken the message over, and what it finds out decides.
        return []
    sends.settle(part.send, SendState.FAILED, part.now, reference=outcome.reference, reason=outcome.reason)
    if row.state in {MessageState.SENDING, MessageState.SENT}:
        _leave(row, MessageState.FAILED)
        if row.kind == messages.NOTICE:
            _retry_notice(row, outcome, part.now)
    return [
        AttemptFailed(
            attempt=row.id,
            user=row.user_id,
            method=row.method_id,
            type=row.type,
            reason=outcome.reason,
            verdict=outcome.verdict,
            retry_after=outcome.retry_after,
        )
    ]


def _may_fail(part: _Part) -> frozenset[SendState]:
    """One who called may only say so of a call without an outcome; the provider may also take back that it was sent."""
    return sends.OPEN if part.lease is not None else sends.OPEN | {SendState.SENT}


def _leave(row: MessageRow, state: MessageState) -> None:
    row.state, row.lease, row.lease_until = state.value, None, None


def _retry_notice(row: MessageRow, outcome: Failed, now: datetime) -> None:
    """A notice has no incident that would decide: it is tried as often as a page."""
    if outcome.verdict == "transient" and row.tries < len(RETRY_WAITS):
        row.state = MessageState.PENDING.value
        row.due_at = now + max(RETRY_WAITS[row.tries], outcome.retry_after or timedelta(0))
        row.tries += 1
