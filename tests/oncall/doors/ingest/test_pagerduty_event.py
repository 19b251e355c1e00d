"""PagerDuty's events, from bytes to values."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.doors.ingest.alert import Alert, trigger_request
from oncall.doors.ingest.pagerduty import Act, Firing, parse
from oncall.errors import InvalidInputError
from oncall.store.integrations import IntegrationRecord

AT = datetime(2026, 11, 22, 2, 13, tzinfo=UTC)
KEY = "e93facc04764012d7bfb002500d5d1a6"
SAMPLE = {
    "payload": {
        "summary": "DISK at 99% on machine prod-datapipe03.example.com",
        "timestamp": "2015-07-17T08:42:58.315+0000",
        "severity": "critical",
        "source": "prod-datapipe03.example.com",
        "component": "mysql",
        "group": "prod-datapipe",
        "class": "disk",
        "custom_details": {"free space": "1%", "load avg": 0.75},
    },
    "routing_key": KEY,
    "dedup_key": "srv01/mysql",
    "event_action": "trigger",
    "client": "Sample Monitoring Service",
    "client_url": "https://monitoring.example.com",
    "links": [{"href": "http://pagerduty.example.com", "text": "An example link."}],
    "images": [{"src": "https://example.com/chart.png", "href": "https://example.com", "alt": "An example"}],
}


def parse_json(event: object) -> Firing | Act:
    return parse(json.dumps(event).encode())


def faults(event: object) -> list[str]:
    with pytest.raises(InvalidInputError) as refused:
        parse_json(event)
    return [fault.path for fault in refused.value.faults]


def test_documented_sample_is_understood_whole() -> None:
    assert parse_json(SAMPLE) == Firing(
        KEY,
        Alert(
            title="DISK at 99% on machine prod-datapipe03.example.com",
            dedup_key="srv01/mysql",
            severities=("critical",),
            fields={
                "source": "prod-datapipe03.example.com",
                "timestamp": "2015-07-17T08:42:58.315000Z",
                "component": "mysql",
                "group": "prod-datapipe",
                "class": "disk",
                "custom_details": {"free space": "1%", "load avg": 0.75},
                "images": [
                    {"src": "https://example.com/chart.png", "href": "https://example.com", "alt": "An example"}
                ],
                "client": "Sample Monitoring Service",
                "client_url": "https://monitoring.example.com",
            },
            links=({"href": "http://pagerduty.example.com", "text": "An example link."},),
        ),
    )


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_other_actions_need_no_payload_and_do_not_look_at_one(action: str) -> None:
    event = {"routing_key": KEY, "event_action": action, "dedup_key": "db"}

    assert parse_json(event) == Act(KEY, action, "db")
    assert parse_json({**event, "payload": {"summary": 5}, "links": "none"}) == Act(KEY, action, "db")


def test_what_is_unknown_missing_or_null_is_no_reason_to_lose_a_page() -> None:
    event = {"routing_key": f" {KEY} ", "event_action": "trigger", "dedup_key": "", "links": None, "colour": "red"}

    assert parse_json({**event, "payload": {"summary": "two\nlines ", "severity": None, "loud": True}}) == Firing(
        KEY, Alert(title="two lines", dedup_key=None)
    )


@pytest.mark.parametrize("details", ["text", ["a", 1], {"nested": {"deep": [None]}}, 5, True])
def test_custom_details_may_be_anything(details: object) -> None:
    event = parse_json({**SAMPLE, "payload": {"summary": "down", "custom_details": details}})

    assert isinstance(event, Firing)
    assert event.alert.fields["custom_details"] == details


@pytest.mark.parametrize(
    "timestamp",
    ["2026-03-18T08:07:00Z", "2026-03-18T08:07:00.123456789Z", "2026-03-18T08:07:00+0100", "2016-12-31T23:59:60Z"],
)
def test_timestamp_may_be_spelled_in_many_ways(timestamp: str) -> None:
    event = parse_json({**SAMPLE, "payload": {"summary": "down", "timestamp": timestamp}})

    assert isinstance(event, Firing)
    assert event.alert.fields["timestamp"]


@pytest.mark.parametrize(
    ("event", "paths"),
    [
        ({}, ["routing_key", "event_action"]),
        ({**SAMPLE, "routing_key": ""}, ["routing_key"]),
        ({**SAMPLE, "routing_key": 5}, ["routing_key"]),
        ({**SAMPLE, "event_action": "page"}, ["event_action"]),
        ({"routing_key": KEY, "event_action": "trigger"}, ["payload"]),
        ({"event_action": "trigger", "payload": {}}, ["routing_key", "payload.summary"]),
        ({**SAMPLE, "payload": "down"}, ["payload"]),
        ({**SAMPLE, "payload": {"summary": " "}}, ["payload.summary"]),
        ({**SAMPLE, "payload": {"summary": "down", "severity": 1}}, ["payload.severity"]),
        ({**SAMPLE, "payload": {"summary": "down", "timestamp": "2026-03-18T08:07:00"}}, ["payload.timestamp"]),
        ({**SAMPLE, "payload": {"summary": "down", "timestamp": "yesterday"}}, ["payload.timestamp"]),
        ({**SAMPLE, "payload": {"summary": "down", "timestamp": 5}}, ["payload.timestamp"]),
        ({**SAMPLE, "links": [{"text": "nowhere"}]}, ["links[0].href"]),
        ({"event_action": "resolve"}, ["routing_key", "dedup_key"]),
        ({"routing_key": KEY, "event_action": "acknowledge", "dedup_key": ""}, ["dedup_key"]),
        ([], [""]),
        ("trigger", [""]),
        (None, [""]),
    ],
)
def test_every_fault_is_named_at_once(event: object, paths: list[str]) -> None:
    assert faults(event) == paths


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "routing_key": st.just(KEY) | JSON,
        "event_action": st.sampled_from(["trigger", "acknowledge", "resolve"]) | JSON,
        "dedup_key": st.text() | JSON,
        "payload": st.fixed_dictionaries({}, optional={"summary": st.text() | JSON, "custom_details": JSON}) | JSON,
        "links": JSON,
    },
)


def key_or_faults(event: object) -> object:
    try:
        return parse_json(event).routing_key
    except InvalidInputError as error:
        return error.faults


@given(EVENTS | JSON)
def test_whatever_json_is_sent_is_understood_or_refused(event: object) -> None:
    assert key_or_faults(event)


@given(st.binary(max_size=200))
def test_whatever_bytes_are_sent_are_understood_or_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse(raw)
    assert refused.value.faults


def test_request_is_mended_with_a_warning_for_each_mend() -> None:
    alert = Alert("x" * 2000, "db", ("info", "page", "error"), links=({"href": "javascript:alert(1)", "text": "!"},))

    request = trigger_request(
        alert,
        IntegrationRecord(7, "cloud", "pagerduty", "e93f", AT),
        "integration:pagerduty",
    )

    assert (len(request.title), request.service, request.integration, request.links) == (1024, "cloud", 7, ())
    assert request.warnings == (
        "link 'javascript:alert(1)' is no web address: left out",
        "the title was cut to 1024 characters",
    )
