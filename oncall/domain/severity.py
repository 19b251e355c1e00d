"""Changes of severity, plan and ticket type, and what follows from them in each state (docs/semantics.md 4.5, 4.9, 4.10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from oncall.domain.clocks import adjust_limits, limits
from oncall.domain.commands import ApplyWorkaround, Classify, SetSeverity, Trigger
from oncall.domain.commands import Triage as TriageCommand
from oncall.domain.directory import Service, Urgency
from oncall.domain.draft import Draft
from oncall.domain.incident import State
from oncall.domain.itself import service_of
from oncall.domain.meaning import plan_meant, severity_meant, ticket_type_meant
from oncall.domain.notices import tell
from oncall.domain.policy import Do
from oncall.domain.table import Decision, adjust, asked, follow, take
from oncall.domain.triage import begin_triage, go_on, look_again, wants_triage


def triage(draft: Draft, command: TriageCommand) -> None:
    """A person has looked at it, and says how grave it is."""
    severity = _known_severity(draft, "triage", command.severity)
    if severity is not None:
        _triage(draft, command.by, severity, "triage")


def set_severity(draft: Draft, command: SetSeverity) -> None:
    """A person or a ticket says how grave it is."""
    severity = _known_severity(draft, "set_severity", command.severity)
    if severity is not None:
        _settle(draft, command.by, severity, "set_severity")


def apply_workaround(draft: Draft, command: ApplyWorkaround) -> None:
    """There is a workaround: the policy says what severity is left."""
    left = draft.policy.lower_on_workaround.get(draft.incident.severity, draft.incident.severity)
    if _is_held(draft, left, "apply_workaround"):
        return
    draft.log("workaround", {"by": command.by})
    _settle(draft, command.by, left, "apply_workaround")


def classify(draft: Draft, command: Classify) -> None:
    """The plan or the ticket type is another."""
    plan, ticket_type = plan_meant(command.plan, draft.policy), ticket_type_meant(command.ticket_type, draft.policy)
    unknown = (plan.warning if command.plan else None) or (ticket_type.warning if command.ticket_type else None)
    if unknown is not None:
        draft.refuse("classify", unknown.partition(":")[0])
        return
    changes = {
        "plan": plan.value if command.plan else draft.incident.plan,
        "ticket_type": ticket_type.value if command.ticket_type else draft.incident.ticket_type,
    }
    if changes == {"plan": draft.incident.plan, "ticket_type": draft.incident.ticket_type}:
        return
    draft.change(**changes)
    _change(draft, command.by, draft.incident.severity, classified=changes)


def raise_by_trigger(draft: Draft, command: Trigger, severity: str) -> None:
    """A further trigger says that it is graver; one that makes it page is looked at first (4.9)."""
    _change(draft, command.by, severity, is_trigger=True)


def _known_severity(draft: Draft, do: str, word: str | None) -> str | None:
    """The severity that a word names, the present one where it names none; refused where it is unknown."""
    if word is None:
        return draft.incident.severity
    service = draft.incident.service
    found = severity_meant(word, service_of(draft.directory, service) or Service(service), draft.policy)
    if found.warning is not None:
        draft.refuse(do, found.warning.partition(":")[0])
        return None
    return found.value


def _settle(draft: Draft, by: str, severity: str, do: str) -> None:
    if draft.incident.state is State.TRIAGE:
        _triage(draft, by, severity, do)
    elif severity != draft.incident.severity and not _is_held(draft, severity, do):
        _change(draft, by, severity)


def _triage(draft: Draft, by: str, severity: str, do: str) -> None:
    if _is_held(draft, severity, do):
        return
    draft.log("triaged", {"by": by, "severity": severity, "state": State.TRIGGERED.value})
    if severity != draft.incident.severity:
        change = _put(draft, severity)
        decision = asked(draft)
        take(draft, decision)
        _log_change(draft, {**change, "by": by}, decision)
    go_on(draft)


def _is_held(draft: Draft, severity: str, do: str) -> bool:
    """Whether the gate of a customer's escalation keeps the severity from being lowered so far; then it is refused (4.10)."""
    gate = draft.incident.gate
    if gate is None or not gate.missing or not draft.policy.is_graver(draft.incident.severity, than=severity):
        return False
    draft.refuse(do, f"the customer has escalated it, and not confirmed yet are: {', '.join(gate.missing)}")
    return True


def _put(draft: Draft, severity: str) -> dict[str, Any]:
    """Take the severity; a raised one clears what was confirmed at the gate. What the log says of that."""
    was, gate = draft.incident.severity, draft.incident.gate
    draft.change(severity=severity)
    said = {"severity": severity, "was": was}
    if gate is None or not gate.confirmed or not draft.policy.is_graver(severity, than=was):
        return said
    draft.change(gate=replace(gate, confirmed=()))
    return {**said, "cleared": [one.condition for one in gate.confirmed]}


def _change(
    draft: Draft,
    by: str,
    severity: str,
    *,
    classified: Mapping[str, Any] | None = None,
    is_trigger: bool = False,
) -> None:
    """Take the severity, or what the incident was `classified` as, and do what follows in the state that it is in."""
    state, did, was = draft.incident.state, draft.incident.doing, draft.incident.severity
    raised = draft.policy.is_graver(severity, than=was)
    change = classified or _put(draft, severity)
    decision = asked(draft)
    starts = _starts(state, did, decision, raised=raised)
    first = starts and is_trigger and wants_triage(draft, decision)
    if not starts and state in {State.ACKNOWLEDGED, State.SNOOZED}:
        take(draft, decision)
    follows = starts or (state is State.TRIAGE and not wants_triage(draft, decision))
    _log_change(draft, {**change, "by": by}, decision, _state_after(decision, first=first) if follows else None)
    if state is State.SNOOZED and starts:
        draft.log("resumed", {"because": f"the severity was raised by {by}"})
    _go_on(draft, decision, state, starts=starts, first=first)
    if state is State.ACKNOWLEDGED and raised and not starts and did is Do.PAGE:
        _tell_holder(draft, was)


def _starts(state: State, did: Do, decision: Decision, *, raised: bool) -> bool:
    """Whether the change begins something for an incident for which nobody was being paged."""
    match state:
        case State.DEFERRED:
            return True
        case State.SNOOZED:
            return raised
        case State.ACKNOWLEDGED:
            return raised and did is not Do.PAGE and decision.do is Do.PAGE
        case State.TRIGGERED:
            return did is Do.RECORD
    return False


def _go_on(draft: Draft, decision: Decision, state: State, *, starts: bool, first: bool) -> None:
    if first:
        begin_triage(draft, decision)
    elif starts:
        follow(draft, decision)
    elif state is State.TRIAGE:
        look_again(draft, decision)
    elif state is State.TRIGGERED:
        adjust(draft, decision)


def _state_after(decision: Decision, *, first: bool) -> State:
    if first:
        return State.TRIAGE
    return State.DEFERRED if decision.do is Do.DEFER else State.TRIGGERED


def _log_change(draft: Draft, change: Mapping[str, Any], decision: Decision, state: State | None = None) -> None:
    _set_limits(draft, decision, is_severity="severity" in change)
    details = {**change, **limits(draft), "do": decision.do.value, "because": decision.because}
    event = "severity" if "severity" in change else "classified"
    draft.log(event, details if state is None else {**details, "state": state.value})


def _set_limits(draft: Draft, decision: Decision, *, is_severity: bool) -> None:
    """The limits of the rule that decides now, counted as the policy says (4.6)."""
    clock = draft.incident.respond
    since = clock.start if clock is not None else draft.incident.created_at
    if is_severity and draft.policy.respond_from == "severity_change":
        since = draft.now
    draft.change(rule=decision.rule)
    adjust_limits(draft, since)


def _tell_holder(draft: Draft, was: str) -> None:
    incident = draft.incident
    text = (
        f"#{incident.number} {incident.service}, which you acknowledged, was raised from {was} to {incident.severity}"
    )
    because = "they acknowledged it before it was raised"
    tell(draft, incident.acknowledged_by, Urgency.HIGH, text, because, key=f"raised.{incident.severity}")
