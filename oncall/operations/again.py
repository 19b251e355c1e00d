"""Calls of unknown outcome: looked for again later, or made again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from sqlalchemy.orm import Session

from oncall.domain.incident import Incident
from oncall.domain.log import Entry
from oncall.operations.call import Call
from oncall.operations.claim import calls_of
from oncall.operations.context import Context
from oncall.operations.record import Recording
from oncall.store import claims, incidents, sends, webhooks
from oncall.store.bulk import Bulk
from oncall.store.claims import Taken
from oncall.store.messages import NOTICE, PAGE, WEBHOOK
from oncall.store.sends import SendState

LOOK_AGAIN = timedelta(seconds=15)
"""How long to wait where the vendor cannot say yet whether it got a message."""


LOOK_AFTER_DOUBT = timedelta(seconds=5)
"""How long a vendor's lists may be behind what it has taken."""


def look_again(context: Context, call: Call) -> None:
    """Leave a call alone for a while whose vendor cannot say yet whether it got the message."""
    context.database.write(partial(_look_again, context.clock.now() + LOOK_AGAIN, call, None))


def doubt(context: Context, call: Call, because: str) -> None:
    """Leave a call alone that failed, and that the vendor may have taken all the same: it is asked a little later."""
    context.database.write(partial(_look_again, context.clock.now() + LOOK_AFTER_DOUBT, call, because))


def resend(context: Context, call: Call, because: str) -> Call | None:
    """Begin a new call in the place of one that never arrived, or of which nobody can say; the log shows it.

    None where there is nothing to send any more: void by now, or taken over by another worker.
    """
    return context.database.write(partial(_resend, context, call, because))


def _look_again(until: datetime, call: Call, because: str | None, session: Session) -> None:
    held = claims.take_held(session, call.lease, _messages(call))
    bulk = Bulk()
    claims.mark_sending(bulk, (row.id for row in held), call.lease, until)
    bulk.write(session)
    sends.change(session, call.id, [row.id for row in held], SendState.UNKNOWN, reason=because)


def _resend(context: Context, call: Call, because: str, session: Session) -> Call | None:
    now = context.clock.now()
    ids = {message.incident.id for message in call.messages if message.incident is not None}
    # Incidents first, as every command does: whoever is about to acknowledge one is waited for.
    held = incidents.lock_all(session, context.cipher, ids)
    carried = claims.take_held(session, call.lease, _messages(call))
    sends.change(session, call.id, [row.id for row in carried], SendState.LOST, at=now, reason=because)
    live = _live(session, carried, held)
    claims.mark_void(session, [row.id for row in carried if row not in live])
    # Of a page the incident counts how often it was tried.
    claims.count_try(session, [row.id for row in carried if row.kind == WEBHOOK])
    if not live:
        return None
    recording = Recording(context, session, now)
    for row in live:
        if row.kind == PAGE and row.incident in held:
            details = {"user": row.user, "method": row.type, "because": because}
            recording.note(held[row.incident], Entry(now, "resent", details))
    recording.store()
    fresh = [row._replace(tries=row.tries + 1) if row.kind == WEBHOOK else row for row in live]
    (again,) = calls_of(context, session, call.provider, fresh, uuid4().hex)
    return again


def _live(session: Session, rows: Sequence[Taken], held: dict[str, Incident]) -> list[Taken]:
    """What may still be sent: while it was being sent, nothing could make it void.

    A page of an incident that is damaged goes out: nobody can say that it must not.
    """
    pending = {attempt.id for incident in held.values() for attempt in incident.pending()}
    told = webhooks.in_use(session, {int(row.method) for row in rows if row.kind == WEBHOOK})
    return [
        row
        for row in rows
        if row.kind == NOTICE
        or (row.kind == WEBHOOK and int(row.method) in told)
        or (row.kind == PAGE and (row.id in pending or row.incident not in held))
    ]


def _messages(call: Call) -> list[str]:
    return [message.id for message in call.messages]
