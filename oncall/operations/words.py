"""What a command names, checked against what there is: a person who mistypes is told the right word, a trigger is not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from oncall.document.faults import unknown
from oncall.domain.commands import Classify, Confirm, PersonCommand, Reassign, SetSeverity, Snooze, Triage, Update
from oncall.domain.directory import Directory
from oncall.domain.incident import Incident
from oncall.domain.policy import policy_of
from oncall.errors import FieldFault, InvalidInputError

_Named = tuple[str, str | None, Collection[str]]


def require_known(directory: Directory, incident: Incident, command: PersonCommand, now: datetime) -> None:
    """Raise InvalidInputError, with every fault by its field, where a command names what is not there or no time at all."""
    faults = (*_unknown(directory, incident, command), *_no_time(command, now))
    if faults:
        raise InvalidInputError(faults)


def _unknown(directory: Directory, incident: Incident, command: PersonCommand) -> Iterator[FieldFault]:
    for field, word, known in _named(directory, incident, command):
        what = "user" if field == "to" else field.replace("_", " ")
        if word is not None and word not in known:
            yield FieldFault(field, unknown(what, word, known) if known else f"there are no {what}s here")


def _named(directory: Directory, incident: Incident, command: PersonCommand) -> Iterator[_Named]:
    """Each field that names something, with what it names and what there is."""
    match command:
        case Triage() | SetSeverity():
            policy = policy_of(directory, incident.service)
            yield "severity", command.severity, [severity.id for severity in policy.severities]
        case Classify():
            policy = policy_of(directory, incident.service)
            yield "plan", command.plan, policy.plans
            yield "ticket_type", command.ticket_type, policy.ticket_types
        case Reassign():
            yield "to", command.to, directory.users
        case Confirm() if incident.gate is not None:
            yield "condition", command.condition, incident.gate.conditions


def _no_time(command: PersonCommand, now: datetime) -> Iterator[FieldFault]:
    match command:
        case Snooze() if command.length <= timedelta(0):
            yield FieldFault("for", "must be longer than zero")
        case Update() if command.next_by is not None and command.next_by <= now:
            yield FieldFault("next_by", "must be in the future")
