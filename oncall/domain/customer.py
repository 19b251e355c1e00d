"""What concerns the customer: waiting for them, and an escalation that they ask for with its gate (docs/semantics.md 4.6, 4.10)."""

from __future__ import annotations

from dataclasses import replace

from oncall.domain.actions import close
from oncall.domain.clocks import go_on, limits, pause
from oncall.domain.commands import AwaitCustomer, Confirm, CustomerReplied, DeEscalate, EscalateForCustomer
from oncall.domain.draft import Draft
from oncall.domain.incident import Cause, Confirmation, Gate
from oncall.domain.management import can_escalate_for_customer, end_management, escalate_for_customer
from oncall.domain.opening import complete


def await_customer(draft: Draft, command: AwaitCustomer) -> None:
    """The customer was asked for something: both clocks pause, and nothing else does."""
    if draft.incident.waits_for_customer_since is None:
        pause(draft)
        details = {"by": command.by, "via": command.via, "text": command.text, **limits(draft)}
        draft.log("awaiting_customer", details)


def customer_replied(draft: Draft, command: CustomerReplied) -> None:
    """The customer has answered: both clocks go on with what was left."""
    complete(draft, command.fields, command.by)
    if draft.incident.waits_for_customer_since is None:
        return
    go_on(draft)
    draft.log("customer_replied", {"by": command.by, "via": command.via, **limits(draft)})


def customer_escalate(draft: Draft, command: EscalateForCustomer) -> None:
    """The customer asks for management's attention; asked for twice, it is escalated once."""
    if draft.incident.gate is not None:
        return
    if not can_escalate_for_customer(draft):
        draft.refuse("customer_escalate", f"{draft.policy.id} says nothing of an escalation asked for by a customer")
        return
    terms = draft.policy.customer_escalation
    gate = Gate(command.by, draft.now, terms.gate if terms is not None else ())
    draft.change(gate=gate)
    draft.log("customer_escalated", {"by": command.by, "via": command.via, "conditions": list(gate.conditions)})
    escalate_for_customer(draft)


def confirm(draft: Draft, command: Confirm) -> None:
    """A condition of the gate is met; confirming it again changes nothing."""
    gate = draft.incident.gate
    if gate is None:
        draft.refuse("confirm", "no customer has escalated it")
    elif command.condition not in gate.conditions:
        known = ", ".join(gate.conditions) or "none"
        draft.refuse("confirm", f"{command.condition} is no condition of the escalation; there are: {known}")
    elif command.condition in gate.missing:
        done = Confirmation(command.condition, command.by, draft.now)
        draft.change(gate=replace(gate, confirmed=(*gate.confirmed, done)))
        draft.log("confirmed", {"by": command.by, "via": command.via, "condition": command.condition})


def de_escalate(draft: Draft, command: DeEscalate) -> None:
    """The customer's escalation is over; a resolve that has waited for this is done now."""
    gate = draft.incident.gate
    if gate is None:
        return
    if gate.missing:
        draft.refuse("de_escalate", f"not confirmed yet are: {', '.join(gate.missing)}")
        return
    end_management(draft, Cause.CUSTOMER)
    draft.change(gate=None)
    draft.log("de_escalated", {"by": command.by, "via": command.via})
    if gate.resolve_by is not None:
        close(draft, gate.resolve_by, "waited for the escalation to end")
