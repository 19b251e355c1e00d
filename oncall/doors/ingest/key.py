"""From a sender's key to the service that it is a key of."""

from __future__ import annotations

from oncall.domain.directory import Service
from oncall.operations.context import Context
from oncall.operations.integrations import find_integration


def service_of_key(context: Context, kind: str, key: str) -> Service | None:
    """The service whose monitors speak `kind` with `key`; None for a key that is unknown or was revoked."""
    integration = find_integration(context, kind, key)
    if integration is None:
        return None
    with context.database.read() as session:
        return context.directory(session).services.get(integration.service)
