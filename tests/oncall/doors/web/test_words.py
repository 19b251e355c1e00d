"""An incident's log in plain words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from oncall.domain.log import Entry
from oncall.doors.web.naming import actor, message_to, severity_name, spaced, step_name
from oncall.doors.web.presentation import sentence
from oncall.doors.web.times import Times
from oncall.doors.web.words import Tone, Words, words

NAMES = {"ana": "Ana Ruiz", "bo": "Bo Lindqvist"}
DENVER = Times(datetime(2026, 11, 22, 2, 13, tzinfo=UTC), "America/Denver")
STEP = {"policy": "engineering", "step": 2, "round": 1}
TRIGGERED = {"by": "integration:pagerduty", "severity": "sev1", "because": "it pages", "warnings": ["odd"]}
MONDAY = "2026-11-23T15:00:00Z"
FAILED = {"user": "bo", "method": "voice", "because": "busy", "again_at": None}

EVENTS = (
    "triggered joined deferred released paged attempted unreachable nobody exhausted acknowledged ack_expired reassigned"
    " severity triaged triage_expired workaround warned breached snoozed resumed updated awaiting_customer customer_replied"
    " customer_escalated confirmed de_escalated rule refused resolved"
    " escalated attempt_failed delivered missed resent noted told resolve_waiting completed classified repaged"
)
"""Every event that a log may hold."""


def said(event: str, **details: Any) -> Words:
    return words(Entry(datetime(2026, 11, 22, tzinfo=UTC), event, details), NAMES, DENVER)


def test_paged_says_whom_and_why() -> None:
    expected = Words("Paged Bo Lindqvist", "on call in engineers, step 2 of round 1 of engineering", Tone.PAGE)

    assert said("paged", user="bo", because="on call in engineers", **STEP) == expected


@pytest.mark.parametrize(
    ("details", "text", "why"),
    [
        (
            {**STEP, "user": None, "because": "named in the step"},
            "Paged the channel",
            "named in the step, step 2 of round 1 of engineering",
        ),
        (
            {**STEP, "user": "gone", "step": "fallback", "because": "named"},
            "Paged gone",
            "named, the fallback of engineering",
        ),
        (
            {**STEP, "user": "ana", "step": "administrators", "because": "last"},
            "Paged Ana Ruiz",
            "last, the administrators",
        ),
    ],
)
def test_paged_names_channels_fallbacks_and_administrators(details: dict[str, Any], text: str, why: str) -> None:
    assert said("paged", **details) == Words(text, why, Tone.PAGE)


@pytest.mark.parametrize(
    ("event", "details", "text", "why"),
    [
        ("triggered", TRIGGERED, "Triggered by the pagerduty integration as Sev 1", "it pages; odd"),
        (
            "joined",
            {"by": "token:ci", "severity": "sev3", "warnings": []},
            "Reported again by the token ci, as Sev 3",
            None,
        ),
        ("severity", {"by": "ana", "severity": "sev1", "was": "sev3"}, "Ana Ruiz changed it from Sev 3 to Sev 1", None),
        ("attempted", {"user": "bo", "method": "sms", "bundle": None}, "Sent Bo Lindqvist an SMS", None),
        ("attempted", {"user": "bo", "method": "voice", "bundle": "b1"}, "Called Bo Lindqvist", "together with others"),
        ("attempted", {"user": None, "method": "slack_channel"}, "Posted in the Slack channel", None),
        ("attempted", {"user": "bo", "method": "pigeon"}, "Sent Bo Lindqvist a message by pigeon", None),
        ("delivered", {"user": "bo", "method": "sms"}, "The SMS to Bo Lindqvist arrived", None),
        ("attempt_failed", FAILED, "The call to Bo Lindqvist failed", "busy"),
        (
            "attempt_failed",
            {**FAILED, "again_at": "2026-11-22T00:00:05Z"},
            "The call to Bo Lindqvist failed",
            "busy; it is tried again",
        ),
        ("resent", FAILED, "The call to Bo Lindqvist is sent again", "busy"),
        (
            "unreachable",
            {**STEP, "user": "bo", "because": "no way"},
            "Could not page Bo Lindqvist",
            "no way, step 2 of round 1 of engineering",
        ),
        ("nobody", {**STEP, "because": "a gap"}, "Nobody was reached", "a gap, step 2 of round 1 of engineering"),
        (
            "exhausted",
            {"policy": "engineering", "because": "2 rounds"},
            "The escalation policy engineering ran out",
            "2 rounds",
        ),
        ("missed", {"steps": 1, "because": "the service was away"}, "1 step went by unfired", "the service was away"),
        ("missed", {"steps": 2, "because": "the service was away"}, "2 steps went by unfired", "the service was away"),
        ("acknowledged", {"by": "ana", "via": "sms"}, "Acknowledged by Ana Ruiz", "by SMS"),
        ("escalated", {"by": "ana", "via": "carrier pigeon"}, "Ana Ruiz asked for the next step", "by carrier pigeon"),
        ("resolved", {"by": "integration:alertmanager"}, "Resolved by the alertmanager integration", None),
        (
            "refused",
            {"do": "set_severity", "because": "it was resolved by ana"},
            "Refused to set severity",
            "it was resolved by ana",
        ),
        ("never_heard_of", {"because": "of that"}, "Never heard of", "of that"),
        (
            "triggered",
            {**TRIGGERED, "warnings": ["incomplete: body is missing"], "respond_by": "2026-11-22T06:13:00Z"},
            "Triggered by the pagerduty integration as Sev 1",
            "it pages; respond by 23:13; incomplete: body is missing",
        ),
        (
            "deferred",
            {"until": MONDAY, "because": "rule 2 defers"},
            "Deferred until Mon 23 Nov, 08:00",
            "rule 2 defers",
        ),
        ("deferred", {"until": None}, "Deferred until later", None),
        ("released", {"by": "bo", "because": "Bo asked"}, "Released: it pages now", "Bo asked"),
        ("released", {"because": "it was due"}, "Released: it pages now", "it was due"),
        ("ack_expired", {"because": "2 h went by"}, "The acknowledgement has expired", "2 h went by"),
        ("reassigned", {"by": "ana", "to": "bo"}, "Ana Ruiz passed it on to Bo Lindqvist", None),
        ("repaged", {"by": "ana", "via": "page"}, "Ana Ruiz let the paging begin anew", "on this page"),
        ("triaged", {"by": "ana", "severity": "sev2"}, "Ana Ruiz triaged it as Sev 2", None),
        ("triage_expired", {"because": "5 min went by"}, "Nobody triaged it in time", "5 min went by"),
        ("workaround", {"by": "bo"}, "Bo Lindqvist found a workaround", None),
        (
            "classified",
            {"by": "bo", "plan": "premium", "ticket_type": "how_to"},
            "Bo Lindqvist classified it: premium, how to",
            None,
        ),
        ("classified", {"by": "bo", "plan": "premium"}, "Bo Lindqvist classified it: premium", None),
        ("completed", {"fields": ["account_id", "body"]}, "What was missing has come: account id, body", None),
        ("warned", {"clock": "respond", "due": MONDAY}, "The response is due soon, at Mon 23 Nov, 08:00", None),
        ("breached", {"clock": "update", "due": MONDAY}, "The update is late: it was due at Mon 23 Nov, 08:00", None),
        ("snoozed", {"by": "bo", "until": MONDAY}, "Snoozed by Bo Lindqvist until Mon 23 Nov, 08:00", None),
        ("resumed", {}, "The snooze is over", None),
        (
            "updated",
            {"by": "bo", "update_by": MONDAY},
            "Bo Lindqvist gave an update",
            "the next update is due at Mon 23 Nov, 08:00",
        ),
        ("noted", {"by": "token:ci"}, "The token ci noted", None),
        ("awaiting_customer", {"by": "bo"}, "Bo Lindqvist waits for the customer", None),
        (
            "customer_replied",
            {"by": "bo", "respond_by": MONDAY, "update_by": None},
            "Bo Lindqvist has the customer's answer",
            "respond by Mon 23 Nov, 08:00",
        ),
        ("customer_escalated", {"by": "bo"}, "Bo Lindqvist escalated it for the customer", None),
        ("confirmed", {"by": "bo", "condition": "parties_agree"}, "Bo Lindqvist confirmed: parties agree", None),
        ("de_escalated", {"by": "bo"}, "Bo Lindqvist ended the customer's escalation", None),
        (
            "resolve_waiting",
            {"by": "integration:alertmanager", "because": "the gate is open"},
            "The alertmanager integration asked to resolve it",
            "the gate is open",
        ),
        ("told", {"user": "ana", "because": "you have it"}, "Told Ana Ruiz", "you have it"),
        (
            "rule",
            {"rule": 2, "do": "defer", "because": "it closed"},
            "The hour changed what holds: it waits, by rule 2",
            "it closed",
        ),
        ("rule", {"rule": 3, "do": "record"}, "The hour changed what holds: it is only recorded, by rule 3", None),
    ],
)
def test_words_of_an_event(event: str, details: dict[str, Any], text: str, why: str | None) -> None:
    found = said(event, **details)

    assert (sentence(found.text), found.why) == (text, why)


@pytest.mark.parametrize("event", EVENTS.split())
def test_every_event_of_the_contract_has_words_of_its_own(event: str) -> None:
    for details in (
        {},
        {"by": "ana", "user": "bo", "severity": "sev1", "was": "sev2", "method": "sms", "until": MONDAY},
    ):
        found = said(event, **details)

        assert found.text != spaced(event).capitalize()
        assert "None" not in found.text


def test_what_a_person_wrote_stands_beside_the_words() -> None:
    assert said("noted", by="bo", text="Rebooted it.").said == "Rebooted it."
    assert said("noted", by="bo", text="").said is None


@pytest.mark.parametrize(
    ("step", "name"),
    [
        ({"policy": "triage", "step": 1, "round": 1}, "triage"),
        ({"policy": "engineering", "step": "reassigned", "round": 1}, "reassigned"),
    ],
)
def test_step_outside_of_an_escalation_policy_is_called_by_what_it_is(step: dict[str, Any], name: str) -> None:
    assert step_name(step) == name


@pytest.mark.parametrize(
    ("by", "name"), [("bo", "Bo Lindqvist"), ("gone", "gone"), (None, "somebody"), ("", "somebody")]
)
def test_actor_is_called_by_name_where_there_is_one(by: str | None, name: str) -> None:
    assert actor(by, NAMES) == name


def test_message_of_an_unknown_type_is_called_by_the_type() -> None:
    assert message_to("pigeon", "Bo") == "pigeon message to Bo"


@pytest.mark.parametrize(("id_", "name"), [("sev1", "Sev 1"), ("critical", "critical"), ("sev", "sev"), ("1", "1")])
def test_severity_is_spelt_out_where_it_is_numbered(id_: str, name: str) -> None:
    assert severity_name(id_) == name
