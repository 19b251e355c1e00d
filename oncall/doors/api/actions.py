"""What can be done about an incident over the API: one table of verbs, for its id and for a ticket's own key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, create_model

from oncall.domain.commands import (
    NAMES,
    Acknowledge,
    AddNote,
    ApplyWorkaround,
    AwaitCustomer,
    Classify,
    Confirm,
    CustomerReplied,
    DeEscalate,
    Escalate,
    EscalateForCustomer,
    PersonCommand,
    Reassign,
    Release,
    Repage,
    Resolve,
    SetSeverity,
    Snooze,
    Triage,
    Update,
)
from oncall.doors.api.action_models import (
    AwaitCustomerIn,
    ClassesIn,
    ConfirmIn,
    CustomerRepliedIn,
    NoteIn,
    ReassignIn,
    SeverityIn,
    SnoozeIn,
    TicketKey,
    TriageIn,
    UpdateIn,
)
from oncall.doors.api.endpoint import Answer, Call, Endpoint, NoBody, NoQuery, post
from oncall.doors.api.incident_models import IncidentOut, incident_out
from oncall.errors import FieldFault, InvalidInputError, NotFoundError
from oncall.operations.act import act, act_by_key

Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Verb(Generic[Body]):
    """One thing to do: its word in the address, what it does, what is sent along, and the command that comes of it and who asks."""

    word: str
    does: str
    kind: type[PersonCommand]
    body: type[Body]
    command: Callable[[Body, str], PersonCommand]

    @property
    def name(self) -> str:
        """What the simulator and the log call it."""
        return NAMES[self.kind]

    @property
    def words(self) -> tuple[str, ...]:
        """Every spelling that is understood in an address, the one that is described first."""
        return tuple(dict.fromkeys((self.word, self.word.replace("-", "_"), self.name, self.name.replace("_", "-"))))


def _plain(word: str, kind: Callable[[str], PersonCommand], does: str) -> Verb[NoBody]:
    """A verb that takes nothing along."""
    return Verb(word, does, kind, NoBody, lambda _, by: kind(by))  # type: ignore[arg-type]  # a class of commands, made of who asks


def _classify(body: ClassesIn, by: str) -> PersonCommand:
    if body.plan is None and body.ticket_type is None:
        raise InvalidInputError([FieldFault("plan", "name a plan, a ticket type or both")])
    return Classify(by, body.plan, body.ticket_type)


VERBS: tuple[Verb[Any], ...] = (
    _plain("acknowledge", Acknowledge, "Take an incident: whatever was not sent yet is not sent any more."),
    _plain(
        "resolve",
        Resolve,
        "Close an incident for good; one that is resolved already stays as it is.\n\n"
        "While a customer's escalation is open a system's resolve waits for its end, a person's does not.",
    ),
    Verb(
        "triage",
        "Say that somebody has looked at an incident, and how grave it is: then its rule is followed.",
        Triage,
        TriageIn,
        lambda body, by: Triage(by, body.severity),
    ),
    Verb(
        "severity",
        "Change how grave an incident is: the policy says what follows.\n\n"
        "Refused while a customer's escalation is open, where it would be lowered and not every condition is confirmed.",
        SetSeverity,
        SeverityIn,
        lambda body, by: SetSeverity(by, body.severity),
    ),
    Verb(
        "classify",
        "Change an incident's plan, its ticket type or both: the policy says what follows.",
        Classify,
        ClassesIn,
        _classify,
    ),
    _plain("workaround", ApplyWorkaround, "Say that there is a workaround: the policy says which severity is left."),
    Verb(
        "snooze",
        "Page nobody for a while; then the policy is asked again.",
        Snooze,
        SnoozeIn,
        lambda body, by: Snooze(by, body.length),
    ),
    _plain("release", Release, "Page now for an incident that was deferred."),
    _plain("escalate", Escalate, "Page the next step now, also when somebody has acknowledged."),
    Verb(
        "reassign",
        "Page this user now; without an answer within five minutes the escalation begins.",
        Reassign,
        ReassignIn,
        lambda body, by: Reassign(by, body.to),
    ),
    _plain("repage", Repage, "Begin the escalation anew, from its first step and with the policies as they now are."),
    Verb("note", "Keep something to remember in the log.", AddNote, NoteIn, lambda body, by: AddNote(by, body.text)),
    Verb(
        "update",
        "Say that the customer was told how it stands: the time until the next update starts again.",
        Update,
        UpdateIn,
        lambda body, by: Update(by, body.text, body.next_by),
    ),
    Verb(
        "await-customer",
        "Wait for the customer: the clocks of response and update pause.",
        AwaitCustomer,
        AwaitCustomerIn,
        lambda body, by: AwaitCustomer(by, body.text),
    ),
    Verb(
        "customer-replied",
        "Say that the customer has answered: the clocks go on with what was left.",
        CustomerReplied,
        CustomerRepliedIn,
        lambda body, by: CustomerReplied(by, body.fields),
    ),
    _plain(
        "customer-escalate", EscalateForCustomer, "Page management, as the customer asks for it, and open the gate."
    ),
    Verb(
        "confirm",
        "Record that one condition of the gate is met.",
        Confirm,
        ConfirmIn,
        lambda body, by: Confirm(by, body.condition),
    ),
    _plain(
        "de-escalate",
        DeEscalate,
        "End the customer's escalation; refused until every condition of the gate is confirmed.",
    ),
)
"""Everything that may be done about an incident."""

_OF_TICKETS = (
    "acknowledge",
    "resolve",
    "severity",
    "classify",
    "note",
    "update",
    "await-customer",
    "customer-replied",
    "customer-escalate",
)
_BY_ID = "/incidents/{incident}"
_BY_KEY = "/services/{service}/incidents/by-key"
_OUT = {200: IncidentOut}


def _of_incident(verb: Verb[Body]) -> Endpoint[NoQuery, Body]:
    def handle(call: Call[NoQuery, Body]) -> Answer:
        command = verb.command(call.body, call.asker.name)
        return Answer(200, incident_out(call, act(call.context, call.path["incident"], command)))

    _name(handle, verb.name, verb.does)
    path, *aliases = (f"{_BY_ID}/{word}" for word in verb.words)
    return post(path, handle, body=verb.body, answers=_OUT, aliases=aliases)


def _of_ticket(verb: Verb[Body]) -> Endpoint[NoQuery, Any]:
    """The same for a system that knows the incident by its own key: the open one of a service with that dedup key."""
    of_ticket = _with_key(verb.body)

    def handle(call: Call[NoQuery, Any]) -> Answer:
        service, key = call.path["service"], call.body.dedup_key
        done = act_by_key(call.context, service, key, verb.command(call.body, call.asker.name))
        if done is None:
            raise NotFoundError(f"no incident of service {service!r} with the dedup key {key!r} is open")
        return Answer(200, incident_out(call, done))

    _name(
        handle,
        f"{verb.name}_by_key",
        f"{verb.does}\n\nThe incident is the open one of the service with that dedup key.",
    )
    path, *aliases = (f"{_BY_KEY}/{word}" for word in verb.words)
    return post(path, handle, body=of_ticket, answers=_OUT, aliases=aliases)


def _with_key(body: type[BaseModel]) -> type[TicketKey]:
    if body is NoBody:
        return TicketKey
    name = f"{body.__name__.removesuffix('In')}ByKey"
    both = cast("tuple[type[TicketKey], ...]", (TicketKey, body))
    return create_model(name, __base__=both, __doc__=f"The ticket's own key. {body.__doc__}")


def _name(handle: Callable[..., Answer], name: str, does: str) -> None:
    handle.__name__, handle.__doc__ = name, does


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    *(_of_incident(verb) for verb in VERBS),
    *(_of_ticket(verb) for verb in VERBS if verb.word in _OF_TICKETS),
)
