"""Who would be paged, how and why; and why not the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from oncall.domain.commands import Acknowledge, Trigger
from oncall.simulate.event import Event
from oncall.simulate.people import Person
from oncall.simulate.what_if import MOST_ENTRIES, Question, Rehearsal, rehearse, what_if
from tests.oncall.simulate.support import company

SATURDAY_NIGHT = datetime(2026, 2, 28, 9, 13, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def asked(severity: str, customer: str | None = None, hours: float | None = None) -> Rehearsal:
    question = Question("cloud", SATURDAY_NIGHT, severity, customer=customer, hours=hours)
    return what_if(company(), question)


def of(rehearsal: Rehearsal, user: str) -> Person:
    return next(person for person in rehearsal.people if person.user == user)


def test_those_who_are_paged_come_first_in_that_order() -> None:
    people = asked("sev1").people

    assert [(person.name, bool(person.pages)) for person in people] == [
        ("Max Weber", True),
        ("Bo Lindqvist", True),
        ("Lea Novak", True),
        ("Ana Ruiz", False),
        ("Cy Okafor", False),
        ("Mia Sato", False),
    ]


def test_page_says_when_by_which_ways_and_why() -> None:
    page = of(asked("sev1"), "max").pages[0]

    assert (page.policy, page.step, page.round, page.because) == ("triage", 1, 1, "on call in managers")
    assert [(way.at, way.method) for way in page.ways] == [(SATURDAY_NIGHT, "sms")]


def test_one_who_is_not_on_call_reads_who_is_and_until_when_in_the_policys_zone() -> None:
    assert of(asked("sev1"), "ana").why_not[0] == (
        "not on call in engineers at Sat 28 Feb 02:18, when step 1 of engineering pages: "
        "Bo Lindqvist is until Mon 2 Mar 08:00"
    )


def test_one_without_a_contact_method_reads_that() -> None:
    assert of(asked("sev1"), "cy").why_not == ("could not be paged at Sat 28 Feb 02:33: no usable contact method",)


def test_one_who_stands_in_a_later_step_reads_that_it_does_not_come() -> None:
    assert "named in step 2 of engineering, which does not come in the time looked at" in (
        of(asked("sev1", hours=0.2), "cy").why_not
    )


def test_everybody_reads_until_when_it_is_deferred_and_by_which_rule() -> None:
    rehearsal = asked("sev2", hours=1)

    assert not any(person.pages for person in rehearsal.people)
    assert of(rehearsal, "bo").why_not[0].startswith("nobody is paged before Mon 2 Mar 08:00, as rule 2 of standard")


def test_everybody_reads_that_it_is_only_recorded() -> None:
    for person in asked("sev3").people:
        assert person.why_not[0].startswith("nobody is paged, as rule 3 of standard")


def test_policy_that_does_not_begin_is_named_with_what_it_is_for() -> None:
    assert of(asked("sev2"), "lea").why_not == (
        "named in engineering, which begins for rule 1",
        "named in management, which begins when a limit is breached and when the customer escalates",
    )


def test_customers_manager_is_paged_for_a_breach() -> None:
    rehearsal = asked("sev1", customer="acme")

    assert of(rehearsal, "rita").pages[0].because.startswith("manager of customer acme")


def test_one_who_is_paged_later_reads_why_not_earlier() -> None:
    before_the_handoff = datetime(2026, 3, 2, 14, 50, tzinfo=UTC)

    ana = of(what_if(company(), Question("cloud", before_the_handoff, "sev1")), "ana")

    assert (ana.pages[0].at, ana.pages[0].step) == (before_the_handoff + 20 * MINUTE, 2)
    (why_not,) = ana.why_not
    assert why_not.startswith("not on call in engineers at Mon 2 Mar 07:55, when step 1 of engineering pages: Bo")


def test_without_hours_it_goes_on_for_four_hours_after_the_first_page_of_the_escalation() -> None:
    log = asked("sev2").log

    first = next(entry["at"] for entry in log if entry["event"] == "paged")
    assert first == "2026-03-02T15:00:00Z"
    assert log[-1]["at"] == "2026-03-02T19:00:00Z"


def test_what_is_asked_about_lacks_nothing_that_the_policy_requires() -> None:
    assert asked("sev1").log[0]["missing"] == []


def test_story_of_several_incidents_tells_who_was_paged_of_each() -> None:
    events = [
        Event(SATURDAY_NIGHT, "a", Trigger("", "cloud", "", "down", "sev1")),
        Event(SATURDAY_NIGHT + MINUTE, "b", Trigger("", "cloud", "", "down", "sev1")),
        Event(SATURDAY_NIGHT + 6 * MINUTE, "a", Acknowledge("bo")),
    ]

    rehearsal = rehearse(company(), events, until=SATURDAY_NIGHT + 10 * MINUTE)

    assert [page.incident for page in of(rehearsal, "max").pages] == ["a", "b"]
    assert [page.incident for page in of(rehearsal, "bo").pages] == ["a", "b"]
    assert not rehearsal.truncated


def test_long_rehearsal_is_cut_and_says_so() -> None:
    events = [Event(SATURDAY_NIGHT, "a", Trigger("", "cloud", "", "down", "sev1"))]

    rehearsal = rehearse(company(), events, until=SATURDAY_NIGHT + timedelta(days=90))

    assert rehearsal.truncated
    assert MOST_ENTRIES - 10 < len(rehearsal.log) <= MOST_ENTRIES


def test_service_that_is_not_there_is_no_question() -> None:
    with pytest.raises(LookupError):
        what_if(company(), Question("clod", SATURDAY_NIGHT))
