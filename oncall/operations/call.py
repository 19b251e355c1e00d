"""One provider call that has been claimed, as it is handed from the claim to the sender and on to the record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from oncall.domain.directory import Urgency
from oncall.domain.incident import Incident
from oncall.operations.together import Lookup
from oncall.store.messages import PAGE

LEASE = timedelta(seconds=30)
"""How long a claimed call may take, its record included, before others ask what became of it."""


@dataclass(frozen=True, slots=True)
class Paged:
    """What a page may say of its incident; `whole` is all of it, where the page is for a program."""

    id: str
    number: int
    service: str
    severity: str
    title: str
    sensitive: bool
    whole: Incident | None = None


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """One message to be sent: a page with its incident and code, and whether a reply may resolve it; or what has a `text`."""

    id: str
    text: str | None
    page: str | None = None
    code: str | None = None
    incident: Paged | None = None
    may_resolve: bool = False
    kind: str = PAGE


@dataclass(frozen=True, slots=True)
class Call:
    """One provider call, recorded as begun, that nobody else makes until the lease is over.

    Its messages go to one address by one way. `lookup` tells what to do first where a worker may have made this call and
    died: then nothing is sent before the provider was asked. `secrets` sign an event for a webhook.
    """

    id: str
    provider: str
    messages: tuple[ClaimedMessage, ...]
    user: str | None
    type: str
    address: str
    urgency: Urgency
    attempt: int
    lease: str
    lease_until: datetime
    lookup: Lookup | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)
