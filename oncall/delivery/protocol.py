"""What delivery and the vendors' folders know of each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Literal, Protocol, runtime_checkable

from oncall.domain.commands import Verdict
from oncall.domain.directory import Urgency


@dataclass(frozen=True, slots=True)
class PageLine:
    """One incident within a message.

    `title` is None for a sensitive incident, of which nothing but the number leaves. `code` answers by SMS.
    `may_resolve` is False at the gravest severity, which no reply may resolve. `outside` is the incident in the API's shape,
    for programs.
    """

    page: str
    incident: str
    number: int
    service: str
    severity: str
    title: str | None
    url: str
    code: str
    may_resolve: bool
    outside: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, ready to be sent by one provider call.

    `id` is ours and comes back in callbacks and look-ups. `lines` are the pages it carries, none for a notice;
    `text` is the whole as plain text, and `listing` the address at which what is open of all that is listed. After `valid_for` it is
    worth nothing and should not arrive any more. `message` is the id of the (first) message, the same however often it is
    sent; `secrets` sign an event for a subscription. Of what is looked for, `others` are the vendor's ids of our other calls to
    that address at the time, None where not all are known.
    """

    id: str
    method: str
    address: str
    user: str | None
    urgency: Urgency
    lines: tuple[PageLine, ...]
    text: str
    attempt: int
    valid_for: timedelta
    listing: str = ""
    message: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    others: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The vendor took it; `reference` is the vendor's own id."""

    reference: str


class NotFound(Enum):
    """What a look-up says when it has no receipt."""

    ABSENT = "the vendor never got it"
    UNKNOWN = "the vendor cannot say"
    REPEATABLE = "the vendor counts what has the same id once"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a message that the vendor took.

    It arrived, it failed for that `reason`, it "waits" with the vendor, or it is "out" and nobody knows more.
    """

    status: Literal["delivered", "failed", "waits", "out"]
    reason: str = ""
    verdict: Verdict = "permanent"


class Provider(Protocol):
    """One vendor, told what to send; knows neither incidents nor the database."""

    @property
    def name(self) -> str:
        """The vendor's name in records and metrics."""

    @property
    def methods(self) -> Collection[str]:
        """The types of contact method that it delivers: sms, voice, slack, slack_channel ..."""

    def send(self, outgoing: Outgoing) -> Receipt:
        """Hand the message to the vendor once; raises ProviderError when it did not take it."""

    def find(self, outgoing: Outgoing, since: datetime) -> Receipt | NotFound:
        """Look for a message with our id that may have been sent at or after `since` by a worker that died."""


@runtime_checkable
class Telling(Protocol):
    """A provider that can be asked what became of a message."""

    @property
    def name(self) -> str:
        """As of any provider."""

    @property
    def told(self) -> Collection[str]:
        """The types of contact method whose messages it can be asked after."""

    def fate(self, reference: str, method: str) -> Fate:
        """What became of a message of that type, by the vendor's own id; raises ProviderError when it cannot say."""
