"""What people and monitors do about an incident, each in one transaction.

`act` carries out any command of `oncall.domain.commands` that people give (`PersonCommand`: acknowledge, resolve, escalate,
triage, set_severity, classify, apply_workaround, snooze, release, reassign, repage, update, note, await_customer,
customer_replied, customer_escalate, confirm, de_escalate) on the incident with an id or a number; `act_by_key` does so on the
open incident that a monitor or a ticket system knows by its dedup key. The others are short for the most frequent of them.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from oncall.domain.commands import Acknowledge, Escalate, PersonCommand, Resolve
from oncall.domain.incident import Incident, State
from oncall.domain.transition import Transition
from oncall.errors import RefusedError
from oncall.operations.context import Context
from oncall.operations.dedup import kept_key
from oncall.operations.record import carry_out
from oncall.operations.words import require_known
from oncall.store import incidents

_SPOKEN = {
    "set_severity": "set the severity of",
    "apply_workaround": "apply a workaround to",
    "await_customer": "wait for the customer of",
    "customer_replied": "take the customer's answer to",
    "customer_escalate": "escalate for the customer",
    "confirm": "confirm a condition of",
    "de_escalate": "de-escalate",
    "note": "write a note on",
}


def act(context: Context, incident_id: str, command: PersonCommand) -> Incident:
    """Do what a command asks of an incident, and return the incident as it then is; stored once this returns.

    `incident_id` is the id or the number. Raises NotFoundError; InvalidInputError, with nothing changed, where the command
    names a severity, plan, ticket type, condition or user that is not there; RefusedError where the rules do not allow it:
    then that alone is in the log. A system's resolve while a customer's escalation is open is recorded and no error
    (docs/semantics.md 4.10).
    """

    def work(session: Session) -> Transition:
        return _carry_out(context, session, incidents.lock(session, context.cipher, incident_id), command)

    decided = context.database.write(work)
    context.doorbell.ring()
    return _allowed(decided)


def act_by_key(context: Context, service: str, dedup_key: str, command: PersonCommand) -> Incident | None:
    """Do the same to the open incident of a service with that dedup key; None, and nothing happens, without one."""

    def work(session: Session) -> Transition | None:
        incident = incidents.lock_open(session, context.cipher, service, kept_key(dedup_key))
        return None if incident is None else _carry_out(context, session, incident, command)

    decided = context.database.write(work)
    context.doorbell.ring()
    return None if decided is None else _allowed(decided)


def acknowledge(context: Context, incident_id: str, by: str, via: str = "api") -> Incident:
    """Take an incident: pages that were not sent yet are void once this returns. Raises as `act` does."""
    return act(context, incident_id, Acknowledge(by, via))


def resolve(context: Context, incident_id: str, by: str, via: str = "api") -> Incident:
    """Close an incident for good; one that is resolved already stays as it is. Raises NotFoundError."""
    return act(context, incident_id, Resolve(by, via))


def escalate(context: Context, incident_id: str, by: str, via: str = "api") -> Incident:
    """Page the next step now, also when somebody has acknowledged. Raises as `act` does."""
    return act(context, incident_id, Escalate(by, via))


def acknowledge_by_key(context: Context, service: str, dedup_key: str, by: str, via: str = "api") -> Incident | None:
    """Acknowledge the open incident that a monitor knows by its dedup key; None, and nothing happens, without one."""
    return act_by_key(context, service, dedup_key, Acknowledge(by, via))


def resolve_by_key(context: Context, service: str, dedup_key: str, by: str, via: str = "api") -> Incident | None:
    """Resolve the open incident that a monitor knows by its dedup key; None, and nothing happens, without one."""
    return act_by_key(context, service, dedup_key, Resolve(by, via))


def _carry_out(context: Context, session: Session, incident: Incident, command: PersonCommand) -> Transition:
    now = context.clock.now()
    if incident.state is not State.RESOLVED:
        require_known(context.held_directory(session), incident, command, now)
    return carry_out(context, session, incident, command, now)


def _allowed(decided: Transition) -> Incident:
    """The incident after the command; raises RefusedError where the rules did not allow it."""
    if decided.refused is not None:
        incident, do = decided.incident, decided.entries[-1].details["do"]
        raise RefusedError(
            f"cannot {_SPOKEN.get(do, do)} incident {incident.number}, {_why(incident, decided.refused)}"
        )
    return decided.incident


def _why(incident: Incident, refused: str) -> str:
    """Why not; the state is said once where it is the reason."""
    it, _, is_so = refused.partition(" ")
    if it == "it" and is_so.startswith(("is ", "was ")):
        return f"which {is_so}"
    state = "being triaged" if incident.state is State.TRIAGE else incident.state.value
    return f"which is {state}: {refused}"
