"""What a customer may ask for, and what was agreed with them (docs/semantics.md 4.10, 4.11)."""

from __future__ import annotations

from dataclasses import replace

from oncall.domain.commands import (
    Acknowledge,
    ApplyWorkaround,
    Confirm,
    CustomerReplied,
    DeEscalate,
    EscalateForCustomer,
    Resolve,
    SetSeverity,
)
from oncall.domain.incident import State
from tests.oncall.domain.cast import trigger
from tests.oncall.domain.desk import AT_3, desk, later
from tests.oncall.domain.life import Life


def escalated(severity: str = "sev2") -> Life:
    life = Life(desk(ack_timeout=None))
    life.at(AT_3, trigger(severity))
    life.at(later(AT_3, 1), Acknowledge("bo"))
    life.at(later(AT_3, 2), EscalateForCustomer("token:portal"))
    return life


def test_escalation_pages_management_and_leaves_the_state() -> None:
    life = escalated()

    assert life.incident.state is State.ACKNOWLEDGED
    assert life.paged()[-1] == ("03:02", "mia", "management", 1)
    assert life.log[-1].details["because"] == "named in the step; the customer asked for it"


def test_escalation_asked_for_twice_is_escalated_once() -> None:
    life = escalated()

    assert life.at(later(AT_3, 3), EscalateForCustomer("token:portal")).entries == ()


def test_escalation_that_nobody_would_hear_of_is_refused() -> None:
    life = Life(desk(customer_escalation=None))
    life.at(AT_3, trigger("sev1"))

    assert "says nothing of an escalation" in str(life.at(later(AT_3, 1), EscalateForCustomer("mia")).refused)


def test_severity_is_not_lowered_before_every_condition_is_confirmed() -> None:
    life = escalated()
    life.at(later(AT_3, 3), Confirm("mia", "plan"))

    refused = life.at(later(AT_3, 4), SetSeverity("ana", "sev3"))
    assert refused.refused == "the customer has escalated it, and not confirmed yet are: parties"
    assert life.at(later(AT_3, 5), ApplyWorkaround("ana")).refused is not None
    assert life.incident.severity == "sev2"

    life.at(later(AT_3, 6), Confirm("mia", "parties"))
    life.at(later(AT_3, 7), SetSeverity("ana", "sev3"))
    assert life.incident.severity == "sev3"


def test_raised_severity_clears_what_was_confirmed() -> None:
    life = escalated()
    life.at(later(AT_3, 3), Confirm("mia", "plan"))
    life.at(later(AT_3, 4), SetSeverity("ana", "sev1"))

    assert life.at(later(AT_3, 5), DeEscalate("mia")).refused == "not confirmed yet are: plan, parties"


def test_ending_it_stops_the_run_and_closes_the_gate() -> None:
    life = escalated()
    for condition in ("plan", "parties"):
        life.at(later(AT_3, 3), Confirm("mia", condition))
    life.at(later(AT_3, 4), DeEscalate("mia"))
    life.at(later(AT_3, 5), SetSeverity("ana", "sev3"))

    assert life.told("confirmed", "de_escalated") == [
        ("03:03", "confirmed", "plan"),
        ("03:03", "confirmed", "parties"),
        ("03:04", "de_escalated", "mia"),
    ]
    assert life.until(later(AT_3, 30)).paged()[-1] == ("03:02", "mia", "management", 1)


def test_unknown_condition_is_refused_and_known_ones_are_named() -> None:
    done = escalated().at(later(AT_3, 3), Confirm("mia", "paid"))

    assert done.refused == "paid is no condition of the escalation; there are: plan, parties"


def test_condition_confirmed_twice_changes_nothing() -> None:
    life = escalated()
    life.at(later(AT_3, 3), Confirm("mia", "plan"))

    assert life.at(later(AT_3, 4), Confirm("bo", "plan")).entries == ()
    gate = life.incident.gate
    assert gate is not None
    assert [one.by for one in gate.confirmed] == ["mia"]


def test_person_resolves_with_the_gate_open() -> None:
    life = escalated()
    life.at(later(AT_3, 3), Resolve("bo"))

    assert life.incident.state is State.RESOLVED


def test_resolve_of_a_system_waits_for_the_gate_to_close() -> None:
    life = escalated()
    done = life.at(later(AT_3, 3), Resolve("token:portal"))
    assert (life.incident.state, done.refused) == (State.ACKNOWLEDGED, None)

    for condition in ("plan", "parties"):
        life.at(later(AT_3, 4), Confirm("mia", condition))
    life.at(later(AT_3, 5), DeEscalate("mia"))

    assert (life.incident.state, life.incident.resolved_by) == (State.RESOLVED, "token:portal")


def test_trigger_takes_back_a_resolve_that_waits() -> None:
    life = escalated()
    life.at(later(AT_3, 3), Resolve("integration:pagerduty"))
    life.at(later(AT_3, 4), trigger("sev2"))
    for condition in ("plan", "parties"):
        life.at(later(AT_3, 5), Confirm("mia", condition))
    life.at(later(AT_3, 6), DeEscalate("mia"))

    assert life.incident.state is State.ACKNOWLEDGED


def test_acknowledgement_ends_the_run_and_leaves_the_gate_open() -> None:
    life = escalated()
    life.at(later(AT_3, 3), Acknowledge("mia"))

    assert life.until(later(AT_3, 30)).paged()[-1] == ("03:02", "mia", "management", 1)
    assert life.incident.gate is not None


def test_missing_information_is_named_and_the_incident_taken_all_the_same() -> None:
    life = Life(desk(required=("subscription", "body")))
    life.at(AT_3, replace(trigger("sev1"), fields={"subscription": "s-1"}))

    assert life.incident.missing == ("body",)
    assert life.log[0].details["warnings"] == ["incomplete: body is missing"]
    assert life.paged() == [("03:00", "bo", "night", 1)]


def test_information_that_comes_later_completes_it() -> None:
    life = Life(desk(required=("subscription", "body")))
    life.at(AT_3, trigger("sev1"))
    life.at(later(AT_3, 1), CustomerReplied("token:portal", {"subscription": "s-1"}))
    life.at(later(AT_3, 2), replace(trigger("sev1"), body="it is down"))

    assert [entry.details["fields"] for entry in life.log if entry.event == "completed"] == [["subscription"], ["body"]]
    assert (life.incident.missing, life.incident.body) == ((), "it is down")
    assert life.incident.fields == {"subscription": "s-1"}
