"""What a command names, checked against what there is: a person who mistypes is told the right word, a trigger is not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from oncall.document.faults import unknown
from oncall.domain.commands import Classify, Confirm, PersonCommand, Reassign, SetSeverity, Snooze, Triage, Update
from oncall.domain.directory import Directory, Service
from oncall.domain.incident import Incident
from oncall.domain.itself import service_of
from oncall.domain.meaning import plan_meant, severity_meant, ticket_type_meant
from oncall.domain.policy import SupportPolicy, policy_of
from oncall.errors import FieldFault, InvalidInputError

_Named = tuple[str, str, Collection[str]]


def require_known(directory: Directory, incident: Incident, command: PersonCommand, now: datetime) -> None:
    """Raise InvalidInputError, with every fault by its field, where a command names what is not there or no time at all."""
    faults = (*_unknown(directory, incident, command), *_no_time(command, now))
    if faults:
        raise InvalidInputError(faults)


def _unknown(directory: Directory, incident: Incident, command: PersonCommand) -> Iterator[FieldFault]:
    for field, word, known in _misnamed(directory, incident, command):
        what = "user" if field == "to" else field.replace("_", " ")
        yield FieldFault(field, unknown(what, word, known) if known else f"there are no {what}s here")


def _misnamed(directory: Directory, incident: Incident, command: PersonCommand) -> Iterator[_Named]:
    """Each field that names what is not there, with what it names and what there is."""
    match command:
        case Triage() | SetSeverity() if command.severity is not None:
            service = service_of(directory, incident.service) or Service(incident.service)
            yield from _severity(command.severity, service, policy_of(directory, service.id))
        case Classify():
            yield from _classes(command, policy_of(directory, incident.service))
        case Reassign() if command.to not in directory.users:
            yield "to", command.to, directory.users
        case Confirm() if incident.gate is not None and command.condition not in incident.gate.conditions:
            yield "condition", command.condition, incident.gate.conditions


def _severity(word: str, service: Service, policy: SupportPolicy) -> Iterator[_Named]:
    """The words of the service's own map are as good as the policy's severities."""
    if not word.strip() or severity_meant(word, service, policy).warning:
        yield "severity", word, [severity.id for severity in policy.severities]


def _classes(command: Classify, policy: SupportPolicy) -> Iterator[_Named]:
    if command.plan and plan_meant(command.plan, policy).warning:
        yield "plan", command.plan, policy.plans
    if command.ticket_type and ticket_type_meant(command.ticket_type, policy).warning:
        yield "ticket_type", command.ticket_type, policy.ticket_types


def _no_time(command: PersonCommand, now: datetime) -> Iterator[FieldFault]:
    match command:
        case Snooze() if command.length <= timedelta(0):
            yield FieldFault("for", "must be longer than zero")
        case Update() if command.next_by is not None and command.next_by <= now:
            yield FieldFault("next_by", "must be in the future")
