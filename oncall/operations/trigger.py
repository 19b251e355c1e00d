"""Open an incident, or join the one that is open."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from oncall.domain.commands import Trigger
from oncall.domain.directory import Directory
from oncall.domain.incident import Incident
from oncall.domain.itself import CANARY, service_of
from oncall.domain.meaning import gravest
from oncall.domain.policy import policy_of
from oncall.domain.transition import Transition
from oncall.errors import BusyError, FieldFault, InvalidInputError, OncallError, UnavailableError, UnknownKeyError
from oncall.operations.context import Context
from oncall.operations.dedup import kept_key
from oncall.operations.record import Recording
from oncall.store import beforehand

MOST_AT_ONCE = 64
"""How many triggers are stored in one transaction: more would hold up for long whoever waits for one of their incidents."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TriggerRequest:
    """Something is wrong with a service.

    Without a `dedup_key` it always opens an incident of its own. `severity`, `plan` and `ticket_type` may be any words,
    `customer` is the id of whom it concerns. `by` is the user or system that says so, `warnings` are what the door had to
    mend. Of `severities`, in place of `severity`, the gravest counts. `integration` is that by whose key it came.
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
    severities: tuple[str, ...] = ()
    integration: int | None = None


@dataclass(frozen=True, slots=True)
class Triggered:
    """What came of a trigger: the incident as it now is, whether it was open before, and what had to be guessed."""

    incident: Incident
    joined: bool
    warnings: tuple[str, ...]


Outcome = Triggered | Exception


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, with the id that its incident is given if it opens one."""

    request: TriggerRequest
    id: str

    @property
    def key(self) -> tuple[str, str]:
        """The service, and the dedup key as it is kept."""
        given = self.request.dedup_key
        return self.request.service, self.id if given is None else kept_key(given)


def trigger(context: Context, request: TriggerRequest) -> Triggered:
    """Open an incident, or join the open one with the same service and dedup key (docs/semantics.md 5.5).

    Stored, with the pages that it makes, once this returns; what other threads ask at the same time is stored with it. Raises
    InvalidInputError for an unknown service, UnknownKeyError for an integration that was revoked, and UnavailableError without
    a database: then the sender should send it again, which opens no second incident.
    """
    outcome: Outcome = context.triggers.ask(_Asked(request, uuid4().hex), partial(_all, context))
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def trigger_all(context: Context, requests: Sequence[TriggerRequest]) -> list[Triggered]:
    """The same for many requests at once, in their order; raises what `trigger` would raise for the first that fails.

    Where they fail together each is done by itself, so that all are stored of which nothing is wrong.
    """
    asked = [_Asked(request, uuid4().hex) for request in requests]
    outcomes: list[Outcome] = []
    for start in range(0, len(asked), MOST_AT_ONCE):
        outcomes += _together(context, asked[start : start + MOST_AT_ONCE])
    failed = next((outcome for outcome in outcomes if isinstance(outcome, Exception)), None)
    if failed is not None:
        raise failed
    return [outcome for outcome in outcomes if isinstance(outcome, Triggered)]


def _together(context: Context, asked: Sequence[_Asked]) -> list[Outcome]:
    if len(asked) == 1:
        return [context.triggers.ask(asked[0], partial(_all, context))]
    try:
        return _all(context, asked)
    except Exception as error:
        is_of_all = isinstance(error, UnavailableError) and not isinstance(error, BusyError)
        if is_of_all:
            raise
        # Whatever it was, it may be the fault of one of them.
        _log.warning("triggers that fail together are done one by one", error=repr(error), count=len(asked))
        return [_alone(context, one) for one in asked]


def _alone(context: Context, asked: _Asked) -> Outcome:
    try:
        outcome: Outcome = context.triggers.ask(asked, partial(_all, context))
    except Exception as error:  # noqa: BLE001  whatever it was, the others come first; it is raised after them
        return error
    return outcome


def _all(context: Context, asked: Sequence[_Asked]) -> list[Outcome]:
    done = context.database.write(partial(_take_in, context, asked, count()))
    context.doorbell.ring()
    return done


def _take_in(context: Context, asked: Sequence[_Asked], tries: Iterator[int], session: Session) -> list[Outcome]:
    keys = sorted({one.key for one in asked})
    integrations = sorted({id_ for one in asked if (id_ := one.request.integration) is not None})
    before = beforehand.ask(session, context.cipher, keys, integrations)
    directory = context.hold(session, before.version)
    recording = Recording(context, session, context.clock.now())
    known, decided = dict(before.open), []
    for one in asked:
        fault = _fault(directory, one.request, before.integrations)
        decided.append(fault or _decided(recording, directory, one, known))
    # What was in the way the first time may be a code that is in use: it is only then looked for.
    is_last_word = not before.is_told and not next(tries)
    stored = recording.store_and_commit() if is_last_word else recording.store()
    return [each if isinstance(each, Exception) else _triggered(each, stored) for each in decided]


def _decided(
    recording: Recording, directory: Directory, asked: _Asked, known: dict[tuple[str, str], Incident]
) -> tuple[Transition, bool]:
    """What becomes of one trigger, and whether its incident was open before."""
    incident, command = known.get(asked.key), _command(directory, asked)
    decided = recording.open(command) if incident is None else recording.carry_out(incident, command)
    known[asked.key] = decided.incident
    return decided, incident is not None


def _fault(directory: Directory, request: TriggerRequest, integrations: Collection[int]) -> OncallError | None:
    if request.integration is not None and request.integration not in integrations:
        return UnknownKeyError()
    if service_of(directory, request.service) is None or (request.service == CANARY and request.by != CANARY):
        message = f"there is no service {request.service!r}; there are: {', '.join(directory.services) or 'none'}"
        return InvalidInputError([FieldFault("service", message)])
    return None


def _command(directory: Directory, asked: _Asked) -> Trigger:
    request = asked.request
    return Trigger(
        id=asked.id,
        service=request.service,
        dedup_key=asked.key[1],
        title=request.title,
        severity=request.severity or _gravest(directory, request),
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


def _gravest(directory: Directory, request: TriggerRequest) -> str | None:
    service = service_of(directory, request.service)
    if service is None or len(request.severities) <= 1:
        return next(iter(request.severities), None)
    return gravest(request.severities, service, policy_of(directory, service.id))


def _triggered(decided: tuple[Transition, bool], stored: Mapping[str, Incident]) -> Triggered:
    (transition, joined) = decided
    incident = stored[transition.incident.id]
    return Triggered(incident, joined, warnings=tuple(transition.entries[0].details["warnings"]))
