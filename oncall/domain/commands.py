"""What can be asked of an incident: by people, by monitors, by timers and by delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something is wrong with a service.

    `severity` may be any word: the service's map and the policy decide what it means. `by` names the sender.
    `warnings` are the door's own about what it had to mend.
    """

    id: str
    service: str
    dedup_key: str
    title: str
    severity: str | None = None
    body: str = ""
    sensitive: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[Mapping[str, str], ...] = ()
    by: str = "api"
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A person takes it; `via` is the way in which they said so (api, page, cli, sms, voice, slack ...)."""

    by: str
    via: str = "api"


@dataclass(frozen=True, slots=True)
class Resolve:
    """It is over, says a person or the monitor that triggered it."""

    by: str
    via: str = "api"


@dataclass(frozen=True, slots=True)
class Escalate:
    """A person asks for the next step now.

    `page` is the page they answered, None when they saw the present state: an answer to a page of an earlier step is stale.
    """

    by: str
    via: str = "api"
    page: str | None = None


@dataclass(frozen=True, slots=True)
class FireTimer:
    """A timer fell due; `due_at` is when it should have fired."""

    kind: str
    generation: int
    occurrence: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptSent:
    """The provider took the message; `bundle` is shared by what went out as one, None when it went alone."""

    attempt: str
    user: str | None
    type: str
    bundle: str | None = None


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """The provider did not take it, or said later that it was not delivered.

    `verdict` is what the failure means: try this again ("transient"), it will not work ("permanent"), or the address itself is
    bad and its method is to be disabled ("address"). `method` is the contact method's id.
    """

    attempt: str
    user: str | None
    method: str
    type: str
    reason: str
    verdict: Literal["transient", "permanent", "address"]
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class AttemptDelivered:
    """The provider says that it reached the handset."""

    attempt: str
    user: str | None
    type: str


Command = Trigger | Acknowledge | Resolve | Escalate | FireTimer | AttemptSent | AttemptFailed | AttemptDelivered
