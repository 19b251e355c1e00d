"""Tell webhooks what happened: events are written down in the transaction of what they tell of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from oncall.domain.incident import Incident
from oncall.domain.itself import CANARY
from oncall.domain.log import Entry
from oncall.domain.webhooks import event_types, told
from oncall.operations.context import Context
from oncall.store import events, webhooks
from oncall.store.webhooks import WebhookInUse

TRIED_FOR = timedelta(hours=24)
"""How long an event is tried before it is given up."""


def announce(context: Context, session: Session, entries: Iterable[tuple[Incident, int, Entry]], now: datetime) -> None:
    """Put an event for each webhook that wants it into the outbox.

    Each entry comes with its incident, as the command left it that wrote the entry, and with its place in the log.
    """
    told = webhooks.all_in_use(session)
    rows = [
        row
        for incident, sequence, entry in (entries if told else ())
        for webhook in told
        if webhook.service in {None, incident.service} and incident.service != CANARY
        for row in _rows(context, webhook, sequence, entry, incident, now)
    ]
    events.add(session, rows)


def _rows(
    context: Context, webhook: WebhookInUse, sequence: int, entry: Entry, incident: Incident, now: datetime
) -> Iterator[dict[str, Any]]:
    for type_ in event_types(entry):
        if type_ in webhook.events:
            event = told(type_, webhook.id, sequence, entry, incident, context.public_url)
            yield {
                "id": event.id,
                "method_id": str(webhook.id),
                "incident_id": incident.id,
                "address": webhook.url,
                "text": json.dumps(event.payload, ensure_ascii=False),
                "due_at": max(now, webhook.rests_until or now),
                "expires_at": now + TRIED_FOR,
            }
