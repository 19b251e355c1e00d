"""An incident's log in plain words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from oncall.domain.log import Entry
from oncall.doors.web.words import Tone, Words, actor, message_to, severity_name, words

NAMES = {"ana": "Ana Ruiz", "bo": "Bo Lindqvist"}
STEP = {"policy": "engineering", "step": 2, "round": 1}
TRIGGERED = {"by": "integration:pagerduty", "severity": "sev1", "because": "it pages", "warnings": ["odd"]}
FAILED = {"user": "bo", "method": "voice", "because": "busy", "again_at": None}


def said(event: str, **details: Any) -> Words:
    return words(Entry(datetime(2026, 11, 22, tzinfo=UTC), event, details), NAMES)


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
    ],
)
def test_words_of_an_event(event: str, details: dict[str, Any], text: str, why: str | None) -> None:
    found = said(event, **details)

    assert (found.text, found.why) == (text, why)


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
