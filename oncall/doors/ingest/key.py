"""From a sender's key to the service that it is a key of."""

from __future__ import annotations

from dataclasses import dataclass

from oncall.domain.directory import Service
from oncall.domain.itself import service_of
from oncall.domain.policy import SupportPolicy, policy_of
from oncall.operations.context import Context
from oncall.operations.integrations import find_integration


@dataclass(frozen=True, slots=True)
class Receiver:
    """The service that a key belongs to, with the policy that says what its words mean."""

    service: Service
    policy: SupportPolicy


def receiver_of_key(context: Context, kind: str, key: str) -> Receiver | None:
    """The service whose monitors speak `kind` with `key`; None for a key that is unknown or was revoked."""
    integration = find_integration(context, kind, key)
    if integration is None:
        return None
    with context.database.read() as session:
        directory = context.directory(session)
        service = service_of(directory, integration.service)
        return Receiver(service, policy_of(directory, service.id)) if service is not None else None
