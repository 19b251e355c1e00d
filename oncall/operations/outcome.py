"""What can come of a provider's call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from oncall.domain.commands import Verdict

__all__ = ["Delivered", "Failed", "Outcome", "Sent", "Verdict"]


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it; `reference` is the provider's own id."""

    reference: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not work: `verdict` as in the command AttemptFailed; `reference` is the provider's own name for it, if any."""

    reason: str
    verdict: Verdict
    retry_after: timedelta | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """The provider says that it arrived."""


Outcome = Sent | Failed | Delivered
