"""Open an incident, or join the one that is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from oncall.domain.commands import Trigger
from oncall.domain.incident import Incident
from oncall.domain.itself import CANARY, service_of
from oncall.errors import FieldFault, InvalidInputError
from oncall.operations.context import Context
from oncall.operations.dedup import kept_key
from oncall.operations.record import Recording, carry_out
from oncall.store import incidents


@dataclass(frozen=True, slots=True)
class TriggerRequest:
    """Something is wrong with a service.

    Without a `dedup_key` it always opens an incident of its own. `severity`, `plan` and `ticket_type` may be any words,
    `customer` is the id of whom it concerns. `by` is the user or system that says so, `warnings` are what the door had to
    mend.
    """

    service: str
    title: str
    by: str
    dedup_key: str | None = None
    severity: str | None = None
    body: str = ""
    sensitive: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[Mapping[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    customer: str | None = None
    plan: str | None = None
    ticket_type: str | None = None


@dataclass(frozen=True, slots=True)
class Triggered:
    """What came of a trigger: the incident as it now is, whether it was open before, and what had to be guessed."""

    incident: Incident
    joined: bool
    warnings: tuple[str, ...]


def trigger(context: Context, request: TriggerRequest) -> Triggered:
    """Open an incident, or join the open one with the same service and dedup key (docs/semantics.md 5.5).

    Stored, with the pages that it makes, once this returns. Raises InvalidInputError for an unknown service and
    UnavailableError without a database: then the sender should send it again, which opens no second incident.
    """
    id_ = uuid4().hex
    command = Trigger(
        id=id_,
        service=request.service,
        dedup_key=id_ if request.dedup_key is None else kept_key(request.dedup_key),
        title=request.title,
        severity=request.severity,
        body=request.body,
        sensitive=request.sensitive,
        fields=request.fields,
        links=request.links,
        by=request.by,
        warnings=request.warnings,
        customer=request.customer,
        plan=request.plan,
        ticket_type=request.ticket_type,
    )
    done = context.database.write(partial(_trigger, context, command))
    context.doorbell.ring()
    return done


def _trigger(context: Context, command: Trigger, session: Session) -> Triggered:
    directory = context.held_directory(session)
    if service_of(directory, command.service) is None or (command.service == CANARY and command.by != CANARY):
        message = f"there is no service {command.service!r}; there are: {', '.join(directory.services) or 'none'}"
        raise InvalidInputError([FieldFault("service", message)])
    now = context.clock.now()
    known = incidents.lock_open(session, context.cipher, command.service, command.dedup_key)
    if known is not None:
        decided = carry_out(context, session, known, command, now)
        return Triggered(decided.incident, joined=True, warnings=_warnings(decided.entries[0].details))
    recording = Recording(context, session, now)
    decided = recording.open(command)
    opened = recording.store()[command.id]
    return Triggered(opened, joined=False, warnings=_warnings(decided.entries[0].details))


def _warnings(details: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(details["warnings"])
