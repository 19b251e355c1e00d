"""The table is asked, and what follows from its answer (docs/semantics.md 4.2 to 4.5 and 4.7)."""

from __future__ import annotations

from datetime import datetime, time
from functools import cache
from typing import NamedTuple

from oncall.domain.directory import EscalationPolicy
from oncall.domain.draft import Draft
from oncall.domain.escalation import begin, forget
from oncall.domain.incident import Cause, State, Waiting
from oncall.domain.itself import escalation_policy_of
from oncall.domain.policy import Case, Do, Rule, SupportPolicy
from oncall.domain.waits import wait_for, wait_for_hours, wait_for_nothing
from schedules import NoOpeningError, format_instant

NEXT_OPEN = "next_open"
# A name of one's own is found much faster than an enum's member.
_PAGE, _DEFER, _TRIGGERED = Do.PAGE, Do.DEFER, State.TRIGGERED
_COMES_TO = {Do.PAGE: "pages at once", Do.RECORD: "is recorded and pages nobody"}


class Decision(NamedTuple):
    """What the table says at one instant: the rule, what it comes to then, until when it waits, and why."""

    rule: Rule
    do: Do
    because: str
    until: datetime | None = None


def asked(draft: Draft) -> Decision:
    """What the table says of the incident as it now is."""
    incident, policy = draft.incident, draft.policy
    case = policy.case(incident.severity, incident.plan, incident.ticket_type, policy.hours(draft.now))
    return effect(draft, policy.rule(case), _words(case, has_hours=policy.calendar is not None))


def effect(draft: Draft, rule: Rule, case: str = "", *, at: datetime | None = None) -> Decision:
    """What a rule comes to, now or `at` an instant: in open hours nothing waits, and where nothing ever opens nothing can."""
    at = at or draft.now
    which = f"rule {rule.number} of {draft.policy.id}{case}" if rule.number else f"the built-in policy{case}"
    if rule.do is not _DEFER:
        return Decision(rule, rule.do, f"{which} {_COMES_TO[rule.do]}")
    until_when = "the next opening" if rule.until == NEXT_OPEN else f"{rule.until} of the next working day"
    try:
        until = _release(draft.policy, rule, at)
    except NoOpeningError as error:
        return Decision(rule, Do.PAGE, f"{which} waits for {until_when}, but {error}: it pages now")
    if until <= at:
        return Decision(rule, Do.PAGE, f"{which} pages at once, as it is open")
    return Decision(rule, Do.DEFER, f"{which} waits for {until_when}", until)


def ask_again(draft: Draft) -> None:
    """Ask the table about an incident for which nobody is being paged any more, and do what it says."""
    decision = asked(draft)
    _log_news(draft, decision)
    follow(draft, decision)


def ask_at_change_of_hours(draft: Draft) -> None:
    """Ask the table about an incident that is triggered, as the calendar has opened or closed."""
    wait_for_nothing(draft)
    decision = asked(draft)
    if _log_news(draft, decision):
        adjust(draft, decision)
    else:
        wait_for_hours(draft)


def _log_news(draft: Draft, decision: Decision) -> bool:
    """Log what the table decides where that is another thing than before; whether it is."""
    news = (decision.rule, decision.do) != (draft.incident.rule, draft.incident.doing)
    if news:
        draft.log("rule", {"rule": decision.rule.number or None, "do": decision.do.value, "because": decision.because})
    return news


def take(draft: Draft, decision: Decision) -> None:
    """Keep what was decided, with the urgency that goes with it: the rule's, else the severity's, else high (4.3)."""
    incident, rule = draft.incident, decision.rule
    urgency = rule.urgency or draft.policy.urgency(incident.severity)
    if incident.rule is not rule or incident.doing is not decision.do or incident.urgency is not urgency:
        draft.change(rule=rule, doing=decision.do, urgency=urgency)


def follow(draft: Draft, decision: Decision) -> None:
    """Do what was decided about an incident for which nobody is being paged: from waiting to paging it begins at step 1."""
    take(draft, decision)
    if decision.do is _PAGE:
        page(draft, decision.rule)
    elif decision.do is _DEFER:
        _defer(draft, decision)
    else:
        _record(draft)


def adjust(draft: Draft, decision: Decision) -> None:
    """Do what was decided about an incident that is triggered: a run goes on where it is unless it would be another (4.5)."""
    incident = draft.incident
    run, urgency = incident.run, incident.urgency
    take(draft, decision)
    same_run = run is not None and run.running and run.policy.id == decision.rule.escalation
    if same_run and decision.do is Do.PAGE and draft.incident.urgency is urgency:
        wait_for_hours(draft)
    elif decision.do is Do.RECORD:
        _record(draft)
    else:
        follow(draft, decision)


def page(draft: Draft, rule: Rule) -> None:
    """Page now, through the rule's escalation policy, from its first step."""
    draft.change(state=_TRIGGERED, doing=_PAGE, acknowledged_by=None, acknowledged_at=None)
    wait_for_hours(draft)
    begin(draft, escalation_policy(draft, rule.escalation))


def escalation_policy(draft: Draft, name: str | None) -> EscalationPolicy:
    """The escalation policy of that id; one that is gone is the one that ran, or has no step and so ends at the administrators."""
    known = escalation_policy_of(draft.directory, name or "")
    if known is not None:
        return known
    run = draft.incident.run
    if run is not None and run.cause is Cause.ESCALATION:
        return run.policy
    return EscalationPolicy(name or "none", (), 0)


def _defer(draft: Draft, decision: Decision) -> None:
    forget(draft)
    same = draft.incident.state is State.DEFERRED and draft.incident.deferred_until == decision.until
    draft.change(state=State.DEFERRED, acknowledged_by=None, acknowledged_at=None)
    if decision.until is None or same:
        return
    wait_for(draft, Waiting.RELEASE, decision.until)
    draft.log(
        "deferred",
        {"until": format_instant(decision.until), "because": decision.because, "state": State.DEFERRED.value},
    )


def _record(draft: Draft) -> None:
    forget(draft)
    draft.change(state=State.TRIGGERED, acknowledged_by=None, acknowledged_at=None)
    wait_for_hours(draft)


def _release(policy: SupportPolicy, rule: Rule, now: datetime) -> datetime:
    if policy.calendar is None:
        return now
    if rule.until == NEXT_OPEN:
        return policy.calendar.next_open(now)
    return policy.calendar.release(now, time.fromisoformat(rule.until))


@cache
def _words(case: Case, *, has_hours: bool) -> str:
    parts = [case.severity, f"plan {case.plan}" if case.plan else "", case.ticket_type or ""]
    hours = f"in {case.hours} hours" if has_hours else ""
    return f" for {', '.join(filter(None, [*parts, hours]))}"
