"""Integration keys: made or taken over, recognised, revoked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy.orm import Session

from oncall.domain.itself import ALARMS
from oncall.errors import FieldFault, InvalidInputError, NotFoundError, RefusedError
from oncall.operations.context import Context
from oncall.operations.secrets import digest, random_secret
from oncall.store import integrations
from oncall.store.integrations import IntegrationRecord, IntegrationRow

_KEY_LENGTH = 32
_PREFIX_LENGTH = 4
_MOST_REMEMBERED = 10_000
_TAKEN_OVER = re.compile(r"[A-Za-z0-9._~-]{20,255}")
_PATHS = {"pagerduty": "/v2/enqueue", "alertmanager": "/integrations/alertmanager/{key}"}

KINDS = tuple(_PATHS)
"""The dialects that monitors may speak."""


@dataclass(frozen=True, slots=True)
class IntegrationCreated:
    """A new key, which is shown this once, and the address where its senders send."""

    id: int
    key: str
    url: str


def create_integration(context: Context, service: str, kind: str, key: str | None = None) -> IntegrationCreated:
    """Make a key by which monitors that speak `kind` reach a service, or take over the one that they use already.

    Raises NotFoundError for an unknown service, InvalidInputError for an unknown kind or a key that cannot be used, and
    RefusedError for a key that is in use.
    """
    chosen = random_secret(_KEY_LENGTH) if key is None else key
    _require_usable(kind, chosen)
    row = IntegrationRow(
        service=service,
        kind=kind,
        prefix=chosen[:_PREFIX_LENGTH],
        hash=digest(chosen),
        created_at=context.clock.now(),
    )

    def work(session: Session) -> int:
        services = context.directory(session).services
        if service not in services and service != ALARMS:
            message = f"there is no service {service!r}; there are: {', '.join(services) or 'none'}"
            raise NotFoundError(message)
        if integrations.by_hash(session, kind, row.hash) is not None:
            message = f"this key is in use already for {kind}: revoke it there first (DELETE /api/v1/integrations/ID)"
            raise RefusedError(message)
        session.add(row)
        session.flush()
        return row.id

    id_ = context.database.write(work)
    return IntegrationCreated(id_, chosen, context.public_url + _PATHS[kind].format(key=chosen))


def find_integration(context: Context, kind: str, key: str) -> IntegrationRecord | None:
    """The integration whose senders use `key`; None when it is unknown, revoked or of another kind."""
    return integrations.known(context.database, kind, digest(key))


def known_integration(context: Context, kind: str, key: str) -> IntegrationRecord | None:
    """The same, as this process remembers it: it may have been revoked since, which whoever stores something asks again."""
    name = (kind, key)
    known = context.integrations.get(name)
    if known is None and (known := find_integration(context, kind, key)) is not None:
        if len(context.integrations) >= _MOST_REMEMBERED:
            context.integrations.clear()
        context.integrations[name] = known
    return known


def forget_integration(context: Context, kind: str, key: str) -> None:
    """Look at the database when the key is used next."""
    context.integrations.pop((kind, key), None)


def revoke_integration(context: Context, id_: int) -> None:
    """Make a key useless from now on; raises NotFoundError."""
    if not context.database.write(lambda session: integrations.remove(session, id_)):
        message = f"there is no integration {id_}: the list of integrations has their ids"
        raise NotFoundError(message)


def _require_usable(kind: str, key: str) -> None:
    faults = []
    if kind not in _PATHS:
        faults.append(FieldFault("kind", f"{kind!r} is not known; there are: {', '.join(KINDS)}"))
    if not _TAKEN_OVER.fullmatch(key):
        faults.append(FieldFault("key", "needs 20 to 255 letters, digits or . _ ~ -"))
    if faults:
        raise InvalidInputError(faults)
