"""What each button of an incident's page asks for: a form's fields become a command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

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
from oncall.doors.web.spoken import spoken_instant
from oncall.doors.web.times import Times
from oncall.errors import FieldFault, InvalidInputError
from schedules import ScheduleError, parse_delay

VIA = "page"
FIELD = "f-"
"""Before the names of the required information that a form brings."""
LONGEST_TEXT = 10_000

Form = Mapping[str, str]
Command = Callable[[str, Form, Times], PersonCommand]


@dataclass(frozen=True, slots=True)
class Order:
    """One thing to ask for; `command` makes it of who asks, the form and their time, `done` is said when it is done."""

    command: Command
    done: str


def _triage(by: str, form: Form, _times: Times) -> PersonCommand:
    return Triage(by, form.get("severity") or None, VIA)


def _set_severity(by: str, form: Form, _times: Times) -> PersonCommand:
    return SetSeverity(by, form.get("severity", ""), VIA)


def _classify(by: str, form: Form, _times: Times) -> PersonCommand:
    return Classify(by, form.get("plan") or None, form.get("ticket_type") or None, VIA)


def _snooze(by: str, form: Form, _times: Times) -> PersonCommand:
    with _fault_at("for"):
        return Snooze(by, parse_delay(form.get("for", "")), VIA)


def _reassign(by: str, form: Form, _times: Times) -> PersonCommand:
    return Reassign(by, form.get("to", ""), VIA)


def _update(by: str, form: Form, times: Times) -> PersonCommand:
    return Update(by, _text(form), _next_by(form, times), VIA)


def _note(by: str, form: Form, _times: Times) -> PersonCommand:
    text = _text(form)
    if not text:
        raise InvalidInputError([FieldFault("text", "write something to note")])
    return AddNote(by, text, VIA)


def _await_customer(by: str, form: Form, _times: Times) -> PersonCommand:
    return AwaitCustomer(by, _text(form), VIA)


def _customer_replied(by: str, form: Form, _times: Times) -> PersonCommand:
    brought = {name.removeprefix(FIELD): text.strip() for name, text in form.items() if name.startswith(FIELD)}
    return CustomerReplied(by, {name: text for name, text in brought.items() if text}, VIA)


def _confirm(by: str, form: Form, _times: Times) -> PersonCommand:
    return Confirm(by, form.get("condition", ""), VIA)


def _next_by(form: Form, times: Times) -> datetime | None:
    asked = form.get("next_by", "").strip()
    if not asked:
        return None
    with _fault_at("next_by"):
        return spoken_instant(asked, times.now, times.zone)


def _text(form: Form) -> str:
    text = form.get("text", "").strip()
    if len(text) > LONGEST_TEXT:
        raise InvalidInputError([FieldFault("text", f"write at most {LONGEST_TEXT} characters")])
    return text


@contextmanager
def _fault_at(field: str) -> Iterator[None]:
    try:
        yield
    except ScheduleError as error:
        raise InvalidInputError([FieldFault(field, str(error))]) from error


_ORDERS: Mapping[type[PersonCommand], Order] = {
    Acknowledge: Order(lambda by, _form, _times: Acknowledge(by, VIA), "You have it. Nobody else is paged for it now."),
    Resolve: Order(lambda by, _form, _times: Resolve(by, VIA), "It is resolved."),
    Escalate: Order(lambda by, _form, _times: Escalate(by, VIA), "The next step is being paged."),
    Triage: Order(_triage, "It is triaged."),
    SetSeverity: Order(_set_severity, "The severity is another now."),
    Classify: Order(_classify, "It is classified."),
    ApplyWorkaround: Order(lambda by, _form, _times: ApplyWorkaround(by, VIA), "The workaround is noted."),
    Snooze: Order(_snooze, "It is snoozed: nobody is paged until then."),
    Release: Order(lambda by, _form, _times: Release(by, VIA), "It pages now."),
    Reassign: Order(_reassign, "They are being paged. If they do not answer, the escalation begins in five minutes."),
    Repage: Order(lambda by, _form, _times: Repage(by, VIA), "The paging has begun anew, from the first step."),
    Update: Order(_update, "The update is noted."),
    AddNote: Order(_note, "It is noted."),
    AwaitCustomer: Order(_await_customer, "The clocks are paused until the customer has replied."),
    CustomerReplied: Order(_customer_replied, "The clocks go on."),
    EscalateForCustomer: Order(
        lambda by, _form, _times: EscalateForCustomer(by, VIA), "It is escalated: management is being paged."
    ),
    Confirm: Order(_confirm, "It is confirmed."),
    DeEscalate: Order(lambda by, _form, _times: DeEscalate(by, VIA), "The customer's escalation is over."),
}

ORDERS: Mapping[str, Order] = {NAMES[command]: each for command, each in _ORDERS.items()}
"""Everything that a button may ask for, by the name that it has everywhere."""
