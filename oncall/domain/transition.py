"""The only door into an incident: a command in, everything that follows from it out."""

from __future__ import annotations

from datetime import datetime

from oncall.domain import outcomes
from oncall.domain.commands import (
    Acknowledge,
    AttemptDelivered,
    AttemptFailed,
    AttemptSent,
    Command,
    Escalate,
    FireTimer,
    Resolve,
    Trigger,
)
from oncall.domain.directory import Directory, Urgency
from oncall.domain.draft import Disabled, Draft, Notice, Timer, Transition
from oncall.domain.escalation import begin, fire_due, resume_with_next, stop
from oncall.domain.incident import Incident, State
from oncall.domain.meaning import severity_meant
from oncall.domain.paging import attempts
from oncall.domain.policy import policy_of

__all__ = ["Disabled", "Notice", "Timer", "Transition", "transition"]


def transition(incident: Incident | None, command: Command, directory: Directory, now: datetime) -> Transition:
    """Decide what a command does to an incident at `now`: the same answer for the same arguments, whoever asks.

    `incident` is None only for a trigger that opens one. Whatever comes too late (an older run's timer, an answer to an
    older page) changes nothing. Raises LookupError for a trigger of a service that is not in the directory.
    """
    if incident is None:
        if not isinstance(command, Trigger):
            message = f"only a trigger opens an incident, not {type(command).__name__}"
            raise TypeError(message)
        return _opened(command, directory, now)
    draft = Draft(incident, directory, now)
    _apply(draft, command)
    return draft.finished(incident)


def _opened(command: Trigger, directory: Directory, now: datetime) -> Transition:
    service = directory.services[command.service]
    policy = policy_of(directory, command.service)
    decided = severity_meant(command.severity, service, policy)
    incident = Incident(
        id=command.id,
        service=command.service,
        dedup_key=command.dedup_key,
        title=command.title,
        severity=decided.value,
        urgency=policy.urgency(decided.value),
        state=State.TRIGGERED,
        created_at=now,
        body=command.body,
        sensitive=command.sensitive,
        fields=command.fields,
        links=command.links,
    )
    draft = Draft(incident, directory, now)
    draft.log("triggered", _triggered(incident, command, (*command.warnings, *filter(None, [decided.warning]))))
    begin(draft, directory.escalation_policies[service.escalation_policy or ""])
    return draft.finished(None)


def _triggered(incident: Incident, command: Trigger, warnings: tuple[str, ...]) -> dict[str, object]:
    because = f"the built-in policy pages every severity at once; {incident.severity} is of {incident.urgency} urgency"
    return {
        "severity": incident.severity,
        "urgency": incident.urgency,
        "rule": 1,
        "respond_by": None,
        "warnings": list(warnings),
        "by": command.by,
        "because": because,
    }


def _apply(draft: Draft, command: Command) -> None:
    match command:
        case Trigger():
            _join(draft, command)
        case Acknowledge():
            _acknowledge(draft, command)
        case Resolve():
            _resolve(draft, command)
        case Escalate():
            _escalate(draft, command)
        case FireTimer():
            _fire(draft, command)
        case AttemptSent() | AttemptFailed() | AttemptDelivered():
            outcomes.record(draft, command)


def _join(draft: Draft, command: Trigger) -> None:
    """A further trigger of the same problem pages nobody, unless it is graver than what is known (5.5)."""
    policy = policy_of(draft.directory, command.service)
    decided = severity_meant(command.severity, draft.directory.services[command.service], policy)
    warnings = [*command.warnings, *filter(None, [decided.warning])]
    draft.log("joined", {"severity": decided.value, "by": command.by, "warnings": warnings})
    if (command.severity or "").strip() and policy.is_graver(decided.value, than=draft.incident.severity):
        _raise_severity(draft, decided.value, command.by)


def _raise_severity(draft: Draft, severity: str, by: str) -> None:
    """Take the graver severity: a run of another urgency starts anew; whoever has acknowledged is told (4.5)."""
    was, urgency_was = draft.incident.severity, draft.incident.urgency
    draft.change(severity=severity, urgency=policy_of(draft.directory, draft.incident.service).urgency(severity))
    draft.log("severity", {"severity": severity, "was": was, "by": by, "respond_by": None})
    if draft.incident.state is State.ACKNOWLEDGED:
        _tell_holder(draft, was)
    elif draft.incident.urgency is not urgency_was and draft.incident.run is not None:
        begin(draft, draft.incident.run.policy)


def _tell_holder(draft: Draft, was: str) -> None:
    holder = draft.directory.users.get(draft.incident.acknowledged_by or "")
    if holder is None:
        return
    incident = draft.incident
    text = (
        f"#{incident.number} {incident.service}, which you acknowledged, was raised from {was} to {incident.severity}"
    )
    ways = attempts(holder, Urgency.HIGH, f"{incident.id}.raised.{incident.severity}.{holder.id}", draft.now)
    draft.notices.append(Notice(holder.id, Urgency.HIGH, text, ways))


def _acknowledge(draft: Draft, command: Acknowledge) -> None:
    if draft.incident.state is State.RESOLVED:
        draft.refuse("acknowledge", f"it was resolved by {draft.incident.resolved_by}")
        return
    if draft.incident.state is State.TRIGGERED:
        stop(draft)
        draft.change(state=State.ACKNOWLEDGED, acknowledged_by=command.by, acknowledged_at=draft.now)
    draft.log("acknowledged", {"by": command.by, "via": command.via, "update_by": None})


def _resolve(draft: Draft, command: Resolve) -> None:
    if draft.incident.state is State.RESOLVED:
        return
    stop(draft)
    draft.change(state=State.RESOLVED, resolved_by=command.by, resolved_at=draft.now)
    draft.log("resolved", {"by": command.by, "via": command.via})


def _escalate(draft: Draft, command: Escalate) -> None:
    """The next step now, and back to triggered where somebody had acknowledged (5.4)."""
    if draft.incident.state is State.RESOLVED:
        draft.refuse("escalate", f"it was resolved by {draft.incident.resolved_by}")
        return
    if _is_stale(draft, command):
        draft.refuse("escalate", "it has gone on to a later step since that page")
        return
    draft.change(state=State.TRIGGERED, acknowledged_by=None, acknowledged_at=None)
    draft.log("escalated", {"by": command.by, "via": command.via})
    resume_with_next(draft)


def _is_stale(draft: Draft, command: Escalate) -> bool:
    run = draft.incident.run
    if command.page is None or run is None or not run.running:
        return False
    return not any(page.id == command.page and page.firing == run.fired for page in run.pages)


def _fire(draft: Draft, command: FireTimer) -> None:
    """Fire what is due, unless it was made for what is no more."""
    run = draft.incident.run
    if draft.incident.is_live(command.generation) and run is not None and run.fired == command.occurrence:
        fire_due(draft, command.due_at)
