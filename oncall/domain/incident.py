"""An incident: one open problem of one service, as a frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from oncall.domain.directory import EscalationPolicy, Urgency


class State(StrEnum):
    """What an incident is doing (docs/semantics.md 5.4)."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class AttemptState(StrEnum):
    """How far one attempt has come; only what is pending may still be sent."""

    PENDING = "pending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way in which one page reaches its person, by one notification rule.

    `method` is the contact method's id, `type` its kind and `address` where it goes. `tries` counts the sends so far.
    """

    id: str
    method: str
    type: str
    address: str
    due_at: datetime
    state: AttemptState = AttemptState.PENDING
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One person (or, with `user` None, a channel) told of one incident by one step of one round of one run.

    Its id is made of those, so the same page made twice is one page. `firing` is the run's count of firings when it was made;
    `step` counts from 1, or is "fallback" or "administrators".
    """

    id: str
    firing: int
    user: str | None
    policy: str
    step: int | str
    round: int
    because: str
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """An escalation under way: where it is in the policy with which it began.

    `step` is the number of the step fired last (0 before the first), `fired` counts the firings, so that a timer knows
    whether it is still the next one. `reached` says whether the present round has reached anybody,
    `reached_earlier` whether it had before the step fired last, whose pages may all fail yet. `next_at` is when the
    next step falls due; None when nothing follows. `pages` are those that may still be sent, and those of the present step.
    """

    generation: int
    policy: EscalationPolicy
    running: bool = True
    round: int = 1
    step: int = 0
    fired: int = 0
    reached: bool = False
    reached_earlier: bool = False
    exhausted: bool = False
    next_at: datetime | None = None
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True, slots=True)
class Incident:
    """One open problem, whole.

    `generation` is the last number handed out to a run; what was made under another than the running one's does nothing.
    `run` is kept after it stopped, so that an escalation by hand knows where it was.
    """

    id: str
    service: str
    dedup_key: str
    title: str
    severity: str
    urgency: Urgency
    state: State
    created_at: datetime
    number: int = 0
    body: str = ""
    sensitive: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[Mapping[str, str], ...] = ()
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None
    generation: int = 0
    run: Run | None = None

    def is_live(self, generation: int) -> bool:
        """Whether what was made under `generation` may still act."""
        return self.run is not None and self.run.running and self.run.generation == generation
