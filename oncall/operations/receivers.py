"""What follows from an event that a receiver took or did not take (docs/webhooks.md)."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from sqlalchemy.orm import Session

from oncall.domain.directory import Urgency
from oncall.domain.draft import Notice
from oncall.domain.paging import attempts
from oncall.operations.context import Context
from oncall.operations.outcome import Delivered, Failed, Outcome, Sent
from oncall.store import events, messages, webhooks
from oncall.store.messages import MessageRow, MessageState
from oncall.store.webhooks import WebhookRow

WAITS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
)
"""How long to wait after each failure in a row; after the last of these, the last again."""

_log = structlog.get_logger(__name__)


def follow_up(context: Context, session: Session, row: MessageRow, outcome: Outcome, now: datetime) -> None:
    """Decide how an event goes on, and with it the others for the same webhook.

    A receiver that does not answer, or not well, is left alone for a while: nothing is sent to it until then. What a receiver
    refuses is tried again by itself, and the others pass it. One that says it is gone is told nothing more.
    """
    webhook = webhooks.lock(session, int(row.method_id))
    if webhook is None:
        return
    match outcome:
        case Sent() | Delivered():
            _is_well(session, webhook, now)
        case Failed(verdict="address"):
            _is_gone(context, session, webhook, outcome, now)
        case Failed(verdict="permanent"):
            _try_again(context, session, webhook, row, now + _wait(row.tries, outcome), now)
        case Failed():
            until = _rest(context, session, webhook, outcome, now)
            _try_again(context, session, webhook, row, until, now)


def _is_well(session: Session, webhook: WebhookRow, now: datetime) -> None:
    if webhook.rests_until is not None:
        events.bring_forward(session, webhook.id, webhook.rests_until, now)
    webhook.failures, webhook.rests_until = 0, None


def _is_gone(context: Context, session: Session, webhook: WebhookRow, outcome: Failed, now: datetime) -> None:
    webhook.disabled = outcome.reason
    events.fail_all(session, webhook.id)
    text = (
        f"Webhook {webhook.id} ({_host(webhook)}) is disabled and told nothing more: it {outcome.reason}. "
        f"`oncall webhook enable {webhook.id}` lets it go on"
    )
    _tell_administrators(context, session, f"webhook.{webhook.id}.gone.{now.isoformat()}", text, now)


def _rest(context: Context, session: Session, webhook: WebhookRow, outcome: Failed, now: datetime) -> datetime:
    """Until when the receiver is left alone; what fails while it is already counts as no further failure."""
    if webhook.rests_until is not None and webhook.rests_until > now:
        return webhook.rests_until
    until = now + _wait(webhook.failures, outcome)
    webhook.failures, webhook.rests_until = webhook.failures + 1, until
    events.put_off(session, webhook.id, until)
    _given_up(context, session, webhook, events.give_up(session, webhook.id, until), now)
    return until


def _try_again(
    context: Context, session: Session, webhook: WebhookRow, row: MessageRow, at: datetime, now: datetime
) -> None:
    row.tries += 1
    if webhook.disabled is not None:
        return
    if row.expires_at is None or at > row.expires_at:
        _given_up(context, session, webhook, 1, now)
        return
    row.state, row.due_at = MessageState.PENDING.value, at


def _wait(failures: int, outcome: Failed) -> timedelta:
    wished = outcome.retry_after or timedelta(0)
    return max(WAITS[min(failures, len(WAITS) - 1)], min(wished, WAITS[-1]))


def _given_up(context: Context, session: Session, webhook: WebhookRow, count: int, now: datetime) -> None:
    """Tell the administrators of the first event in a day that is tried no more."""
    if not count:
        return
    _log.warning("events for a webhook are given up", webhook=webhook.id, count=count)
    text = (
        f"Webhook {webhook.id} ({_host(webhook)}) did not take events for 24 hours, and they are tried no more: "
        f"`oncall webhook log {webhook.id}` shows them, `oncall webhook resend {webhook.id}` sends them again"
    )
    _tell_administrators(context, session, f"webhook.{webhook.id}.given_up.{now.date().isoformat()}", text, now)


def _tell_administrators(context: Context, session: Session, key: str, text: str, now: datetime) -> None:
    for user in context.directory(session).administrators():
        ways = attempts(user, Urgency.LOW, f"{key}.{user.id}", now)
        messages.add_notices(session, [Notice(user.id, Urgency.LOW, text, ways)])


def _host(webhook: WebhookRow) -> str:
    # The rest of an address may hold a secret, and a notice is read on many a screen.
    return urlsplit(webhook.url).hostname or ""
