"""The rehearsal of one incident: the form, the answer, and what cannot be understood."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.settings import Settings
from tests.oncall.doors.web.people import Person
from tests.oncall.doors.web.test_home import shown
from tests.oncall.doors.web.test_permissions import contents


def asked(**fields: str) -> str:
    return f"/what-if?{urlencode(fields)}"


def test_form_offers_the_severities_of_each_policy_with_the_services_that_follow_it(
    person: Callable[[str], Person],
) -> None:
    page = person("vic").get("/what-if").text

    assert '<optgroup label="standard: desk">' in page
    assert '<optgroup label="built-in: cloud, watched">' in page
    assert "Sev 4: Failure of a redundant part" in page
    assert re.search(r'<input [^>]*name="at" value="now"', page)
    assert "What would happen" not in page


def test_night_is_rehearsed_on_the_services_clock_and_says_who_when_how_and_why(
    person: Callable[[str], Person],
) -> None:
    where = asked(service="desk", severity="sev4", at="next 25 December at 03:00", zone="service")
    page = shown(person("vic").get(where).text)

    assert "Bo Lindqvist would be paged first, at Fri 25 Dec, 08:00 (5 h later)." in page
    assert "It comes at Fri 25 Dec, 03:00, America/Denver." in page
    assert "Fri 25 Dec, 08:00: SMS named in the step, step 1 of round 1 of engineering" in page
    assert "Deferred until Fri 25 Dec, 08:00" in page
    assert "Times are in America/Denver." in page


def test_why_not_the_others_is_said_of_each(person: Callable[[str], Person]) -> None:
    page = shown(person("vic").get(asked(service="desk", severity="sev4", at="next 25 December at 03:00")).text)

    assert "Why not the others Ana Ruiz could not be paged at Fri 25 Dec 08:00: no usable contact method" in page
    assert "Mia Tanaka named in triage, which begins for sev1" in page
    assert "These reasons tell the time in America/Denver." in page


def test_instant_is_on_the_readers_clock_unless_asked_otherwise(person: Callable[[str], Person]) -> None:
    page = shown(person("vic").get(asked(service="cloud", at="tomorrow at 02:00", zone="mine")).text)

    assert "would be paged first, at Mon 23 Nov, 02:00." in page
    assert "It comes at Mon 23 Nov, 02:00, UTC." in page


def test_what_repeats_round_after_round_is_told_once(person: Callable[[str], Person]) -> None:
    page = shown(person("vic").get(asked(service="cloud", severity="sev1", at="now")).text)

    assert page.count("Paged Bo Lindqvist") <= 2
    assert "entries are left out" in page
    assert "and 45 more, until" in page or "and 46 more, until" in page


def test_question_that_records_pages_nobody(person: Callable[[str], Person]) -> None:
    page = shown(person("vic").get(asked(service="desk", ticket_type="question", at="now")).text)

    assert "Nobody would be paged in the time looked at." in page


def test_fields_stay_as_they_were_chosen(person: Callable[[str], Person]) -> None:
    where = asked(service="desk", severity="sev1", plan="premium", ticket_type="incident", at="now", zone="service")
    page = person("vic").get(where).text

    for chosen in ("desk", "Sev 1: Outage of several customers", "premium", "incident"):
        assert re.search(rf"<option[^>]* selected *>{chosen}</option>", page), chosen
    assert re.search(r'value="service" checked', page)
    assert page.count("selected") == 4


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            {"service": "desk", "at": "tomorow 02:00"},
            "unknown word &#39;tomorow&#39;; did you mean &#39;tomorrow&#39;?",
        ),
        ({"service": "desk", "at": ""}, "Say when: tomorrow at 02:00"),
        ({"service": "desk"}, "Say when: tomorrow at 02:00"),
        ({"service": "desk", "at": "<script>"}, "&lt;script&gt;"),
        ({"service": "gone", "at": "now"}, "There is no service &#39;gone&#39; any more"),
    ],
)
def test_what_is_not_understood_is_said_at_its_field(
    fields: dict[str, str], says: str, person: Callable[[str], Person]
) -> None:
    answer = person("vic").get(asked(**fields))

    assert (answer.status_code, says in answer.text) == (422, True)
    assert "What would happen" not in answer.text
    assert "<script>" not in answer.text


def test_severity_that_the_service_does_not_know_is_rehearsed_as_its_default(person: Callable[[str], Person]) -> None:
    page = shown(person("vic").get(asked(service="desk", severity="sev3", at="now")).text)

    assert "Triggered by somebody as Sev 2" in page
    assert "severity 'sev3' is not known here: taken as sev2" in page


def test_rehearsal_changes_nothing(person: Callable[[str], Person], settings: Settings) -> None:
    ana = person("ana")
    before = contents(settings)
    ana.get(asked(service="desk", severity="sev1", at="now"))

    assert contents(settings) == before


def test_customer_can_be_chosen_where_there_are_any(context: Context, person: Callable[[str], Person]) -> None:
    agreed = "{version: 1, customers: {acme: {plan: premium, respond_within: {sev2: 1h}}}}"
    apply_document(context, agreed, author="test", prune=False, dry_run=False)
    page = shown(person("vic").get(asked(service="desk", severity="sev2", customer="acme", at="now")).text)

    assert "respond by 03:13" in page
