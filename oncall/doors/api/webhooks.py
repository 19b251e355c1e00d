"""Webhooks: other systems that are told of what happens."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from oncall.domain.directory import Role
from oncall.domain.web_address import LONGEST
from oncall.domain.webhooks import EVENTS
from oncall.doors.api.endpoint import Answer, Call, Endpoint, Input, NoBody, NoQuery, delete, get, post
from oncall.doors.api.values import Cursor, InstantOut, Limit, Word, id_in, page_after
from oncall.errors import NotFoundError
from oncall.operations.webhooks import (
    OVERLAP,
    create_webhook,
    enable_webhook,
    resend,
    revoke_webhook,
    rotate_secret,
)
from oncall.store import webhooks
from oncall.store.events import EventRecord, events_of
from oncall.store.webhooks import WebhookRecord, list_webhooks, record
from schedules import parse_instant

_MOST_OVERLAP_HOURS = 30 * 24

EventName = Annotated[str, WithJsonSchema({"type": "string", "enum": list(EVENTS)})]
DeliveryState = Literal["pending", "sending", "sent", "failed", "void"]


class NewWebhook(Input):
    """Where to tell of the events of `service`, or of all services; without `events` of what a ticket cares about."""

    url: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    service: Word | None = None
    events: list[EventName] | None = None


class Rotation(Input):
    """For how many hours the secret before signs too."""

    overlap_hours: Annotated[int, Field(ge=0, le=_MOST_OVERLAP_HOURS)] = OVERLAP // timedelta(hours=1)


class Resending(Input):
    """Which deliveries to send again; left out: all that failed."""

    deliveries: Annotated[list[Word], Field(max_length=1000)] | None = None


class WebhookQuery(Input):
    """Which part of the list of webhooks."""

    limit: Limit = 50
    cursor: Cursor | None = None


class DeliveryQuery(Input):
    """Which deliveries, the newest first."""

    state: DeliveryState | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class WebhookOut(BaseModel):
    """What may be shown of a webhook; `service` is null where it is told of all.

    `disabled` says why it is told nothing any more; until `rests_until` it is left alone, as it did not answer well.
    """

    id: int
    service: str | None
    url: str
    events: list[str]
    created_at: InstantOut
    created_by: str
    disabled: str | None
    rests_until: InstantOut | None


class WebhookWithSecret(WebhookOut):
    """The same with its secret, which is shown this once."""

    secret: str


class WebhookList(BaseModel):
    """One page of webhooks; `next_cursor` is null on the last."""

    webhooks: list[WebhookOut]
    next_cursor: str | None


class DeliveryOut(BaseModel):
    """One event for a webhook; `id` is what it carries as `webhook-id`, `incident` the incident's number.

    `attempts` counts the calls so far. `status` is the HTTP status of the last one, null where there was none; `error` says why it
    failed.
    """

    id: str
    type: str
    incident: int
    state: DeliveryState
    attempts: int
    status: int | None
    error: str | None
    made_at: InstantOut
    last_try_at: InstantOut | None
    next_try_at: InstantOut | None


class DeliveryList(BaseModel):
    """One page of deliveries; `next_cursor` is null on the last."""

    deliveries: list[DeliveryOut]
    next_cursor: str | None


class Resent(BaseModel):
    """How many deliveries are sent again."""

    resent: int


def create_webhook_subscription(call: Call[NoQuery, NewWebhook]) -> Answer:
    """Tell another system of what happens; the answer has the secret that signs, which can never be shown again."""
    wanted = call.body
    made = create_webhook(call.context, wanted.url, service=wanted.service, wanted=wanted.events, by=call.asker.name)
    return Answer(201, WebhookWithSecret(**_shown(made.webhook).model_dump(), secret=made.secret))


def list_webhook_subscriptions(call: Call[WebhookQuery, NoBody]) -> Answer:
    """List webhooks, the oldest first."""
    with call.context.database.read() as session:
        found = list_webhooks(session)
    page, following = page_after(found, call.query.cursor, call.query.limit)
    return Answer(200, WebhookList(webhooks=[_shown(each) for each in page], next_cursor=following))


def delete_webhook(call: Call[NoQuery, NoBody]) -> Answer:
    """Tell a webhook nothing any more, not even what waits for it."""
    revoke_webhook(call.context, id_in(call.path["webhook"]))
    return Answer(204)


def rotate_webhook_secret(call: Call[NoQuery, Rotation]) -> Answer:
    """Sign with a new secret; for a while the one before signs too, so that the receiver can change over."""
    id_ = id_in(call.path["webhook"])
    secret = rotate_secret(call.context, id_, timedelta(hours=call.body.overlap_hours))
    return Answer(200, WebhookWithSecret(**_found(call, id_).model_dump(), secret=secret))


def enable_webhook_again(call: Call[NoQuery, NoBody]) -> Answer:
    """Tell a webhook again that was disabled because its receiver was gone; one that rests is told at once."""
    id_ = id_in(call.path["webhook"])
    enable_webhook(call.context, id_)
    return Answer(200, _found(call, id_))


def list_webhook_deliveries(call: Call[DeliveryQuery, NoBody]) -> Answer:
    """List what a webhook was told and is to be told, the newest first."""
    id_ = id_in(call.path["webhook"])
    _found(call, id_)
    query, offset = call.query, int(call.query.cursor or 0)
    with call.context.database.read() as session:
        found = events_of(session, id_, state=query.state, offset=offset, limit=query.limit + 1)
    following = str(offset + query.limit) if len(found) > query.limit else None
    shown = [_delivery(each) for each in found[: query.limit]]
    return Answer(200, DeliveryList(deliveries=shown, next_cursor=following))


def resend_to_webhook(call: Call[NoQuery, Resending]) -> Answer:
    """Send again, under the same ids, what was given up, or the named deliveries that are over."""
    return Answer(200, Resent(resent=resend(call.context, id_in(call.path["webhook"]), call.body.deliveries)))


def _found(call: Call[Any, Any], id_: int) -> WebhookOut:
    with call.context.database.read() as session:
        row = webhooks.get(session, id_)
        if row is None:
            raise NotFoundError(f"there is no webhook {id_}: the list of webhooks has their ids")
        return _shown(record(row))


def _shown(webhook: WebhookRecord) -> WebhookOut:
    return WebhookOut.model_validate(webhook, from_attributes=True)


def _delivery(event: EventRecord) -> DeliveryOut:
    said = json.loads(event.said)
    return DeliveryOut(
        id=event.id,
        type=said["type"],
        incident=said["incident"]["number"],
        state=event.state,  # type: ignore[arg-type]  # pydantic looks
        attempts=event.attempts,
        status=event.status,
        error=event.error,
        made_at=parse_instant(said["at"]),
        last_try_at=event.last_try_at,
        next_try_at=event.next_try_at,
    )


_CREATED = {201: WebhookWithSecret}
_ROTATED = {200: WebhookWithSecret}

ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    post("/webhooks", create_webhook_subscription, body=NewWebhook, answers=_CREATED, role=Role.ADMIN),
    get("/webhooks", list_webhook_subscriptions, query=WebhookQuery, answer=WebhookList, role=Role.ADMIN),
    delete("/webhooks/{webhook}", delete_webhook, role=Role.ADMIN),
    post("/webhooks/{webhook}/rotate", rotate_webhook_secret, body=Rotation, answers=_ROTATED, role=Role.ADMIN),
    post("/webhooks/{webhook}/enable", enable_webhook_again, body=NoBody, answers={200: WebhookOut}, role=Role.ADMIN),
    post("/webhooks/{webhook}/resend", resend_to_webhook, body=Resending, answers={200: Resent}, role=Role.ADMIN),
    get(
        "/webhooks/{webhook}/deliveries",
        list_webhook_deliveries,
        query=DeliveryQuery,
        answer=DeliveryList,
        role=Role.ADMIN,
    ),
)
