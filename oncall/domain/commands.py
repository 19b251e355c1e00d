"""What can be asked of an incident: by people, by monitors, by timers and by delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from oncall.domain.directory import Urgency
from oncall.domain.evolve import quickly_made


@quickly_made
@dataclass(frozen=True)
class Trigger:
    """Something is wrong with a service.

    `severity`, `plan` and `ticket_type` may be any words: the service's map and the policy decide what they mean.
    `customer` is the id of whom it concerns. `by` names the sender. `warnings` are the door's own about what it had to mend.
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
    customer: str | None = None
    plan: str | None = None
    ticket_type: str | None = None


@quickly_made
@dataclass(frozen=True)
class Acknowledge:
    """A person takes it; `via` is the way in which they said so (api, page, cli, sms, voice, slack ...)."""

    by: str
    via: str = "api"


@quickly_made
@dataclass(frozen=True)
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
class Triage:
    """A person has looked at it; `severity` None leaves it as it is."""

    by: str
    severity: str | None = None
    via: str = "api"


@dataclass(frozen=True, slots=True)
class SetSeverity:
    """The severity is another."""

    by: str
    severity: str
    via: str = "api"


@dataclass(frozen=True, slots=True)
class Classify:
    """The plan or the ticket type is another; None leaves it as it is."""

    by: str
    plan: str | None = None
    ticket_type: str | None = None
    via: str = "api"


@dataclass(frozen=True, slots=True)
class ApplyWorkaround:
    """There is a workaround: the policy may say which severity is left."""

    by: str
    via: str = "api"


@dataclass(frozen=True, slots=True)
class Snooze:
    """Page nobody for so long; then the table is asked again."""

    by: str
    length: timedelta
    via: str = "api"


@dataclass(frozen=True, slots=True)
class Release:
    """Page now what was deferred."""

    by: str
    via: str = "api"


@dataclass(frozen=True, slots=True)
class Reassign:
    """Page this person now; without an answer the escalation begins five minutes later."""

    by: str
    to: str
    via: str = "api"


@dataclass(frozen=True, slots=True)
class Repage:
    """Begin the escalation anew, from its first step and with the policies as they now are."""

    by: str
    via: str = "api"


@dataclass(frozen=True, slots=True)
class Update:
    """The customer was told how it stands; `next_by` is when the next update was agreed to come."""

    by: str
    text: str = ""
    next_by: datetime | None = None
    via: str = "api"


@dataclass(frozen=True, slots=True)
class AddNote:
    """Something to remember, for those who read the log."""

    by: str
    text: str
    via: str = "api"


@dataclass(frozen=True, slots=True)
class AwaitCustomer:
    """The customer was asked for something: both clocks pause."""

    by: str
    text: str = ""
    via: str = "api"


@dataclass(frozen=True, slots=True)
class CustomerReplied:
    """The customer has answered: both clocks go on. `fields` are required ones that came with the answer."""

    by: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    via: str = "api"


@dataclass(frozen=True, slots=True)
class EscalateForCustomer:
    """The customer asks for management's attention."""

    by: str
    via: str = "api"


@dataclass(frozen=True, slots=True)
class Confirm:
    """A condition of the gate is met."""

    by: str
    condition: str
    via: str = "api"


@dataclass(frozen=True, slots=True)
class DeEscalate:
    """The customer's escalation is over: every condition of the gate must be confirmed."""

    by: str
    via: str = "api"


@dataclass(frozen=True, slots=True)
class Recalculate:
    """The configuration has changed: work out again what depends on calendars.

    `since` is when it changed, None for just now: what was due by then is not put off any more, what falls due after it is.
    """

    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rearm:
    """Nothing would take it further any more: the auditor found it without a timer, and gives it its next step now."""


@dataclass(frozen=True, slots=True)
class PassOver:
    """Nothing was sent since that instant, as a backup had been restored: what was due by now is not made up for."""

    since: datetime


class FireTimer(NamedTuple):
    """A timer fell due; `due_at` is when it should have fired."""

    kind: str
    generation: int
    occurrence: int
    due_at: datetime


class AttemptSent(NamedTuple):
    """The provider took the message; `bundle` is shared by what went out as one, None when it went alone.

    `urgency` is that of the page, None where only the incident knows it. `waits_since` is when it was due, where it was put off.
    """

    attempt: str
    user: str | None
    type: str
    bundle: str | None = None
    urgency: Urgency | None = None
    waits_since: datetime | None = None


Verdict = Literal["transient", "away", "permanent", "address"]


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """The provider did not take it, or said later that it was not delivered.

    `verdict` is what the failure means: try this again ("transient"), the same but go on with the next method meanwhile, as the
    provider is away ("away"), it will not work ("permanent"), or the address itself is bad and its method is to be disabled
    ("address"). `method` is the contact method's id.
    """

    attempt: str
    user: str | None
    method: str
    type: str
    reason: str
    verdict: Verdict
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class AttemptDelivered:
    """The provider says that it reached the handset."""

    attempt: str
    user: str | None
    type: str


PersonCommand = (
    Acknowledge
    | Resolve
    | Escalate
    | Triage
    | SetSeverity
    | Classify
    | ApplyWorkaround
    | Snooze
    | Release
    | Reassign
    | Repage
    | Update
    | AddNote
    | AwaitCustomer
    | CustomerReplied
    | EscalateForCustomer
    | Confirm
    | DeEscalate
)
"""What people and the systems that speak for them ask of an incident that is there."""

Command = (
    Trigger
    | PersonCommand
    | Recalculate
    | Rearm
    | PassOver
    | FireTimer
    | AttemptSent
    | AttemptFailed
    | AttemptDelivered
)

NAMES: Mapping[type[PersonCommand], str] = {
    Acknowledge: "acknowledge",
    Resolve: "resolve",
    Escalate: "escalate",
    Triage: "triage",
    SetSeverity: "set_severity",
    Classify: "classify",
    ApplyWorkaround: "apply_workaround",
    Snooze: "snooze",
    Release: "release",
    Reassign: "reassign",
    Repage: "repage",
    Update: "update",
    AddNote: "note",
    AwaitCustomer: "await_customer",
    CustomerReplied: "customer_replied",
    EscalateForCustomer: "customer_escalate",
    Confirm: "confirm",
    DeEscalate: "de_escalate",
}
"""What each command is called by `oncall simulate`, in the API and in the log's `refused`."""
