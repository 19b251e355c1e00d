"""What a policy makes of a severity at an hour: paging, waiting, recording, and what changes it (docs/semantics.md 4.3 to 4.7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from oncall.domain.commands import (
    Acknowledge,
    ApplyWorkaround,
    Classify,
    Escalate,
    Reassign,
    Recalculate,
    Release,
    Repage,
    Resolve,
    SetSeverity,
    Snooze,
)
from oncall.domain.directory import Urgency
from oncall.domain.incident import State
from oncall.domain.policy import Do, Rule
from schedules import BusinessCalendar, DayWindow, SpecialDate, Window
from tests.oncall.domain.cast import trigger
from tests.oncall.domain.desk import AT_3, AT_8, AT_9, AT_10, AT_17, HOUR, RULES, desk, later
from tests.oncall.domain.life import Life

NEXT_8 = later(AT_8, 24 * 60)


def opened(severity: str, at: object = AT_3, **changes: object) -> Life:
    life = Life(desk(**changes))
    life.at(at, trigger(severity))  # type: ignore[arg-type]
    return life


def test_grave_severity_at_night_pages_the_night() -> None:
    assert opened("sev1").paged() == [("03:00", "bo", "night", 1)]


def test_minor_severity_at_night_waits_for_eight_and_pages_by_the_rule_that_deferred() -> None:
    life = opened("sev3").until(AT_8)

    assert life.told("deferred", "released") == [
        ("03:00", "deferred", "2026-03-03T08:00:00Z"),
        ("08:00", "released", None),
    ]
    assert life.paged() == [("08:00", "ana", "engineering", 1)]
    assert life.incident.rule == RULES[3]


def test_deferring_rule_pages_in_open_hours() -> None:
    life = opened("sev3", AT_10)

    assert life.paged() == [("10:00", "ana", "engineering", 1)]
    assert life.incident.state is State.TRIGGERED


def test_recorded_incident_pages_nobody_and_has_no_run() -> None:
    life = opened("sev5").until(NEXT_8)

    assert life.paged() == []
    assert (life.incident.state, life.incident.run) == (State.TRIGGERED, None)


def test_day_takes_over_from_the_night_at_the_opening() -> None:
    life = opened("sev1", later(AT_9, -5)).until(AT_9)

    assert life.paged() == [("08:55", "bo", "night", 1), ("09:00", "ana", "engineering", 1)]
    assert life.told("rule") == [("09:00", "rule", 1)]


def test_minor_severity_that_nobody_took_by_closing_waits_for_the_morning() -> None:
    life = opened("sev3", later(AT_17, -5)).until(later(AT_17, 120))

    assert life.told("deferred", "rule") == [("17:00", "rule", 4), ("17:00", "deferred", "2026-03-04T08:00:00Z")]
    assert life.paged() == [("16:55", "ana", "engineering", 1)]


def test_opening_goes_on_where_the_run_is_where_policy_and_urgency_are_the_same() -> None:
    same = tuple(replace(rule, escalation="night") for rule in RULES)
    life = opened("sev1", later(AT_9, -5), rules=same).until(later(AT_9, 5))

    assert life.paged() == [("08:55", "bo", "night", 1), ("09:05", "kim", "night", 2)]


def test_opening_changes_no_limit() -> None:
    life = opened("sev1", later(AT_9, -5)).until(AT_9)

    assert life.incident.respond_by == later(AT_9, 3 * 60 + 55)


@pytest.mark.parametrize(
    ("was", "severity", "at", "state", "pages"),
    [
        ("sev3", "sev1", AT_3, State.TRIGGERED, [("03:01", "bo", "night", 1)]),
        ("sev1", "sev3", AT_3, State.DEFERRED, [("03:00", "bo", "night", 1)]),
        ("sev1", "sev2", AT_3, State.TRIGGERED, [("03:00", "bo", "night", 1)]),
        ("sev1", "sev5", AT_3, State.TRIGGERED, [("03:00", "bo", "night", 1)]),
        ("sev5", "sev3", AT_3, State.DEFERRED, []),
        ("sev5", "sev1", AT_3, State.TRIGGERED, [("03:01", "bo", "night", 1)]),
        ("sev3", "sev1", AT_10, State.TRIGGERED, [("10:00", "ana", "engineering", 1), ("10:01", "ana", "engineering", 1)]),
    ],
    ids=["waiting to paging", "paging to deferral", "paging to paging", "paging to record", "record to deferral",
         "record to paging", "another urgency starts anew"],
)  # fmt: skip
def test_severity_while_nobody_has_it(was: str, severity: str, at: object, state: State, pages: list[object]) -> None:
    life = opened(was, at)
    life.at(later(at, 1), SetSeverity("ana", severity))  # type: ignore[arg-type]

    assert life.incident.state is state
    assert life.paged() == pages
    assert life.told("severity") == [(f"{'03' if at == AT_3 else '10'}:01", "severity", severity)]


def test_raised_while_acknowledged_tells_whoever_has_it_where_it_paged_before() -> None:
    life = opened("sev2")
    life.at(later(AT_3, 1), Acknowledge("bo"))
    done = life.at(later(AT_3, 2), SetSeverity("ana", "sev1"))

    assert life.incident.state is State.ACKNOWLEDGED
    assert [(notice.user, notice.urgency) for notice in done.notices] == [("bo", Urgency.HIGH)]
    assert life.told("told") == [("03:02", "told", "bo")]


def test_raised_while_acknowledged_starts_paging_where_it_did_not_page_before() -> None:
    life = opened("sev3")
    life.at(later(AT_3, 1), Acknowledge("kim"))
    life.at(later(AT_3, 2), SetSeverity("ana", "sev1"))

    assert life.incident.state is State.TRIGGERED
    assert life.incident.acknowledged_by is None
    assert life.paged() == [("03:02", "bo", "night", 1)]


def test_lowered_while_acknowledged_leaves_the_acknowledgement() -> None:
    life = opened("sev1")
    life.at(later(AT_3, 1), Acknowledge("bo"))
    done = life.at(later(AT_3, 2), SetSeverity("ana", "sev4"))

    assert (life.incident.state, life.incident.acknowledged_by) == (State.ACKNOWLEDGED, "bo")
    assert done.notices == ()


def test_raised_while_snoozed_ends_the_snooze_and_lowered_does_not() -> None:
    life = opened("sev2")
    life.at(later(AT_3, 1), Snooze("bo", HOUR))
    life.at(later(AT_3, 2), SetSeverity("ana", "sev3"))
    assert life.incident.state is State.SNOOZED

    life.at(later(AT_3, 3), SetSeverity("ana", "sev1"))

    assert life.told("resumed") == [("03:03", "resumed", None)]
    assert life.paged()[-1] == ("03:03", "bo", "night", 1)


def test_snooze_ends_by_asking_the_table() -> None:
    life = opened("sev3", later(AT_17, -5))
    life.at(later(AT_17, -4), Snooze("ana", HOUR))
    life.until(later(AT_17, 56))

    assert life.told("resumed", "rule", "deferred") == [
        ("17:56", "resumed", None),
        ("17:56", "rule", 4),
        ("17:56", "deferred", "2026-03-04T08:00:00Z"),
    ]


def test_acknowledgement_expires_and_pages_again_and_tells_whoever_had_it() -> None:
    life = opened("sev1")
    life.at(later(AT_3, 1), Acknowledge("kim"))
    life.until(later(AT_3, 121))

    assert life.told("ack_expired", "told") == [("05:01", "ack_expired", "kim"), ("05:01", "told", "kim")]
    assert life.paged()[-1] == ("05:01", "bo", "night", 1)
    assert life.incident.acknowledged_by is None


def test_acknowledgement_of_what_waits_returns_to_waiting_when_it_expires() -> None:
    life = opened("sev3")
    life.at(later(AT_3, 1), Acknowledge("ana"))
    life.until(later(AT_3, 121))

    assert life.incident.state is State.DEFERRED
    assert life.incident.deferred_until == AT_8
    assert life.paged() == []


def test_acknowledged_before_the_release_is_not_paged() -> None:
    life = opened("sev3", later(AT_8, -30))
    life.at(later(AT_8, -1), Acknowledge("ana"))

    assert life.until(later(AT_8, 30)).paged() == []


def test_release_by_hand_pages_now() -> None:
    life = opened("sev3")
    life.at(later(AT_3, 10), Release("kim"))

    assert life.told("released") == [("03:10", "released", "kim")]
    assert life.paged() == [("03:10", "ana", "engineering", 1)]


def test_release_of_what_does_not_wait_is_refused() -> None:
    assert opened("sev1").at(later(AT_3, 1), Release("kim")).refused == "it is triggered"


def test_without_an_opening_it_pages_now_and_says_why() -> None:
    past = SpecialDate(date(2025, 1, 2), (DayWindow.between("09:00", "17:00"),))
    life = opened("sev3", calendar=BusinessCalendar("UTC", special=(past,)))

    assert life.paged() == [("03:00", "ana", "engineering", 1)]
    assert "does not open" in life.log[0].details["because"]


def test_workaround_lowers_what_the_policy_says() -> None:
    life = opened("sev2")
    life.at(later(AT_3, 5), ApplyWorkaround("ana"))

    assert life.told("workaround", "severity", "deferred") == [
        ("03:05", "workaround", "ana"),
        ("03:05", "severity", "sev3"),
        ("03:05", "deferred", "2026-03-03T08:00:00Z"),
    ]


def test_workaround_that_lowers_nothing_is_recorded_alone() -> None:
    life = opened("sev4")

    done = life.at(later(AT_3, 5), ApplyWorkaround("ana"))

    assert [entry.event for entry in done.entries] == ["workaround"]


def test_severity_that_it_has_already_changes_nothing() -> None:
    done = opened("sev1").at(later(AT_3, 1), SetSeverity("ana", "sev1"))

    assert (done.entries, done.refused) == ((), None)


def test_unknown_severity_of_a_person_is_refused() -> None:
    life = opened("sev1")
    done = life.at(later(AT_3, 1), SetSeverity("ana", "sev9"))

    assert done.refused == "severity 'sev9' is not known here"
    assert life.incident.severity == "sev1"


def test_unknown_severity_of_a_trigger_counts_as_the_default() -> None:
    life = opened("sev9")

    assert life.incident.severity == "sev3"
    assert life.log[0].details["warnings"] == ["severity 'sev9' is not known here: taken as sev3"]


def test_change_of_plan_asks_the_table() -> None:
    premium = Rule(1, Do.PAGE, "night", plans=frozenset({"premium"}))
    rules = (premium, *(replace(rule, number=rule.number + 1) for rule in RULES))
    life = opened("sev3", rules=rules, plans=("basic", "premium"), default_plan="basic")
    life.at(later(AT_3, 1), Classify("ana", plan="premium"))

    assert life.incident.plan == "premium"
    assert life.paged() == [("03:01", "bo", "night", 1)]


def test_unknown_plan_of_a_person_is_refused() -> None:
    done = opened("sev3", plans=("basic",), default_plan="basic").at(later(AT_3, 1), Classify("ana", plan="gold"))

    assert done.refused == "plan 'gold' is not known here"


def test_escalation_by_hand_of_what_waits_releases_it() -> None:
    life = opened("sev3")
    life.at(later(AT_3, 1), Escalate("kim"))

    assert life.told("escalated", "released") == [("03:01", "escalated", "kim"), ("03:01", "released", "kim")]
    assert life.paged() == [("03:01", "ana", "engineering", 1)]


def test_escalation_by_hand_of_what_is_snoozed_goes_on_with_the_next_step() -> None:
    life = opened("sev1")
    life.at(later(AT_3, 1), Snooze("bo", HOUR))
    life.at(later(AT_3, 2), Escalate("bo"))

    assert life.incident.state is State.TRIGGERED
    assert life.paged()[-1] == ("03:02", "kim", "night", 2)


def test_escalation_by_hand_begins_anew_where_the_rule_names_another_policy_by_now() -> None:
    life = opened("sev3", at=AT_10, ack_timeout=None)
    life.at(later(AT_10, 1), Acknowledge("ana"))
    life.at(AT_17, SetSeverity("ana", "sev1"))

    life.at(later(AT_17, 1), Escalate("ana"))

    assert life.paged()[1:] == [("17:01", "bo", "night", 1)]
    assert life.until(later(AT_17, 11)).paged()[-1] == ("17:11", "kim", "night", 2)


def test_escalation_by_hand_of_what_is_recorded_only_is_refused() -> None:
    assert opened("sev5").at(later(AT_3, 1), Escalate("kim")).refused == (
        "rule 3 only records it and names no escalation policy"
    )


@pytest.mark.parametrize(("severity", "refused"), [("sev3", "it is deferred"), ("sev1", None)])
def test_snooze_where_it_may_be_asked(severity: str, refused: str | None) -> None:
    assert opened(severity).at(later(AT_3, 1), Snooze("bo", HOUR)).refused == refused


def test_snoozed_incident_pages_nobody_until_its_end() -> None:
    life = opened("sev1")
    life.at(later(AT_3, 1), Snooze("bo", HOUR))
    life.until(later(AT_3, 60))

    assert life.paged() == [("03:00", "bo", "night", 1)]
    assert life.until(later(AT_3, 61)).paged()[-1] == ("04:01", "bo", "night", 1)


def test_reassigned_pages_that_person_and_then_the_escalation() -> None:
    life = opened("sev1")
    life.at(later(AT_3, 1), Reassign("bo", "kim"))
    life.until(later(AT_3, 6))

    assert life.told("reassigned") == [("03:01", "reassigned", "kim")]
    assert life.paged()[1:] == [("03:01", "kim", "night", "reassigned"), ("03:06", "bo", "night", 1)]


@pytest.mark.parametrize(("to", "why"), [("nemo", "nemo is not a user")])
def test_reassigned_to_nobody_is_refused(to: str, why: str) -> None:
    life = opened("sev1")

    assert life.at(later(AT_3, 1), Reassign("bo", to)).refused == why
    assert life.until(later(AT_3, 10)).paged()[-1] == ("03:10", "kim", "night", 2)


def test_repage_begins_anew() -> None:
    life = opened("sev1").until(later(AT_3, 10))
    life.at(later(AT_3, 11), Repage("kim"))

    assert life.paged()[-1] == ("03:11", "bo", "night", 1)


def test_repage_of_what_was_released_by_hand_pages_also_where_the_rule_would_wait() -> None:
    life = opened("sev3")
    life.at(later(AT_3, 1), Release("kim"))
    life.at(later(AT_3, 2), Repage("kim"))

    assert life.incident.state is State.TRIGGERED
    assert life.paged()[-1] == ("03:02", "ana", "engineering", 1)


def test_repage_of_what_is_recorded_only_is_refused() -> None:
    done = opened("sev5").at(later(AT_3, 1), Repage("kim"))

    assert done.refused == "rule 3 only records it and names no escalation policy"


def test_recalculation_releases_what_need_not_wait_any_more() -> None:
    life = opened("sev3")
    longer = BusinessCalendar("UTC", (Window.daily(("tue",), "03:00", "17:00"),))
    life.directory = desk(calendar=longer)
    life.at(later(AT_3, 1), Recalculate())

    assert life.told("released") == [("03:01", "released", None)]


def test_recalculation_moves_the_release() -> None:
    life = opened("sev3")
    life.directory = desk(calendar=BusinessCalendar("UTC", (Window.daily(("tue",), "06:00", "17:00"),)))
    life.at(later(AT_3, 1), Recalculate())

    assert life.incident.deferred_until == later(AT_3, 180)
    assert life.until(later(AT_3, 180)).paged() == [("06:00", "ana", "engineering", 1)]


def test_resolved_incident_does_nothing_any_more() -> None:
    life = opened("sev1")
    life.at(later(AT_3, 1), Resolve("ana"))

    assert life.until(NEXT_8).paged() == [("03:00", "bo", "night", 1)]
    assert life.told("warned", "breached", "rule") == []


def test_rule_has_its_own_urgency_before_the_severity() -> None:
    loud = (replace(RULES[3], number=1, hours=None, urgency=Urgency.HIGH),)

    assert opened("sev4", rules=loud).incident.urgency is Urgency.HIGH
