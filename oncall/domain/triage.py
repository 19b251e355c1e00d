"""The look before the escalation: a shift manager sees it first (docs/semantics.md 4.9)."""

from __future__ import annotations

from functools import cache

from oncall.domain.directory import EscalationPolicy, ScheduleTarget, Step
from oncall.domain.draft import Draft
from oncall.domain.escalation import forget, look_first
from oncall.domain.incident import State, Waiting
from oncall.domain.policy import Do, Triage
from oncall.domain.table import Decision, ask_again, follow, take
from oncall.domain.waits import wait_for

POLICY = "triage"


def wants_triage(draft: Draft, decision: Decision) -> bool:
    """Whether somebody is to look at it before what was decided is done."""
    triage = draft.policy.triage
    if triage is None:
        return False
    if triage.severities is None:
        return decision.do is Do.PAGE
    return draft.incident.severity in triage.severities


def begin_triage(draft: Draft, decision: Decision) -> None:
    """Page those who look first; the rule waits. With nobody to look it goes on at once."""
    triage = draft.policy.triage
    if triage is None:
        follow(draft, decision)
        return
    take(draft, decision)
    draft.change(state=State.TRIAGE, acknowledged_by=None, acknowledged_at=None)
    wait_for(draft, Waiting.TRIAGE, draft.now + triage.within)
    if not look_first(draft, _policy(triage), draft.now + triage.within):
        go_on(draft)


def look_again(draft: Draft, decision: Decision) -> None:
    """A trigger made it graver while it is being looked at: page those who look anew, with the same end to it."""
    urgency = draft.incident.urgency
    take(draft, decision)
    if not wants_triage(draft, decision) or (draft.incident.urgency is not urgency and not _look_anew(draft)):
        go_on(draft)


def _look_anew(draft: Draft) -> bool:
    triage, wait = draft.policy.triage, draft.incident.wait
    return triage is not None and wait is not None and look_first(draft, _policy(triage), wait.until)


def go_on(draft: Draft) -> None:
    """Do what the table says, which is what it said before unless it has opened or closed meanwhile."""
    forget(draft)
    ask_again(draft)


@cache
def _policy(triage: Triage) -> EscalationPolicy:
    return EscalationPolicy(POLICY, (Step((ScheduleTarget(triage.schedule),), triage.within),), repeat=0)
