"""From a sender's key to the service that it is a key of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from oncall.errors import UnknownKeyError
from oncall.operations.context import Context
from oncall.operations.integrations import find_integration, forget_integration, known_integration
from oncall.store.integrations import IntegrationRecord


def owner_of_key(context: Context, kind: str, key: str) -> IntegrationRecord:
    """The integration whose monitors speak `kind` with `key`; raises UnknownKeyError for one that is unknown or was revoked."""
    integration = find_integration(context, kind, key)
    if integration is None:
        raise UnknownKeyError
    return integration


@contextmanager
def remembered_owner(context: Context, kind: str, key: str) -> Iterator[IntegrationRecord]:
    """The same, as this process remembers it, for triggers alone: whether it was revoked is asked as they are stored."""
    integration = known_integration(context, kind, key)
    if integration is None:
        raise UnknownKeyError
    try:
        yield integration
    except UnknownKeyError:
        forget_integration(context, kind, key)
        raise
