"""Hands events and pages to the systems that asked for them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus

from oncall.clock import Clock
from oncall.delivery.protocol import NotFound, Outgoing, Receipt
from oncall.domain.webhooks import METHOD
from oncall.errors import AddressError, ProviderError
from oncall.providers.webhook.caller import Answered, Caller
from oncall.providers.webhook.signature import page_secret, sign
from schedules import format_instant

# These say something of the receiver at this moment, not of what it was sent.
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


def build(keys: Sequence[str], clock: Clock, caller: Caller) -> tuple[WebhookProvider, WebhookProvider]:
    """A provider for pages and one for events, each with senders of its own, so that no event keeps a page waiting.

    `keys` are those of ONCALL_SECRET_KEY, from which the secret of pages is derived.
    """
    secrets = [page_secret(key) for key in keys]
    return WebhookProvider("webhook", secrets, clock, caller), WebhookProvider(METHOD, (), clock, caller)


class WebhookProvider:
    """Posts JSON to whatever address a message has; safe to use from several threads.

    A page or a notice of `method` is signed with `secrets`, an event with those of its subscription.
    """

    def __init__(self, method: str, secrets: Collection[str], clock: Clock, caller: Caller) -> None:
        self.name = method
        self.methods: Collection[str] = (method,)
        self._secrets = secrets
        self._clock = clock
        self._caller = caller

    def send(self, outgoing: Outgoing) -> Receipt:
        """Post the message once, signed at this instant; the receipt is the HTTP status."""
        now = self._clock.now()
        id_, body = _said(outgoing, now)
        secrets = outgoing.secrets or self._secrets
        if not secrets:
            raise ProviderError("the webhook's secret cannot be read: rotate it", permanent=True)
        seconds = int(now.timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "oncall",
            "webhook-id": id_,
            "webhook-timestamp": str(seconds),
            "webhook-signature": sign(secrets, id_, seconds, body),
            "webhook-attempt": str(outgoing.attempt),
        }
        return _judged(self._caller.post(outgoing.address, body, headers))

    def find(self, outgoing: Outgoing, since: datetime) -> Receipt | NotFound:
        """Nobody has to be asked: what has the same id counts once."""
        del outgoing, since
        return NotFound.REPEATABLE


def _said(outgoing: Outgoing, now: datetime) -> tuple[str, bytes]:
    """The id and the body of a message."""
    if outgoing.method == METHOD:
        return str(json.loads(outgoing.text)["id"]), outgoing.text.encode()
    id_ = f"page_{sha256((outgoing.message or outgoing.id).encode()).hexdigest()[:32]}"
    told: dict[str, object] = {"id": id_, "type": "paged" if outgoing.lines else "notice", "at": format_instant(now)}
    told["user"], told["text"] = outgoing.user, outgoing.text
    if outgoing.lines:
        told["incident"] = dict(outgoing.lines[0].outside)
        told["page"] = outgoing.lines[0].page
    return id_, json.dumps(told, ensure_ascii=False).encode()


def _judged(answered: Answered) -> Receipt:
    """The receipt for a success; raises what any other status means."""
    status = answered.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Receipt(str(status))
    reason = f"answered {_named(status)}"
    if status == HTTPStatus.GONE:
        raise AddressError(reason, reference=str(status))
    passing = status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    raise ProviderError(
        reason, permanent=not passing, retry_after=answered.retry_after if passing else None, reference=str(status)
    )


def _named(status: int) -> str:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"{status}, a redirect, which is not followed"
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
