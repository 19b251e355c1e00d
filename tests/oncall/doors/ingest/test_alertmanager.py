"""Alertmanager's door: one incident a group, or one an alert, resolved when it resolves."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.oncall.doors.company import Caller, Company, Said, app_without_database, said
from tests.oncall.doors.ingest.notification import alert, notification

Sender = Callable[..., Said]


@pytest.fixture
def send(company: Company) -> Sender:
    """A program that sends notifications with a key of the service `cloud`."""
    path, client = f"/integrations/alertmanager/{company.key('alertmanager')}", company.app.test_client()

    def post(sent: object, query: str = "") -> Said:
        return said(client.post(path + query, json=sent))

    return post


def states(admin: Caller) -> list[str]:
    """The states of all incidents, the oldest first."""
    return [incident["state"] for incident in reversed(admin.incidents())]


def test_group_opens_one_incident_and_resolves_it(send: Sender, admin: Caller) -> None:
    opened = send(notification(alert(), alert("web02", severity="critical")))
    [incident] = admin.incidents()
    resolved = send(notification(alert(status="resolved"), alert("web02", status="resolved")))

    assert (opened.status_code, opened.json) == (200, {"incidents": [{"id": incident["id"], "number": 1}]})
    assert (incident["title"], incident["severity"]) == ("DiskFull: disk 95% (2 alerts)", "sev1")
    assert (resolved.status_code, resolved.json) == (200, {"incidents": []})
    assert admin.get("/incidents/1").json["resolved_by"] == "integration:alertmanager"


def test_repeated_and_changed_groups_join_what_is_open(send: Sender, admin: Caller) -> None:
    send(notification())
    send(notification())
    send(notification(alert(status="resolved"), alert("web02")))

    assert states(admin) == ["triggered"]
    assert admin.events(1) == ["triggered", "paged", "joined", "joined"]


def test_group_that_gets_graver_raises_the_incident(send: Sender, admin: Caller) -> None:
    send(notification())
    send(notification(alert(), alert("web02", severity="page")))

    assert admin.get("/incidents/1").json["severity"] == "sev1"


def test_by_alert_each_label_set_has_its_own_incident(send: Sender, admin: Caller) -> None:
    send(notification(alert(), alert("web02")), "?by=alert")
    send(notification(alert(status="resolved"), alert("web02")), "?by=alert")

    assert states(admin) == ["resolved", "triggered"]


def test_by_alert_the_end_of_the_group_ends_what_was_cut_from_a_list(send: Sender, admin: Caller) -> None:
    send(notification(alert("web01"), alert("web02")), "?by=alert")
    send(notification(alert("web02"), truncatedAlerts=1), "?by=alert")
    send({**notification(alert("web09")), "groupKey": "another"}, "?by=alert")
    assert states(admin) == ["triggered"] * 4

    send(notification(alert("web02", status="resolved"), truncatedAlerts=1), "?by=alert")

    assert states(admin) == ["resolved", "resolved", "resolved", "triggered"]


def test_unknown_key_is_not_found(company: Company) -> None:
    answer = company.app.test_client().post(f"/integrations/alertmanager/{'k' * 32}", json=notification())

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b'{"status":', 400, "body"),
        (b'{"status": "firing", "groupKey": 5, "alerts": []}', 422, "groupKey"),
        (
            b'{"status": "firing", "groupKey": "g", "alerts": [{"status": "firing", "labels": {}, "startsAt": "2026-11-22T02:13"}]}',
            422,
            "alerts[0].startsAt",
        ),
        (b"x" * 10_000_000, 413, "body"),
    ],
    ids=["malformed", "wrong type", "naive timestamp", "too large"],
)
def test_bad_notification_names_its_field_and_changes_nothing(
    body: bytes, status: int, field: str, small: Company
) -> None:
    path = f"/integrations/alertmanager/{small.key('alertmanager')}"

    answer = said(small.app.test_client().post(path, data=body))

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert [fault["field"] for fault in answer.json["errors"]] == [field]
    assert small.caller().incidents() == []


def test_without_a_database_the_sender_is_told_to_try_again(tmp_path: Path) -> None:
    client = app_without_database(tmp_path).test_client()

    answer = said(client.post(f"/integrations/alertmanager/{'k' * 32}", json=notification()))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
