"""Webhooks: made, shown once with their secret, rotated, revoked, and sent to again."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy.orm import Session

from oncall.domain.itself import ALARMS
from oncall.domain.web_address import fault
from oncall.domain.webhooks import DEFAULT_EVENTS, EVENTS
from oncall.errors import FieldFault, InvalidInputError, NotFoundError, RefusedError, UnreadableError
from oncall.operations.announce import TRIED_FOR
from oncall.operations.context import Context
from oncall.store import events, webhooks
from oncall.store.webhooks import WebhookRecord, WebhookRow

OVERLAP = timedelta(hours=24)
"""How long the secret before signs too, where nothing else is asked for."""

_PREFIX = "whsec_"
_KEY_BYTES = 32
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WebhookCreated:
    """A webhook with its secret, which is shown this once."""

    webhook: WebhookRecord
    secret: str


def create_webhook(
    context: Context, url: str, *, service: str | None, wanted: Sequence[str] | None, by: str
) -> WebhookCreated:
    """Tell the system at `url` of the events of a service, or of all services where it is None.

    Without `wanted` of what a ticket cares about. Raises InvalidInputError naming the fields at fault: an unknown service or
    event, or an address to which nothing may be sent.
    """
    secret = _new_secret()
    chosen = tuple(dict.fromkeys(DEFAULT_EVENTS if wanted is None else wanted))

    def work(session: Session) -> WebhookRecord:
        faults = [*_url_faults(context, url), *_event_faults(chosen), *_service_faults(context, session, service)]
        if faults:
            raise InvalidInputError(faults)
        row = WebhookRow(
            service=service,
            url=url,
            events=list(chosen),
            secret="",
            created_at=context.clock.now(),
            created_by=by,
            failures=0,
        )
        session.add(row)
        session.flush()
        row.secret = _sealed(context, row, secret)
        return webhooks.record(row)

    return WebhookCreated(context.database.write(work), secret)


def rotate_secret(context: Context, id_: int, overlap: timedelta = OVERLAP) -> str:
    """Sign with a new secret from now on, and for `overlap` with the present one too; returns the new one, this once.

    Raises NotFoundError.
    """
    secret = _new_secret()

    def work(session: Session) -> None:
        row = _locked(session, id_)
        row.old_secret, row.old_secret_until = row.secret, context.clock.now() + overlap
        row.secret = _sealed(context, row, secret)

    context.database.write(work)
    return secret


def enable_webhook(context: Context, id_: int) -> None:
    """Tell a webhook of what happens from now on that was disabled, or that rests; raises NotFoundError."""

    def work(session: Session) -> None:
        row = _locked(session, id_)
        if row.rests_until is not None:
            events.bring_forward(session, id_, row.rests_until, context.clock.now())
        row.disabled, row.failures, row.rests_until = None, 0, None

    context.database.write(work)
    context.doorbell.ring()


def revoke_webhook(context: Context, id_: int) -> None:
    """Tell a webhook nothing any more, not even what waits; its log is kept. Raises NotFoundError."""

    def work(session: Session) -> None:
        row = _locked(session, id_)
        row.revoked_at = context.clock.now()
        events.void_all(session, id_)

    context.database.write(work)


def resend(context: Context, id_: int, ids: Collection[str] | None = None) -> int:
    """Send again, under the same ids, all events that were given up, or those of `ids` that are over; returns how many.

    Raises NotFoundError for an unknown webhook and RefusedError for one that is disabled.
    """
    now = context.clock.now()
    sent = context.database.write(partial(_resend, id_, ids, now + TRIED_FOR, now))
    context.doorbell.ring()
    return sent


def signing_secrets(context: Context, session: Session, id_: int) -> tuple[str, ...]:
    """The secrets that sign what goes to a webhook now, the newest first; none that no key opens."""
    row = webhooks.get(session, id_)
    if row is None:
        return ()
    sealed = [row.secret]
    if row.old_secret is not None and row.old_secret_until is not None:
        sealed += [row.old_secret] if context.clock.now() < row.old_secret_until else []
    return tuple(secret for one in sealed if (secret := _opened(context, row, one)) is not None)


def _resend(id_: int, ids: Collection[str] | None, until: Any, now: Any, session: Session) -> int:
    row = _locked(session, id_)
    if row.disabled is not None:
        raise RefusedError(f"webhook {id_} is disabled ({row.disabled}): `oncall webhook enable {id_}` comes first")
    return events.send_again(session, id_, ids, now, until)


def _locked(session: Session, id_: int) -> WebhookRow:
    row = webhooks.lock(session, id_)
    if row is None:
        raise NotFoundError(f"there is no webhook {id_}: `oncall webhook list` shows them")
    return row


def _new_secret() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii")


def _sealed(context: Context, row: WebhookRow, secret: str) -> str:
    # With its webhook, so that what belongs to one cannot be put under another.
    return context.cipher.seal({"webhook": row.id, "secret": secret})


def _opened(context: Context, row: WebhookRow, sealed: str) -> str | None:
    try:
        found = context.cipher.open(sealed)
    except UnreadableError as error:
        _log.error("a webhook's secret cannot be read", webhook=row.id, error=str(error))
        return None
    return str(found["secret"]) if found["webhook"] == row.id else None


def _url_faults(context: Context, url: str) -> list[FieldFault]:
    wrong = fault(url, private=context.private_webhooks)
    return [FieldFault("url", f"the address {wrong}")] if wrong is not None else []


def _event_faults(chosen: Sequence[str]) -> list[FieldFault]:
    unknown = [event for event in chosen if event not in EVENTS]
    if unknown:
        return [FieldFault("events", f"{', '.join(unknown)}: not known; there are {', '.join(EVENTS)}")]
    return [] if chosen else [FieldFault("events", "names no event")]


def _service_faults(context: Context, session: Session, service: str | None) -> list[FieldFault]:
    services = context.directory(session).services
    if service is None or service in services or service == ALARMS:
        return []
    return [FieldFault("service", f"there is no service {service!r}; there are: {', '.join(services) or 'none'}")]
