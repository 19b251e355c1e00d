"""Calls as those see them who record what came of them: each with its messages, locked together and changed together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from oncall.store.bulk import Bulk, Part
from oncall.store.messages import PAGE, MessageRow, MessageState
from oncall.store.question import Question, among, ask
from oncall.store.sends import SendRow, SendState
from oncall.store.webhooks import WebhookRow

_SENT = (MessageState.SENT.value, MessageState.DELIVERED.value)


class Carried(NamedTuple):
    """One message within one call, both locked: how far the send has come, and the message.

    `is_told` says whether there is any webhook that may want to know.
    """

    send: int
    call: str
    send_state: str
    reference: str | None
    message: str
    kind: str
    state: str
    lease: str | None
    lease_until: datetime | None
    incident: str | None
    user: str | None
    method: str
    type: str
    address: str
    urgency: str
    due_at: datetime
    tries: int
    waits_since: datetime | None
    is_told: bool


class Failure(NamedTuple):
    """Why a send failed, and whose fault that was."""

    reason: str
    verdict: str


_IS_TOLD = select(WebhookRow.id).where(WebhookRow.revoked_at.is_(None), WebhookRow.disabled.is_(None)).exists()
_CARRIED = (
    SendRow.id,
    SendRow.call_id,
    SendRow.state,
    SendRow.reference,
    MessageRow.id,
    MessageRow.kind,
    MessageRow.state,
    MessageRow.lease,
    MessageRow.lease_until,
    MessageRow.incident_id,
    MessageRow.user_id,
    MessageRow.method_id,
    MessageRow.type,
    MessageRow.address,
    MessageRow.urgency,
    MessageRow.due_at,
    MessageRow.tries,
    MessageRow.waits_since,
    _IS_TOLD,
)


def incidents_of(session: Session, calls: Collection[str]) -> frozenset[str]:
    """The incidents of the pages that calls carried; nothing is locked."""
    [rows] = ask(session, _INCIDENTS_OF.by(calls=calls))
    return frozenset(id_ for (id_,) in rows)


def _concerned() -> Any:
    query = select(MessageRow.incident_id).join(SendRow, SendRow.message_id == MessageRow.id)
    return query.where(
        among(SendRow.call_id, "calls"), MessageRow.kind == PAGE, MessageRow.incident_id.is_not(None)
    ).distinct()


_INCIDENTS_OF = Question(_concerned)


def lock(session: Session, calls: Collection[str]) -> list[Carried]:
    """What calls carried, in the order in which it was listed; incidents that are to be changed are locked already."""
    [rows] = ask(session, _LOCK.by(calls=calls))
    return sorted((Carried(*row) for row in rows), key=lambda one: one.send)


def _carried() -> Any:
    query = (
        select(*_CARRIED).join(MessageRow, MessageRow.id == SendRow.message_id).where(among(SendRow.call_id, "calls"))
    )
    return query.order_by(MessageRow.id, SendRow.id).with_for_update(of=(MessageRow, SendRow))


_LOCK = Question(_carried)


def sent_of(session: Session, attempts: Collection[str]) -> frozenset[str]:
    """Those of the attempts that a provider has taken."""
    if not attempts:
        return frozenset()
    [rows] = ask(session, _SENT_OF.by(attempts=attempts))
    return frozenset(id_ for (id_,) in rows)


_SENT_OF = Question(lambda: select(MessageRow.id).where(among(MessageRow.id, "attempts"), MessageRow.state.in_(_SENT)))


def end_send(
    bulk: Bulk,
    part: Carried,
    state: SendState,
    at: datetime,
    *,
    reference: str | None = None,
    failure: Failure | None = None,
) -> None:
    """Write what came of a send; a reference once known is kept."""
    reason, verdict = failure or (None, None)
    said = {"reference": reference or part.reference, "reason": reason, "verdict": verdict}
    bulk.add(Part.ENDED, {"id": part.send, "state": state.value, **said, "settled_at": at})


def learn_reference(bulk: Bulk, part: Carried, reference: str) -> None:
    """Write the provider's own id of a send that is over."""
    bulk.add(Part.NAMED, {"id": part.send, "reference": reference})


def leave(
    bulk: Bulk, part: Carried, state: MessageState, *, due_at: datetime | None = None, tries: int | None = None
) -> None:
    """Let a message be held by nobody any more; with `due_at` it is to be sent again then."""
    bulk.add(
        Part.LEFT,
        {
            "id": part.message,
            "state": state.value,
            "lease": None,
            "lease_until": None,
            "due_at": part.due_at if due_at is None else due_at,
            "tries": part.tries if tries is None else tries,
        },
    )
