"""From the log alone: who was paged and why, and why nobody was."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from oncall.domain.commands import (
    Acknowledge,
    AttemptDelivered,
    AttemptFailed,
    AttemptSent,
    EscalateForCustomer,
    Reassign,
    Resolve,
    SetSeverity,
    Snooze,
)
from oncall.domain.directory import EscalationPolicy, Role, Urgency, User
from oncall.domain.explain import explain
from oncall.domain.explanation import Explanation, Phase
from oncall.domain.incident import State
from oncall.domain.log import Entry
from tests.oncall.domain.cast import MINUTE, NIGHT, directory, person, steps, trigger
from tests.oncall.domain.desk import AT_3, AT_8, AT_10, HOUR, TRIAGE, desk, later
from tests.oncall.domain.life import Life


def night(**changes: Any) -> Life:
    """An incident of severity sev1 that begins on a Tuesday at 03:00, when bo has the night."""
    life = Life(desk(**changes))
    life.at(AT_3, trigger("sev1"))
    return life


def explained(life: Life, now: datetime) -> Explanation:
    """What the log says, which has no hole and leaves out no page."""
    found = explain(life.log, now)
    assert [phase.since for phase in found.phases[1:]] == [phase.until for phase in found.phases[:-1]]
    assert (found.since, found.until) == (found.phases[0].since, found.phases[-1].until)
    paged = [entry.details["page"] for entry in life.log if entry.event == "paged"]
    assert [page.id for phase in found.phases for page in phase.pages] == paged
    return found


def first(life: Life, state: State) -> Phase:
    """The first phase in that state."""
    return next(phase for phase in explained(life, AT_10 + HOUR).phases if phase.state is state)


def test_wait_for_an_answer_is_a_phase_with_the_pages_that_are_waited_for() -> None:
    life = night().until(later(AT_3, 12))

    phases = explained(life, later(AT_3, 12)).phases

    assert [(phase.since, phase.until, phase.ends_at) for phase in phases] == [
        (AT_3, later(AT_3, 10), later(AT_3, 10)),
        (later(AT_3, 10), later(AT_3, 12), later(AT_3, 20)),
    ]
    assert phases[0].because == (
        "bo was paged by step 1 of night, round 1, and nobody has acknowledged; then the next step comes"
    )


def test_page_says_why_this_person_and_why_then() -> None:
    [one, two] = [page for phase in explained(night().until(later(AT_3, 12)), AT_10).phases for page in phase.pages]

    assert (one.user, one.why_person) == ("bo", "named in the step")
    assert one.why_then == "it was triggered: rule 2 of standard for sev1, in closed hours pages at once"
    assert (two.user, two.why_then) == ("kim", "nobody acknowledged in time after step 1 of night, round 1")


def test_page_says_by_which_ways_it_went_and_what_came_of_them() -> None:
    life = night()
    attempt = f"{life.log[-1].details['page']}.1"
    refused = AttemptFailed(attempt, "bo", "sms", "sms", "busy", "transient")
    life.at(AT_3, refused)
    life.at(AT_3 + timedelta(seconds=6), AttemptSent(attempt, "bo", "sms", "bundle-1", Urgency.HIGH))
    life.at(AT_3 + timedelta(seconds=9), replace(refused, reason="undelivered", verdict="permanent"))

    page = explained(life, AT_8).phases[0].pages[0]

    assert [(way.method, way.urgency, way.bundle, way.outcome, way.because) for way in page.ways] == [
        ("sms", "high", None, "failed", "busy"),
        ("sms", "high", "bundle-1", "failed", "undelivered"),
    ]
    assert page.ways[0].again_at == AT_3 + timedelta(seconds=5)


def test_page_that_waited_so_as_not_to_flood_says_how_long() -> None:
    life = night()
    attempt = f"{life.log[-1].details['page']}.1"
    life.at(AT_3 + timedelta(seconds=40), AttemptSent(attempt, "bo", "sms", "bundle-1", Urgency.HIGH, AT_3))

    [way] = explained(life, AT_8).phases[0].pages[0].ways

    assert way.because == "it waited 40 seconds, as another page had gone out by this way within the minute"


def test_page_that_was_delivered_after_the_acknowledgement_says_so() -> None:
    life = night()
    attempt = f"{life.log[-1].details['page']}.1"
    life.at(later(AT_3, 0), AttemptSent(attempt, "bo", "sms"))
    life.at(later(AT_3, 1), Acknowledge("bo"))
    life.at(later(AT_3, 2), AttemptDelivered(attempt, "bo", "sms"))

    [phase, _] = explained(life, AT_8).phases

    assert [way.outcome for way in phase.pages[0].ways] == ["delivered"]


def test_acknowledged_phase_names_who_has_it_and_until_when() -> None:
    life = night()
    life.at(later(AT_3, 1), Acknowledge("bo"))

    phase = first(life, State.ACKNOWLEDGED)

    assert (phase.because, phase.ends_at) == ("acknowledged by bo: nobody else is asked", later(AT_3, 121))


def test_deferred_phase_says_until_when_and_by_which_rule() -> None:
    life = Life(desk())
    life.at(AT_3, trigger("sev3"))
    life.until(AT_8)

    [deferred, released] = explained(life, later(AT_8, 1)).phases

    assert (deferred.state, deferred.since, deferred.until, deferred.ends_at) == (State.DEFERRED, AT_3, AT_8, AT_8)
    assert deferred.because.startswith("deferred: rule 4 of standard for sev3, in closed hours waits for 08:00")
    assert released.pages[0].why_then == "the time to which it was deferred has come"


def test_snoozed_phase_names_who_snoozed_and_until_when() -> None:
    life = night()
    life.at(later(AT_3, 1), Snooze("ana", HOUR))

    phase = first(life, State.SNOOZED)

    assert (phase.because, phase.ends_at) == ("snoozed by ana: nobody is asked", later(AT_3, 61))


def test_recorded_incident_says_that_nobody_is_paged() -> None:
    life = Life(desk())
    life.at(AT_3, trigger("sev5"))

    [phase] = explained(life, AT_8).phases

    assert phase.because.startswith("recorded, and nobody is paged: rule 3 of standard")


def test_triage_phase_says_who_looks_first_and_who_has_seen_it() -> None:
    life = night(triage=TRIAGE)
    life.at(later(AT_3, 1), Acknowledge("mia"))
    life.until(later(AT_3, 5))

    phases = explained(life, later(AT_3, 6)).phases

    assert [(phase.state, phase.because.partition(";")[0]) for phase in phases[:2]] == [
        (State.TRIAGE, "mia was paged to look at it first"),
        (State.TRIAGE, "mia has seen it and is to triage it"),
    ]
    assert phases[2].pages[0].why_then == "nobody triaged it within 5 minutes"


def test_management_is_told_within_the_phase_in_which_it_is_paged() -> None:
    life = night()
    life.at(later(AT_3, 1), Acknowledge("bo"))
    life.at(later(AT_3, 5), EscalateForCustomer("bo"))

    phase = first(life, State.ACKNOWLEDGED)

    assert [(page.user, page.run, page.why_then) for page in phase.pages] == [
        ("mia", "customer", "the customer asked for it through bo")
    ]


def test_breach_is_why_management_is_paged_beside_the_escalation() -> None:
    pages = [page for phase in explained(night().until(AT_8), AT_8).phases for page in phase.pages]

    breach = next(page for page in pages if page.run == "breach")
    assert (breach.at, breach.user) == (AT_3 + 4 * HOUR, "mia")
    assert breach.why_then.startswith("the limit has passed: somebody is to respond within 4h")


def test_severity_that_pages_anew_is_why() -> None:
    life = Life(desk())
    life.at(AT_3, trigger("sev3"))
    life.at(later(AT_3, 30), SetSeverity("kim", "sev2"))

    page = explained(life, later(AT_3, 31)).phases[-1].pages[0]

    assert page.why_then.startswith("the severity went from sev3 to sev2: rule 2 of standard for sev2")


def test_reassignment_is_why() -> None:
    life = night()
    life.at(later(AT_3, 1), Reassign("ana", to="kim"))

    phase = explained(life, later(AT_3, 2)).phases[-1]

    assert phase.pages[0].why_then == "reassigned by ana"
    assert phase.because.startswith("kim was paged by hand")


def small(*people: User, repeat: int | None = 0) -> Life:
    """A service with a policy of one step, which pages ana."""
    life = Life(directory(*people, policy=steps("ana"), repeat=repeat))
    life.at(NIGHT, trigger())
    return life


def test_rounds_that_ran_out_are_why_the_last_resort_is_asked() -> None:
    life = small().until(NIGHT + 21 * MINUTE)

    phases = explained(life, NIGHT + 21 * MINUTE).phases

    assert [page.why_then for phase in phases[1:] for page in phase.pages] == [
        "the rounds ran out without an acknowledgement",
        "still nobody has acknowledged",
    ]
    assert phases[1].because.endswith("; then the fallback is paged again")


def test_exhausted_run_of_low_urgency_ends_in_silence_that_is_explained() -> None:
    life = Life(directory(policy=steps("ana"), repeat=0))
    life.at(NIGHT, trigger("sev4"))

    last = explained(life.until(NIGHT + HOUR), NIGHT + HOUR).phases[-1]

    assert (last.until, last.ends_at) == (NIGHT + HOUR, None)
    assert last.because.endswith("the rounds are over, and nothing more comes by itself")


def test_step_that_reaches_nobody_is_why_the_next_one_comes_at_once() -> None:
    root = person("root", role=Role.ADMIN)
    life = Life(directory(User("mute", "Mute"), person("ana"), root, policy=steps("mute", "ana")))
    life.at(NIGHT, trigger())

    [phase] = explained(life, NIGHT + MINUTE).phases

    assert [one.user for one in phase.unreached] == ["mute", None]
    assert phase.pages[0].why_then == ("step 1 of p, round 1 reached nobody: nobody there has a usable contact method")


def test_nobody_at_all_is_explained_too() -> None:
    [phase] = explained(small(User("ana", "Ana")), NIGHT + MINUTE).phases

    assert phase.pages == ()
    assert phase.because == "nobody at all could be reached by the last resort"
    assert phase.ends_at == NIGHT + 5 * MINUTE


def test_explanation_ends_where_the_incident_was_resolved() -> None:
    life = night()
    life.at(later(AT_3, 4), Resolve("bo"))

    assert explained(life, AT_8).until == later(AT_3, 4)


def test_incident_that_was_over_at_once_has_one_phase_with_its_pages() -> None:
    life = night()
    life.at(AT_3, Resolve("api"))

    [phase] = explained(life, AT_8).phases

    assert (phase.state, phase.since, phase.until, len(phase.pages)) == (State.RESOLVED, AT_3, AT_3, 1)


def test_log_of_the_first_release_is_explained_as_far_as_it_goes() -> None:
    paged = {"user": "ana", "policy": "p", "step": 1, "round": 1, "because": "named in the step"}
    sent = {"user": "ana", "method": "sms", "urgency": "high", "bundle": None}
    old = [
        Entry(NIGHT, "triggered", {"severity": "sev1", "because": "the built-in policy pages at once"}),
        Entry(NIGHT, "paged", paged),
        Entry(NIGHT, "attempted", sent),
        Entry(NIGHT + MINUTE, "acknowledged", {"by": "ana", "via": "sms"}),
    ]

    found = explain(old, NIGHT + HOUR)

    assert [way.outcome for way in found.phases[0].pages[0].ways] == ["sent"]
    assert [phase.state for phase in found.phases] == [State.TRIGGERED, State.ACKNOWLEDGED]


def test_log_without_entries_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with its incident's trigger"):
        explain([], NIGHT)


def test_team_that_is_asked_at_once_is_listed() -> None:
    known = desk()
    both = EscalationPolicy(
        "night", (replace(steps("bo")[0], targets=(*steps("bo")[0].targets, *steps("kim")[0].targets)),)
    )
    life = Life(replace(known, escalation_policies={**known.escalation_policies, "night": both}))
    life.at(AT_3, trigger("sev1"))

    assert explained(life, later(AT_3, 1)).phases[0].because.startswith("bo and kim were paged by step 1 of night")


def test_second_look_at_the_instant_at_which_the_first_reached_nobody_is_explained() -> None:
    life = night(triage=replace(TRIAGE, schedule="nobody", severities=frozenset({"sev1", "sev3"})))
    life.at(AT_3, SetSeverity("ana", "sev5"))
    life.directory = desk(triage=TRIAGE)
    life.at(AT_3, trigger("sev2"))

    [phase] = explained(life, later(AT_3, 1)).phases

    assert (phase.state, phase.pages[-1].user, phase.pages[-1].run) == (State.TRIAGE, "mia", "triage")
