"""PagerDuty's door: exact answers, and nothing done for what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.oncall.doors.company import Caller, Company, Said, app_without_database, said

Sender = Callable[..., Said]
DOWN = {"event_action": "trigger", "payload": {"summary": "db down", "source": "db1", "severity": "critical"}}


def sender_to(company: Company) -> Sender:
    """A program that sends events with a key of the service `cloud`."""
    key, client = company.key("pagerduty"), company.app.test_client()

    def send(path: str = "/v2/enqueue", **event: Any) -> Said:
        return said(client.post(path, json={"routing_key": key, **event}))

    return send


@pytest.fixture
def send(company: Company) -> Sender:
    return sender_to(company)


def test_trigger_opens_an_incident_and_answers_its_key(send: Sender, admin: Caller) -> None:
    answer = send(**DOWN, dedup_key="db")

    assert answer.status_code == 202
    assert answer.json == {"status": "success", "message": "Event processed", "dedup_key": "db"}
    [incident] = admin.incidents()
    assert (incident["service"], incident["title"], incident["severity"]) == ("cloud", "db down", "sev1")
    assert admin.events(1) == ["triggered", "paged"]


def test_trigger_without_a_key_is_answered_one_that_resolves_it(send: Sender, admin: Caller) -> None:
    key = send(**DOWN).json["dedup_key"]

    assert send(event_action="resolve", dedup_key=key).status_code == 202
    assert [incident["state"] for incident in admin.incidents()] == ["resolved"]


def test_repeat_is_a_line_in_the_log_and_no_page(send: Sender, admin: Caller) -> None:
    for _ in range(3):
        send(**DOWN, dedup_key="db")

    assert admin.events(1) == ["triggered", "paged", "joined", "joined"]


def test_key_longer_than_an_index_still_finds_its_incident(send: Sender, admin: Caller) -> None:
    long = "k" * 4000

    answered = send(**DOWN, dedup_key=long).json["dedup_key"]
    send(event_action="acknowledge", dedup_key=long)
    send(event_action="resolve", dedup_key=answered)

    assert len(answered) <= 255
    assert [incident["state"] for incident in admin.incidents()] == ["resolved"]


def test_acknowledge_and_resolve_do_so_in_the_name_of_the_integration(send: Sender, admin: Caller) -> None:
    send(**DOWN, dedup_key="db")

    send(event_action="acknowledge", dedup_key="db")
    acknowledged = admin.get("/incidents/1").json
    send(event_action="resolve", dedup_key="db", payload=DOWN["payload"])
    resolved = admin.get("/incidents/1").json

    assert (acknowledged["state"], acknowledged["acknowledged_by"]) == ("acknowledged", "integration:pagerduty")
    assert (resolved["state"], resolved["resolved_by"]) == ("resolved", "integration:pagerduty")


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_what_is_not_open_is_accepted_and_ignored(action: str, send: Sender, admin: Caller) -> None:
    answer = send(event_action=action, dedup_key="db")

    assert (answer.status_code, answer.json["dedup_key"]) == (202, "db")
    assert admin.incidents() == []


def test_trigger_after_a_resolve_opens_a_new_incident(send: Sender, admin: Caller) -> None:
    send(**DOWN, dedup_key="db")
    send(event_action="resolve", dedup_key="db")
    send(**DOWN, dedup_key="db")

    assert [incident["state"] for incident in admin.incidents()] == ["triggered", "resolved"]


def test_key_of_one_service_reaches_no_other(company: Company, send: Sender, admin: Caller) -> None:
    send(**DOWN, dedup_key="db")
    other = {"routing_key": company.key("pagerduty", service="shop"), "event_action": "resolve", "dedup_key": "db"}

    assert company.app.test_client().post("/v2/enqueue", json=other).status_code == 202
    assert [incident["state"] for incident in admin.incidents()] == ["triggered"]


def test_trailing_slash_is_tolerated(send: Sender) -> None:
    assert send("/v2/enqueue/", **DOWN).status_code == 202


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        (
            b'{"event_action": "trigger", "payload": {"summary": "down"}}',
            400,
            {
                "status": "invalid event",
                "message": "Event object is invalid",
                "errors": ["'routing_key' is missing or blank"],
            },
        ),
        (
            b'{"routing_key": "e93facc04764012d7bfb002500d5d1a6", "event_action": "trigger", "payload": {"summary": "x"}}',
            400,
            {
                "status": "invalid event",
                "message": "Event object is invalid",
                "errors": ["'routing_key' is unknown or disabled"],
            },
        ),
        (
            b'{"event_action": 1, "payload": 2}',
            400,
            {
                "status": "invalid event",
                "message": "Event object is invalid",
                "errors": [
                    "'routing_key' is missing or blank",
                    "'event_action' must be 'trigger', 'acknowledge' or 'resolve'",
                ],
            },
        ),
        (
            b'{"event_action":',
            400,
            {
                "status": "Unrecognized object",
                "message": "Event object format is unrecognized",
                "errors": ["JSON parse error: Expecting value: line 1 column 17 (char 16)"],
            },
        ),
        (
            b"x" * 10_000_000,
            413,
            {
                "status": "invalid request",
                "message": "'body' is larger than 1048576 bytes",
                "errors": ["'body' is larger than 1048576 bytes"],
            },
        ),
    ],
    ids=["no routing key", "unknown routing key", "wrong types", "malformed", "too large"],
)
def test_bad_event_is_refused_in_pagerdutys_shape_and_changes_nothing(
    body: bytes, status: int, answer: dict[str, Any], small: Company
) -> None:
    answered = said(small.app.test_client().post("/v2/enqueue", data=body))

    assert (answered.status_code, answered.json) == (status, answer)
    assert small.caller().incidents() == []


def test_naive_timestamp_is_refused_and_changes_nothing(small: Company) -> None:
    payload = {"summary": "down", "timestamp": "2026-11-22T02:13:00"}

    answered = sender_to(small)(event_action="trigger", payload=payload)

    assert answered.status_code == 400
    assert answered.json["errors"] == ["'payload.timestamp' must have an offset, or Z for UTC"]
    assert small.caller().incidents() == []


def test_key_of_another_dialect_is_unknown(small: Company) -> None:
    event = {"routing_key": small.key("alertmanager"), **DOWN}

    assert small.app.test_client().post("/v2/enqueue", json=event).status_code == 400


def test_other_methods_and_addresses_are_refused_in_the_same_shape(small: Company) -> None:
    client = small.app.test_client()

    wrong_method, wrong_address = said(client.get("/v2/enqueue")), said(client.post("/v2/nothing"))

    assert (wrong_method.status_code, wrong_address.status_code) == (405, 404)
    assert set(wrong_method.json) == set(wrong_address.json) == {"status", "message", "errors"}


def test_without_a_database_the_sender_is_told_to_try_again(tmp_path: Path) -> None:
    client = app_without_database(tmp_path).test_client()

    answered = said(client.post("/v2/enqueue", json={"routing_key": "k" * 32, **DOWN}))

    assert (answered.status_code, answered.headers["Retry-After"]) == (503, "5")
    assert answered.json == {
        "status": "error",
        "message": "the database does not answer: try again",
        "errors": ["the database does not answer: try again"],
    }
