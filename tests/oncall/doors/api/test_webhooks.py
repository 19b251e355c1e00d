"""Webhooks over the API: made by administrators, their secrets shown once, their deliveries to be read and sent again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import update

from oncall.domain.webhooks import DEFAULT_EVENTS, EVENTS
from oncall.store.messages import MessageRow, MessageState
from tests.oncall.doors.company import Caller, Company

URL = "https://tickets.example.com/oncall?token=x"


def make(caller: Caller, **more: Any) -> Any:
    """A new webhook of the service `cloud`."""
    made = caller.post("/webhooks", {"url": URL, "service": "cloud", **more})
    assert made.status_code == 201, made.text
    return made.json


def test_webhook_is_made_with_what_a_ticket_cares_about_and_its_secret_is_shown_once(admin: Caller) -> None:
    made = make(admin)

    assert made["secret"].startswith("whsec_")
    assert (made["events"], made["service"], made["created_by"]) == ([*DEFAULT_EVENTS], "cloud", "token:system-admin")
    [listed] = admin.get("/webhooks").json["webhooks"]
    assert listed == {name: value for name, value in made.items() if name != "secret"}


def test_webhook_may_be_told_of_all_services_and_of_chosen_events(admin: Caller) -> None:
    made = make(admin, service=None, events=["resolved", "acknowledged", "resolved"])

    assert (made["service"], made["events"]) == (None, ["resolved", "acknowledged"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": URL, "service": "nowhere"}, "service"),
        ({"url": URL, "events": ["exploded"]}, "events"),
        ({"url": URL, "events": []}, "events"),
        ({"url": "http://tickets.example.com/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "https://169.254.169.254/latest/"}, "url"),
        ({"url": "https://2130706433/"}, "url"),
        ({"url": "https://me:secret@tickets.example.com/"}, "url"),
        ({"url": URL, "secret": "mine"}, "secret"),
        ({}, "url"),
    ],
)
def test_wrong_webhook_names_its_field(body: dict[str, Any], field: str, caller: Caller) -> None:
    answer = caller.post("/webhooks", body)

    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["errors"]] == [field]
    assert caller.get("/webhooks").json["webhooks"] == []


def test_secret_is_sealed_in_the_database_and_changes_when_rotated(company: Company, admin: Caller) -> None:
    first = make(admin)["secret"]
    second = admin.post("/webhooks/1/rotate", {"overlap_hours": 2}).json["secret"]

    assert first != second
    with company.context.database.read() as session:
        rows = session.connection().exec_driver_sql("select * from webhooks").all()
    assert [secret for secret in (first, second) if secret in str(rows)] == []


def test_deliveries_tell_what_waits_in_the_incidents_own_shape(company: Company, admin: Caller) -> None:
    make(admin)
    admin.open(body="since noon", fields={"region": "eu", "hosts": ["a", "b"]}, links=[{"href": "https://x.example"}])
    admin.post("/incidents/1/acknowledge")

    [acknowledged, triggered] = admin.get("/webhooks/1/deliveries").json["deliveries"]
    assert (triggered["type"], acknowledged["type"]) == ("triggered", "acknowledged")
    assert {name: acknowledged[name] for name in ("incident", "state", "attempts", "status", "error")} == {
        "incident": 1,
        "state": "pending",
        "attempts": 0,
        "status": None,
        "error": None,
    }
    assert acknowledged["next_try_at"] == acknowledged["made_at"] == "2026-11-22T02:13:00Z"
    said = _said(company, acknowledged["id"])
    assert said["incident"] == admin.get("/incidents/1").json
    assert said["entry"] == admin.get("/incidents/1/log").json[-1]


def test_deliveries_are_listed_by_state_and_page(admin: Caller) -> None:
    make(admin, events=["triggered"])
    for number in range(3):
        admin.open(f"disk {number} full")
    first = admin.get("/webhooks/1/deliveries?limit=2").json
    second = admin.get(f"/webhooks/1/deliveries?limit=2&cursor={first['next_cursor']}").json

    numbers = [each["incident"] for each in first["deliveries"] + second["deliveries"]]
    assert sorted(numbers) == [1, 2, 3]
    assert second["next_cursor"] is None
    assert admin.get("/webhooks/1/deliveries?state=failed").json["deliveries"] == []


def test_what_failed_is_sent_again(company: Company, admin: Caller) -> None:
    make(admin, events=["triggered"])
    admin.open()
    failed = update(MessageRow).where(MessageRow.kind == "webhook").values(state=MessageState.FAILED.value)
    company.context.database.write(lambda session: session.execute(failed))

    assert admin.get("/webhooks/1/deliveries?state=failed").json["deliveries"][0]["next_try_at"] is None
    assert admin.post("/webhooks/1/resend").json == {"resent": 1}
    assert admin.post("/webhooks/1/resend", {"deliveries": ["evt_unknown"]}).json == {"resent": 0}
    assert [each["state"] for each in admin.get("/webhooks/1/deliveries").json["deliveries"]] == ["pending"]


def test_revoked_webhook_is_gone(admin: Caller) -> None:
    make(admin)

    assert admin.delete("/webhooks/1").status_code == 204
    assert admin.get("/webhooks").json["webhooks"] == []
    assert admin.get("/webhooks/1/deliveries").status_code == 404
    assert [admin.post(f"/webhooks/1/{what}").status_code for what in ("rotate", "enable", "resend")] == [404] * 3
    assert admin.delete("/webhooks/1").status_code == 404


def test_every_event_of_the_description_may_be_asked_for(caller: Caller) -> None:
    assert make(caller, events=[*EVENTS])["events"] == [*EVENTS]


def _said(company: Company, delivery: str) -> Any:
    with company.context.database.read() as session:
        row = session.get_one(MessageRow, delivery)
        return json.loads(row.text or "")
