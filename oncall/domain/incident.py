"""An incident: one open problem of one service, as a frozen value.

What changes at every turn has no slots: so it is made and changed at a fraction of the cost (`evolve`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from oncall.domain.directory import EscalationPolicy, Urgency
from oncall.domain.evolve import quickly_made
from oncall.domain.policy import Do, Rule
from schedules import Duration


class State(StrEnum):
    """What an incident is doing (docs/semantics.md 5.4)."""

    TRIAGE = "triage"
    TRIGGERED = "triggered"
    DEFERRED = "deferred"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class AttemptState(StrEnum):
    """How far one attempt has come; only what is pending may still be sent."""

    PENDING = "pending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    VOID = "void"


@quickly_made
@dataclass(frozen=True)
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


@quickly_made
@dataclass(frozen=True)
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
    urgency: Urgency = Urgency.HIGH


class Cause(StrEnum):
    """Why a run pages: the incident's own escalation, the look before it, or management beside it."""

    ESCALATION = "escalation"
    TRIAGE = "triage"
    BREACH = "breach"
    WARNING = "warning"
    CUSTOMER = "customer"


_BESIDE = frozenset({Cause.BREACH, Cause.WARNING, Cause.CUSTOMER})


@quickly_made
@dataclass(frozen=True)
class Run:
    """An escalation under way: where it is in the policy with which it began.

    `step` is the number of the step fired last (0 before the first), `fired` counts the firings, so that a timer knows
    whether it is still the next one. `reached` says whether the present round has reached anybody,
    `reached_earlier` whether it had before the step fired last, whose pages may all fail yet. `next_at` is when the
    next step falls due; None when nothing follows. `pages` are those that may still be sent, and those of the present step.
    `because` is why the run began, where that is not the incident itself.
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
    cause: Cause = Cause.ESCALATION
    because: str = ""
    began_at: datetime | None = None

    @property
    def is_management(self) -> bool:
        """Whether it runs beside the incident's own escalation (docs/semantics.md 4.8, 4.10)."""
        return self.cause in _BESIDE


class Waiting(StrEnum):
    """What an incident in a state waits for: one thing at a time, and each state has its own."""

    TRIAGE = "triage"
    RELEASE = "release"
    HOURS = "hours"
    ACK_TIMEOUT = "ack_timeout"
    SNOOZE = "snooze"


@quickly_made
@dataclass(frozen=True)
class Wait:
    """The instant at which the present state ends by itself, or at which the table is asked again (HOURS)."""

    kind: Waiting
    generation: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """While the customer was waited for; `until` is None as long as it lasts."""

    since: datetime
    until: datetime | None = None


@quickly_made
@dataclass(frozen=True)
class Clock:
    """A clock that runs: the response's or the update's (docs/semantics.md 4.6).

    It counts from `start`, leaving out the incident's pauses; `limit` is a plain timedelta where the update's end was
    agreed. `due_at` is None while it is paused, and after a breach of the response clock still says when that was.
    """

    name: str
    generation: int
    start: datetime
    limit: Duration | timedelta
    warn_before: Duration | None = None
    due_at: datetime | None = None
    warned: bool = False
    breached: bool = False


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One condition of the gate, recorded as confirmed."""

    condition: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Gate:
    """A customer's escalation: while it is open the severity is not lowered until every condition is confirmed.

    `resolve_by` is the monitor or ticket system whose resolve waits for the gate to close.
    """

    by: str
    at: datetime
    conditions: tuple[str, ...]
    confirmed: tuple[Confirmation, ...] = ()
    resolve_by: str | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """The conditions that nobody has confirmed yet."""
        known = {one.condition for one in self.confirmed}
        return tuple(condition for condition in self.conditions if condition not in known)


@quickly_made
@dataclass(frozen=True)
class Incident:
    """One open problem, whole.

    `generation` is the last number handed out to a run, a clock or a wait; what was made under one that is over does nothing.
    `run` is the escalation run, or that of triage; it is kept after it stopped, so that an escalation by hand knows where it
    was. `management` are the runs beside it that have not ended. `rule` is the row of the table that decided last, and `doing`
    what came of it: a deferring rule pages in open hours. `missing` are the required fields that nobody has sent yet,
    `pauses` the times in which the customer was waited for. `respond` is None once a person has responded or
    where nothing was promised; `update` where no update is due.
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
    management: tuple[Run, ...] = ()
    customer: str | None = None
    plan: str | None = None
    ticket_type: str | None = None
    missing: tuple[str, ...] = ()
    rule: Rule | None = None
    doing: Do = Do.PAGE
    wait: Wait | None = None
    responded_at: datetime | None = None
    respond: Clock | None = None
    update: Clock | None = None
    pauses: tuple[Pause, ...] = ()
    gate: Gate | None = None

    @property
    def waits_for_customer_since(self) -> datetime | None:
        """When the customer was asked for what has not come yet, None while nothing is waited for."""
        return self.pauses[-1].since if self.pauses and self.pauses[-1].until is None else None

    @property
    def running(self) -> tuple[Run, ...]:
        """The runs that may still page: the escalation's or triage's first, then management's as they began."""
        run = self.run
        return self.management if run is None or not run.running else (run, *self.management)

    def is_live(self, generation: int) -> bool:
        """Whether the run of that generation may still page."""
        return any(run.generation == generation for run in self.running)

    def pending(self) -> Iterator[Attempt]:
        """What may still be sent."""
        for run in self.running:
            for page in run.pages:
                yield from (attempt for attempt in page.attempts if attempt.state is AttemptState.PENDING)

    @property
    def clocks(self) -> tuple[Clock, ...]:
        """The clocks that run or are paused."""
        return tuple(clock for clock in (self.respond, self.update) if clock is not None)

    @property
    def respond_by(self) -> datetime | None:
        """When a person is to have responded; None once one has, while the clock is paused, or where nothing was promised."""
        return self.respond.due_at if self.respond else None

    @property
    def update_by(self) -> datetime | None:
        """When the next update is due, None where none is."""
        return self.update.due_at if self.update else None

    @property
    def deferred_until(self) -> datetime | None:
        """When it is released, None unless it is deferred."""
        return self.wait.until if self.wait is not None and self.state is State.DEFERRED else None

    @property
    def snoozed_until(self) -> datetime | None:
        """When the snooze is over, None unless it is snoozed."""
        return self.wait.until if self.wait is not None and self.state is State.SNOOZED else None
