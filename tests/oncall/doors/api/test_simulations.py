"""Rehearsals over the API: what would happen, without anything happening."""

from pathlib import Path
from typing import Any

import pytest

from oncall.domain.directory import Role
from oncall.doors.api.simulations import MOST_EVENTS
from oncall.operations.apply import apply_document
from tests.oncall.doors.company import Caller, Company
from tests.oncall.simulate.support import DOCUMENT
from tests.vendors.calendars import whole_days

SUNDAY = "2026-11-22T02:13:00Z"


def trigger(**more: Any) -> dict[str, Any]:
    return {"at": SUNDAY, "do": "trigger", "incident": "db", "service": "cloud", **more}


def refused(answer: Any) -> list[str]:
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    return [f"{fault['field']}: {fault['message']}" for fault in answer.json["errors"]]


def test_what_if_tells_the_log_and_who_would_be_paged_and_why_not_the_others(small: Company) -> None:
    viewer = small.caller(Role.VIEWER)

    answer = viewer.post("/simulations", {"service": "cloud", "severity": "sev1", "at": SUNDAY, "hours": 0.1})

    assert answer.status_code == 200
    assert [(entry["event"], entry.get("user")) for entry in answer.json["log"]] == [
        ("triggered", None),
        ("paged", "ana"),
        ("attempted", "ana"),
        ("paged", "bo"),
        ("attempted", "bo"),
    ]
    ana, bo = answer.json["people"]
    assert (ana["name"], ana["pages"][0]["ways"]) == ("Ana Ruiz", [{"at": SUNDAY, "method": "sms"}])
    assert bo["pages"][0]["at"] == "2026-11-22T02:18:00Z"
    assert answer.json["truncated"] is False


def test_nothing_is_stored(admin: Caller) -> None:
    admin.post("/simulations", {"service": "cloud", "at": SUNDAY})

    assert admin.incidents() == []


def test_events_are_rehearsed_in_any_order_of_time(admin: Caller) -> None:
    resolve = {"at": "2026-11-22T02:16:00Z", "do": "resolve", "incident": "db"}

    answer = admin.post("/simulations", {"events": [resolve, trigger()], "until": "2026-11-23T00:00:00Z"})

    assert [entry["event"] for entry in answer.json["log"]] == ["triggered", "paged", "attempted", "resolved"]


def test_document_that_is_not_live_can_be_rehearsed(admin: Caller) -> None:
    answer = admin.post("/simulations", {"config": DOCUMENT, "service": "cloud", "severity": "sev1", "at": SUNDAY})

    assert answer.json["log"][1]["policy"] == "triage"
    assert answer.json["zone"] == "America/Denver"
    assert "ana" in {person["user"] for person in answer.json["people"]}


def test_endless_paging_is_cut_and_says_so(admin: Caller) -> None:
    answer = admin.post("/simulations", {"events": [trigger(severity="sev1")], "until": "2027-11-22T00:00:00Z"})

    assert answer.json["truncated"] is True
    assert len(answer.json["log"]) <= 10_000


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, ["service: is missing", "at: is missing"]),
        ({"service": "cloud"}, ["at: is missing"]),
        ({"service": "clod", "at": SUNDAY}, ["service: unknown service 'clod'; did you mean 'cloud'?"]),
        ({"service": "cloud", "at": SUNDAY, "until": SUNDAY}, ["until: goes with events alone: say hours"]),
        ({"service": "cloud", "events": []}, ["service: does not go with events"]),
        ({"service": "cloud", "at": SUNDAY, "hours": 0}, ["hours: must be greater than 0"]),
        (
            {"events": [trigger(), {"at": "x", "do": "resolve"}]},
            [
                "events[1].at: 'x' is not an instant: write one like 2026-03-18T08:07:00Z or 2026-03-18T02:07:00-06:00",
                "events[1].incident: is missing",
            ],
        ),
        (
            {"config": "version: 2", "service": "a", "at": SUNDAY},
            ["config: line 1: version: '2' is not a version of the"],
        ),
    ],
)
def test_wrong_question_is_refused_with_every_field(body: dict[str, Any], faults: list[str], caller: Caller) -> None:
    found = refused(caller.post("/simulations", body))

    assert len(found) == len(faults)
    assert all(one.startswith(expected) for one, expected in zip(found, faults, strict=True))


def test_more_events_than_a_rehearsal_takes_are_refused(caller: Caller) -> None:
    (fault,) = refused(caller.post("/simulations", {"events": [trigger()] * (MOST_EVENTS + 1)}))

    assert fault.startswith("events: ")


def test_feed_of_a_document_is_known_where_it_is_applied_and_refused_where_not(small: Company, tmp_path: Path) -> None:
    text = (
        "version: 1\n"
        "calendars:\n"
        '  shop: {time_zone: UTC, open: [{days: [mon], from: "09:00", to: "17:00"}], holidays: {feed: days.ics}}\n'
        "users: {ana: }\n"
        "escalation_policies: {one: {steps: [{notify: [{user: ana}]}]}}\n"
        "services: {shelf: {escalation_policy: one}}\n"
    )
    body = {"config": text, "service": "shelf", "severity": "sev1", "at": SUNDAY}
    caller = small.caller()
    assert refused(caller.post("/simulations", body)) == [
        "config: line 3: calendars.shop.holidays.feed: is not read here: apply the document first, or name the days under `add`"
    ]

    (tmp_path / "days.ics").write_bytes(whole_days("2026-12-24"))
    apply_document(small.context, text, author="test", prune=False, dry_run=False, folder=tmp_path)
    assert caller.post("/simulations", body).status_code == 200
