"""Timers that fall due: each does something only while what it was made for lasts (docs/semantics.md 5.6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from oncall.domain.actions import release_now
from oncall.domain.clocks import limits, running
from oncall.domain.clocks import recalculate as recalculate_clocks
from oncall.domain.commands import FireTimer
from oncall.domain.directory import Urgency
from oncall.domain.draft import Draft
from oncall.domain.escalation import STEP, fire_due
from oncall.domain.incident import Run, State, Waiting
from oncall.domain.management import breach, warn_of
from oncall.domain.notices import tell
from oncall.domain.policy import Do
from oncall.domain.table import ask_again, ask_at_change_of_hours, effect, follow
from oncall.domain.triage import go_on
from oncall.domain.waits import change_of_hours_has_come, wait_for_hours

_WARNINGS = frozenset({"warn_respond", "warn_update"})
_BREACHES = frozenset({"breach_respond", "breach_update"})
_LIMITS = _WARNINGS | _BREACHES


def fire(draft: Draft, command: FireTimer) -> None:
    """Do what a timer was made for, unless that is over."""
    wait = draft.incident.wait
    if command.kind == STEP:
        _step(draft, command)
    elif command.kind in _LIMITS:
        _limit(draft, command)
    elif wait is not None and (wait.kind, wait.generation) == (command.kind, command.generation):
        _WAITS[wait.kind](draft)


def recalculate(draft: Draft, since: datetime) -> None:
    """Work out anew what depends on calendars, which changed at `since`, and release at once what no longer waits."""
    incident = draft.incident
    before = limits(draft)
    recalculate_clocks(draft)
    if limits(draft) != before:
        draft.log("recalculated", {**limits(draft), "because": "the configuration has changed"})
    if incident.state is State.DEFERRED and incident.rule is not None and not _is_to_be_released(draft, since):
        decision = effect(draft, incident.rule, at=since)
        if decision.do is Do.DEFER:
            follow(draft, decision)
        else:
            release_now(draft, None, decision.because)
    elif incident.state is State.TRIGGERED:
        wait_for_hours(draft)


def _step(draft: Draft, command: FireTimer) -> None:
    """Fire the step; of what an outage has kept waiting the change of hours goes first: the table may say that nobody is paged."""
    if _run(draft, command) is not None and change_of_hours_has_come(draft):
        ask_at_change_of_hours(draft)
    run = _run(draft, command)
    if run is not None:
        draft.focus = run.generation
        fire_due(draft, command.due_at)


def _run(draft: Draft, command: FireTimer) -> Run | None:
    """The run that waits for this very step, None where it has gone on or ended."""
    which = (command.generation, command.occurrence)
    waiting = (run for run in draft.incident.running if run.next_at is not None)
    return next((run for run in waiting if (run.generation, run.fired) == which), None)


def _is_to_be_released(draft: Draft, since: datetime) -> bool:
    """Whether what it was deferred to had come by then: its release is about to fire, and is not put off any more."""
    until = draft.incident.deferred_until
    return until is not None and until <= since


def _limit(draft: Draft, command: FireTimer) -> None:
    clock = running(draft, command.kind, command.generation)
    if clock is None:
        return
    if command.kind in _WARNINGS:
        warn_of(draft, clock)
    else:
        breach(draft, clock, command.due_at)


def _release(draft: Draft) -> None:
    release_now(draft, None, "the time to which it was deferred has come")


def _triage_is_over(draft: Draft) -> None:
    triage = draft.policy.triage
    within = f" within {_minutes(triage.within.total_seconds())}" if triage is not None else ""
    draft.log("triage_expired", {"because": f"nobody triaged it{within}", "state": str(State.TRIGGERED)})
    go_on(draft)


def _acknowledgement_is_over(draft: Draft) -> None:
    holder = draft.incident.acknowledged_by
    draft.log(
        "ack_expired",
        {"by": holder, "because": "no update came in time", "state": State.TRIGGERED.value},
    )
    paged_before = len(draft.pages)
    ask_again(draft)
    if holder not in {page.user for page in draft.pages[paged_before:]}:
        text = f"#{draft.incident.number} {draft.incident.service}: your acknowledgement has expired"
        tell(draft, holder, Urgency.HIGH, text, "their acknowledgement expired", key="ack_expired")


def _snooze_is_over(draft: Draft) -> None:
    draft.log("resumed", {"because": "the snooze is over", "state": State.TRIGGERED.value})
    ask_again(draft)


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:g} minutes"


_WAITS: dict[Waiting, Callable[[Draft], None]] = {
    Waiting.RELEASE: _release,
    Waiting.TRIAGE: _triage_is_over,
    Waiting.ACK_TIMEOUT: _acknowledgement_is_over,
    Waiting.SNOOZE: _snooze_is_over,
    Waiting.HOURS: ask_at_change_of_hours,
}
