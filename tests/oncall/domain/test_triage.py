"""A shift manager looks first (docs/semantics.md 4.9)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oncall.domain.commands import (
    Acknowledge,
    ApplyWorkaround,
    AttemptFailed,
    Escalate,
    Release,
    Resolve,
    SetSeverity,
    Snooze,
)
from oncall.domain.commands import Triage as Look
from oncall.domain.incident import State
from oncall.domain.policy import Triage
from tests.oncall.domain.cast import MINUTE, trigger
from tests.oncall.domain.desk import AT_3, AT_17, TRIAGE, desk, later
from tests.oncall.domain.life import Life

EVERY = replace(TRIAGE, severities=frozenset({"sev1", "sev2", "sev3", "sev4", "sev5"}))


def opened(severity: str = "sev1", triage: Triage = TRIAGE) -> Life:
    life = Life(desk(triage=triage))
    life.at(AT_3, trigger(severity))
    return life


def test_manager_is_paged_first_and_the_engineer_when_nobody_triages() -> None:
    life = opened().until(later(AT_3, 5))

    assert life.paged() == [("03:00", "mia", "triage", 1), ("03:05", "bo", "night", 1)]
    assert life.told("triage_expired") == [("03:05", "triage_expired", None)]


def test_triaged_goes_on_at_once() -> None:
    life = opened()
    life.at(later(AT_3, 2), Look("mia"))

    assert life.told("triaged", "severity") == [("03:02", "triaged", "sev1")]
    assert life.until(later(AT_3, 6)).paged()[1:] == [("03:02", "bo", "night", 1)]


def test_triaged_with_another_severity_asks_the_table() -> None:
    life = opened()
    life.at(later(AT_3, 2), Look("mia", "sev4"))

    assert life.told("triaged", "severity", "deferred") == [
        ("03:02", "triaged", "sev4"),
        ("03:02", "severity", "sev4"),
        ("03:02", "deferred", "2026-03-03T08:00:00Z"),
    ]
    assert life.until(later(AT_3, 60)).paged() == [("03:00", "mia", "triage", 1)]


@pytest.mark.parametrize("command", [SetSeverity("mia", "sev2"), ApplyWorkaround("mia")])
def test_setting_the_severity_is_triage(command: SetSeverity | ApplyWorkaround) -> None:
    life = opened()
    life.at(later(AT_3, 2), command)

    assert life.told("triaged") == [("03:02", "triaged", "sev2")]
    assert life.paged()[-1] == ("03:02", "bo", "night", 1)


def test_setting_the_same_severity_is_triage_too() -> None:
    life = opened()
    life.at(later(AT_3, 2), SetSeverity("mia", "sev1"))

    assert life.told("triaged", "severity") == [("03:02", "triaged", "sev1")]


def test_acknowledging_silences_the_pages_and_nothing_else() -> None:
    life = opened()
    done = life.at(later(AT_3, 1), Acknowledge("mia"))

    assert (life.incident.state, life.incident.responded_at) == (State.TRIAGE, None)
    assert done.entries[-1].details["by"] == "mia"
    assert life.until(later(AT_3, 5)).paged()[-1] == ("03:05", "bo", "night", 1)


def test_deferring_rule_is_triaged_only_where_its_severity_is_listed() -> None:
    assert opened("sev4").paged() == []
    assert opened("sev4", EVERY).paged() == [("03:00", "mia", "triage", 1)]


def test_deferring_rule_waits_for_triage_and_then_for_the_morning() -> None:
    life = opened("sev4", EVERY).until(later(AT_3, 300))

    assert life.told("deferred", "released") == [
        ("03:05", "deferred", "2026-03-03T08:00:00Z"),
        ("08:00", "released", None),
    ]
    assert life.paged() == [("03:00", "mia", "triage", 1), ("08:00", "ana", "engineering", 1)]


def test_nobody_to_look_goes_on_at_once() -> None:
    life = opened(triage=Triage("nobody", 5 * MINUTE))

    assert life.told("nobody") == [("03:00", "nobody", None)]
    assert life.paged() == [("03:00", "bo", "night", 1)]
    assert life.incident.state is State.TRIGGERED


def test_manager_whom_no_message_reaches_goes_on_at_once() -> None:
    life = opened()
    life.at(later(AT_3, 1), AttemptFailed(f"{_page(life)}.1", "mia", "sms", "sms", "unknown number", "permanent"))

    assert life.paged()[-1] == ("03:01", "bo", "night", 1)


def test_severity_raised_by_a_person_is_not_triaged() -> None:
    life = opened("sev4")
    life.at(later(AT_3, 1), SetSeverity("ana", "sev1"))

    assert life.paged() == [("03:01", "bo", "night", 1)]


def test_severity_raised_by_a_trigger_is_triaged() -> None:
    life = opened("sev4")
    life.at(later(AT_3, 1), trigger("sev1"))

    assert life.paged() == [("03:01", "mia", "triage", 1)]
    assert life.until(later(AT_3, 6)).paged()[-1] == ("03:06", "bo", "night", 1)


def test_severity_raised_by_a_trigger_leaves_what_pages_alone() -> None:
    life = Life(desk())
    life.at(AT_3, trigger("sev2"))
    life.directory = desk(triage=TRIAGE)
    life.at(later(AT_3, 1), trigger("sev1"))

    assert life.until(later(AT_3, 10)).paged() == [("03:00", "bo", "night", 1), ("03:10", "kim", "night", 2)]


def test_hours_that_change_while_it_is_looked_at_count() -> None:
    life = Life(desk(triage=EVERY))
    life.at(later(AT_17, -2), trigger("sev3"))
    life.until(later(AT_17, 60))

    assert life.told("rule", "deferred") == [("17:03", "rule", 4), ("17:03", "deferred", "2026-03-04T08:00:00Z")]
    assert life.paged() == [("16:58", "mia", "triage", 1)]


def test_escalation_by_hand_goes_on() -> None:
    life = opened()
    life.at(later(AT_3, 1), Escalate("mia"))

    assert life.paged()[-1] == ("03:01", "bo", "night", 1)


@pytest.mark.parametrize("command", [Snooze("mia", MINUTE), Release("mia")])
def test_what_triage_does_not_know_is_refused(command: Snooze | Release) -> None:
    assert opened().at(later(AT_3, 1), command).refused == "it is being triaged"


def test_triage_of_what_is_not_looked_at_is_refused() -> None:
    assert opened("sev4").at(later(AT_3, 1), Look("mia")).refused == "it is deferred"


def test_resolved_in_triage_pages_nobody_any_more() -> None:
    life = opened()
    life.at(later(AT_3, 1), Resolve("mia"))

    assert life.until(later(AT_3, 60)).paged() == [("03:00", "mia", "triage", 1)]


def _page(life: Life) -> str:
    run = life.incident.run
    assert run is not None
    return run.pages[0].id
