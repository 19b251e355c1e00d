"""What people and monitors do about an incident: acknowledge, escalate, resolve."""

from __future__ import annotations

from functools import partial

from sqlalchemy.orm import Session

from oncall.domain.commands import Acknowledge, Command, Escalate, Resolve
from oncall.domain.incident import Incident
from oncall.domain.transition import Transition
from oncall.errors import RefusedError
from oncall.operations.context import Context
from oncall.operations.dedup import kept_key
from oncall.operations.record import carry_out
from oncall.store import incidents


def acknowledge(context: Context, incident_id: str, by: str, via: str = "api") -> Incident:
    """Take an incident: pages that were not sent yet are void once this returns.

    `incident_id` is the id or the number. Raises NotFoundError, and RefusedError when it is resolved.
    """
    return _act(context, incident_id, Acknowledge(by, via))


def resolve(context: Context, incident_id: str, by: str, via: str = "api") -> Incident:
    """Close an incident for good; one that is resolved already stays as it is. Raises NotFoundError."""
    return _act(context, incident_id, Resolve(by, via))


def escalate(context: Context, incident_id: str, by: str, via: str = "api") -> Incident:
    """Page the next step now, also when somebody has acknowledged; raises NotFoundError, and RefusedError when resolved."""
    return _act(context, incident_id, Escalate(by, via))


def acknowledge_by_key(context: Context, service: str, dedup_key: str, by: str, via: str = "api") -> Incident | None:
    """Acknowledge the open incident that a monitor knows by its dedup key; None, and nothing happens, without one."""
    return _act_on_open(context, service, dedup_key, Acknowledge(by, via))


def resolve_by_key(context: Context, service: str, dedup_key: str, by: str, via: str = "api") -> Incident | None:
    """Resolve the open incident that a monitor knows by its dedup key; None, and nothing happens, without one."""
    return _act_on_open(context, service, dedup_key, Resolve(by, via))


def _act(context: Context, incident_id: str, command: Command) -> Incident:
    def work(session: Session) -> Transition:
        incident = incidents.lock(session, context.cipher, incident_id)
        return carry_out(context, session, incident, command, context.clock.now())

    decided = context.database.write(work)
    context.doorbell.ring()
    if decided.refused is not None:
        incident, do = decided.incident, decided.entries[-1].details["do"]
        raise RefusedError(f"cannot {do} incident {incident.number}, which is {incident.state}: {decided.refused}")
    return decided.incident


def _act_on_open(context: Context, service: str, dedup_key: str, command: Command) -> Incident | None:
    done = context.database.write(partial(_on_open, context, service, kept_key(dedup_key), command))
    context.doorbell.ring()
    return done


def _on_open(context: Context, service: str, dedup_key: str, command: Command, session: Session) -> Incident | None:
    incident = incidents.lock_open(session, context.cipher, service, dedup_key)
    if incident is None:
        return None
    return carry_out(context, session, incident, command, context.clock.now()).incident
