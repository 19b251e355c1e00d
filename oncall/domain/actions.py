"""What people ask of an incident, state by state (docs/semantics.md 5.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from oncall.domain.clocks import promise_update, respond, stop_clocks
from oncall.domain.commands import (
    Acknowledge,
    AddNote,
    Escalate,
    Reassign,
    Release,
    Repage,
    Resolve,
    Snooze,
    Update,
)
from oncall.domain.directory import User
from oncall.domain.draft import Draft
from oncall.domain.escalation import begin_with, is_past_step, resume_with_next, stop
from oncall.domain.incident import Cause, State, Waiting
from oncall.domain.management import end_management
from oncall.domain.policy import Do
from oncall.domain.table import asked, escalation_policy, page, take
from oncall.domain.triage import go_on
from oncall.domain.waits import wait_for, wait_for_hours, wait_for_nothing
from schedules import format_instant

# A name of one's own is found much faster than an enum's member.
_ACKNOWLEDGED, _RESOLVED = State.ACKNOWLEDGED, State.RESOLVED


def acknowledge(draft: Draft, command: Acknowledge) -> None:
    """A person takes it; of one that is still looked at it silences the pages and nothing else (4.9)."""
    end_management(draft)
    stop(draft)
    state = draft.incident.state
    if state is State.TRIAGE:
        draft.log("acknowledged", {"by": command.by, "via": command.via, "update_by": _update_by(draft)})
        return
    if state is not _ACKNOWLEDGED:
        draft.change(state=_ACKNOWLEDGED, acknowledged_by=command.by, acknowledged_at=draft.now)
    respond(draft)
    _renew_timeout(draft)
    draft.log(
        "acknowledged",
        {
            "by": command.by,
            "via": command.via,
            "update_by": _update_by(draft),
            "until": _expires_at(draft),
            "state": str(_ACKNOWLEDGED),
        },
    )


def resolve(draft: Draft, command: Resolve) -> None:
    """It is over; a system's word waits for the gate of a customer's escalation to close (4.10)."""
    gate = draft.incident.gate
    if gate is not None and command.by not in draft.directory.users:
        draft.change(gate=replace(gate, resolve_by=command.by))
        because = "the customer has escalated it: it is resolved when that ends"
        draft.log("resolve_waiting", {"by": command.by, "because": because})
        return
    close(draft, command.by, command.via)


def close(draft: Draft, by: str, via: str) -> None:
    """End everything about it."""
    end_management(draft)
    stop(draft)
    stop_clocks(draft)
    wait_for_nothing(draft)
    draft.change(state=_RESOLVED, resolved_by=by, resolved_at=draft.now, gate=None)
    draft.log("resolved", {"by": by, "via": via, "state": str(_RESOLVED)})


def escalate(draft: Draft, command: Escalate) -> None:
    """The next step now, whatever keeps it waiting."""
    rule = draft.incident.rule
    if _is_stale(draft, command):
        draft.refuse("escalate", "it has gone on to a later step since that page")
    elif draft.incident.state is not State.TRIAGE and rule is not None and rule.escalation is None:
        draft.refuse("escalate", f"rule {rule.number} only records it and names no escalation policy")
    else:
        draft.log("escalated", {"by": command.by, "via": command.via, "state": State.TRIGGERED.value})
        _ESCALATE[draft.incident.state](draft, command)


def release(draft: Draft, command: Release) -> None:
    """Page now what was deferred."""
    release_now(draft, command.by, f"released by {command.by}")


def release_now(draft: Draft, by: str | None, because: str) -> None:
    """Page by the rule that deferred it (4.7)."""
    draft.log("released", {"by": by, "because": because, "state": State.TRIGGERED.value})
    if draft.incident.rule is not None:
        page(draft, draft.incident.rule)


def snooze(draft: Draft, command: Snooze) -> None:
    """Page nobody for a while; the table is asked when it is over."""
    stop(draft)
    until = draft.now + command.length
    draft.change(state=State.SNOOZED)
    wait_for(draft, Waiting.SNOOZE, until)
    draft.log(
        "snoozed",
        {"until": format_instant(until), "by": command.by, "via": command.via, "state": State.SNOOZED.value},
    )


def reassign(draft: Draft, command: Reassign) -> None:
    """Page this person now; the escalation begins where they do not answer."""
    user = draft.directory.users.get(command.to)
    if user is None or not _is_reachable(user):
        draft.refuse("reassign", f"{command.to} {'has no usable contact method' if user else 'is not a user'}")
        return
    details = {"to": command.to, "by": command.by, "via": command.via, "state": State.TRIGGERED.value}
    draft.log("reassigned", details)
    draft.change(state=State.TRIGGERED, doing=Do.PAGE, acknowledged_by=None, acknowledged_at=None)
    wait_for_hours(draft)
    rule = draft.incident.rule
    policy = escalation_policy(draft, rule.escalation if rule else None)
    begin_with(draft, policy, command.to, f"reassigned to them by {command.by}")


def repage(draft: Draft, command: Repage) -> None:
    """Begin anew at step 1, with the policies as they now are; also where the rule would wait: a person asks for it."""
    decision = asked(draft)
    if decision.rule.escalation is None:
        draft.refuse("repage", f"rule {decision.rule.number} only records it and names no escalation policy")
        return
    take(draft, decision)
    because = f"through {decision.rule.escalation}, as it now is"
    draft.log("repaged", {"by": command.by, "via": command.via, "do": Do.PAGE.value, "because": because})
    stop(draft)
    page(draft, decision.rule)


def update(draft: Draft, command: Update) -> None:
    """The customer was told how it stands: the clock of the updates starts again (4.6)."""
    if command.next_by is not None and command.next_by <= draft.now:
        draft.refuse("update", f"next_by {format_instant(command.next_by)} is past")
        return
    end_management(draft, Cause.BREACH, Cause.WARNING, Cause.CUSTOMER)
    if command.next_by is not None or draft.incident.responded_at is not None:
        promise_update(draft, draft.now, command.next_by)
    if draft.incident.state is State.ACKNOWLEDGED:
        _renew_timeout(draft)
    limits = {"update_by": _update_by(draft), "until": _expires_at(draft)}
    draft.log("updated", {"by": command.by, "via": command.via, "text": command.text, **limits})


def note(draft: Draft, command: AddNote) -> None:
    """Something to remember."""
    draft.log("noted", {"by": command.by, "via": command.via, "text": command.text})


def _renew_timeout(draft: Draft) -> None:
    timeout = draft.policy.ack_timeout
    if timeout is None:
        wait_for_nothing(draft)
    else:
        wait_for(draft, Waiting.ACK_TIMEOUT, draft.now + timeout)


def _update_by(draft: Draft) -> str | None:
    due = draft.incident.update_by
    return format_instant(due) if due is not None else None


def _expires_at(draft: Draft) -> str | None:
    """When the acknowledgement expires; None where it does not, or where there is none."""
    wait = draft.incident.wait
    return format_instant(wait.until) if wait is not None and wait.kind is Waiting.ACK_TIMEOUT else None


def _is_stale(draft: Draft, command: Escalate) -> bool:
    """Whether it answers a page of a step that is past; of an escalation that has stopped as well, by its own pages alone."""
    run = draft.incident.run
    if command.page is None or run is None:
        return False
    if not run.running:
        return is_past_step(draft, run, command.page)
    present = {one.id for each in draft.incident.running for one in each.pages if one.firing == each.fired}
    return command.page not in present


def _is_reachable(user: User) -> bool:
    return any(method.disabled is None for method in user.contact_methods)


def _escalate_triage(draft: Draft, command: Escalate) -> None:
    del command
    go_on(draft)


def _escalate_deferred(draft: Draft, command: Escalate) -> None:
    release_now(draft, command.by, f"escalated by {command.by}")


def _next_step(draft: Draft, command: Escalate) -> None:
    """The step after the last one, or the first where none of the policy that the rule now names has been fired (4.5)."""
    del command
    run, rule = draft.incident.run, draft.incident.rule
    ran = run.policy.id if run is not None and run.cause is Cause.ESCALATION else None
    if rule is not None and ran != escalation_policy(draft, rule.escalation).id:
        page(draft, rule)
    elif ran is not None:
        draft.change(state=State.TRIGGERED, doing=Do.PAGE, acknowledged_by=None, acknowledged_at=None)
        wait_for_hours(draft)
        resume_with_next(draft)


_ESCALATE: dict[State, Callable[[Draft, Escalate], None]] = {
    State.TRIAGE: _escalate_triage,
    State.TRIGGERED: _next_step,
    State.DEFERRED: _escalate_deferred,
    State.ACKNOWLEDGED: _next_step,
    State.SNOOZED: _next_step,
}
