"""The only door into an incident: a command in, everything that follows from it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from oncall.domain import actions, customer, outcomes, severity
from oncall.domain.commands import (
    NAMES,
    Acknowledge,
    AddNote,
    ApplyWorkaround,
    AttemptDelivered,
    AttemptFailed,
    AttemptSent,
    AwaitCustomer,
    Classify,
    Command,
    Confirm,
    CustomerReplied,
    DeEscalate,
    Escalate,
    EscalateForCustomer,
    FireTimer,
    PassOver,
    PersonCommand,
    Rearm,
    Reassign,
    Recalculate,
    Release,
    Repage,
    Resolve,
    SetSeverity,
    Snooze,
    Triage,
    Trigger,
    Update,
)
from oncall.domain.directory import Directory
from oncall.domain.draft import Disabled, Draft, Notice, Timer, Transition
from oncall.domain.expiry import fire, recalculate
from oncall.domain.incident import Incident, State
from oncall.domain.log import Entry
from oncall.domain.opening import joined, opened
from oncall.domain.outcomes import attempted, mark_sent, without_sent
from oncall.domain.rearm import rearm
from oncall.domain.withheld import pass_over

__all__ = ["Disabled", "Notice", "Timer", "Transition", "allowed", "transition", "without_sent"]

_ACTIONS: Mapping[type[PersonCommand], Callable[[Draft, Any], None]] = {
    Acknowledge: actions.acknowledge,
    Resolve: actions.resolve,
    Escalate: actions.escalate,
    Triage: severity.triage,
    SetSeverity: severity.set_severity,
    Classify: severity.classify,
    ApplyWorkaround: severity.apply_workaround,
    Snooze: actions.snooze,
    Release: actions.release,
    Reassign: actions.reassign,
    Repage: actions.repage,
    Update: actions.update,
    AddNote: actions.note,
    AwaitCustomer: customer.await_customer,
    CustomerReplied: customer.customer_replied,
    EscalateForCustomer: customer.customer_escalate,
    Confirm: customer.confirm,
    DeEscalate: customer.de_escalate,
}
_ONLY_IN: Mapping[type[PersonCommand], frozenset[State]] = {
    Triage: frozenset({State.TRIAGE}),
    Release: frozenset({State.DEFERRED}),
    Repage: frozenset({State.TRIGGERED}),
    Snooze: frozenset({State.TRIGGERED, State.ACKNOWLEDGED, State.SNOOZED}),
}
_OPEN = frozenset(State) - {State.RESOLVED}


def transition(incident: Incident | None, command: Command, directory: Directory, now: datetime) -> Transition:
    """Decide what a command does to an incident at `now`: the same answer for the same arguments, whoever asks.

    `incident` is None only for a trigger that opens one. Whatever comes too late (an older run's timer, an answer to an
    older page) changes nothing. Raises LookupError for a trigger of a service that is not in the directory.

    An `AttemptSent` is logged as `attempted`, and all that ever follows from it is a step `without_sent` pages: who sends much
    may write the one by itself, and ask for the other not before a step falls due.
    """
    if incident is None:
        if not isinstance(command, Trigger):
            message = f"only a trigger opens an incident, not {type(command).__name__}"
            raise TypeError(message)
        return opened(command, directory, now).finished(None)
    if isinstance(command, AttemptSent):
        urgency = command.urgency or incident.urgency
        said = attempted(command.attempt, command.user, command.type, urgency, command.bundle, command.waits_since)
        return Transition(incident, mark_sent(incident, command.attempt), (Entry(now, "attempted", said),))
    draft = Draft(incident, directory, now)
    _apply(draft, command)
    return draft.finished(incident)


@cache
def allowed(state: State) -> frozenset[type[PersonCommand]]:
    """What may be asked of an incident in that state (docs/semantics.md 5.4); whether it comes to anything is for the rules."""
    if state is State.RESOLVED:
        return frozenset({AddNote})
    return frozenset(command for command in _ACTIONS if state in _ONLY_IN.get(command, _OPEN))


def _apply(
    draft: Draft,
    command: Trigger | PersonCommand | Recalculate | Rearm | PassOver | FireTimer | AttemptFailed | AttemptDelivered,
) -> None:
    match command:
        case FireTimer():
            fire(draft, command)
        case Acknowledge() | Resolve():
            _act(draft, command)
        case Trigger():
            joined(draft, command)
        case Recalculate():
            recalculate(draft, command.since or draft.now)
        case Rearm():
            rearm(draft)
        case PassOver():
            pass_over(draft, command)
        case AttemptFailed() | AttemptDelivered():
            outcomes.record(draft, command)
        case _:
            _act(draft, command)


def _act(draft: Draft, command: PersonCommand) -> None:
    incident, kind = draft.incident, type(command)
    if kind in allowed(incident.state):
        _ACTIONS[kind](draft, command)
    elif not (kind is Resolve and incident.state is State.RESOLVED):
        draft.refuse(NAMES[kind], _why_not(incident))


def _why_not(incident: Incident) -> str:
    if incident.state is State.RESOLVED:
        return f"it was resolved by {incident.resolved_by}"
    return f"it is {'being triaged' if incident.state is State.TRIAGE else incident.state.value}"
