"""Whoever sends a trigger is told until when it waits (docs/semantics.md 4.7)."""

from oncall.operations.apply import apply_document
from tests.oncall.doors.company import Company, said
from tests.oncall.doors.ingest.notification import alert, notification

# Open for an hour in the year 2030: whenever the tests run, it waits for that.
DOCUMENT = """
version: 1
calendars:
  late: {time_zone: UTC, special: [{date: "2030-01-02", open: [{from: "09:00", to: "10:00"}]}]}
support_policies:
  patient:
    calendar: late
    severities: {sev1: {title: Outage}}
    default_severity: sev1
    rules: [{when: {}, do: defer, until: next_open, escalation: engineering}]
services:
  cloud: {support_policy: patient}
"""
UNTIL = "2030-01-02T09:00:00Z"


def test_pagerduty_sender_is_told_until_when_it_waits(company: Company) -> None:
    apply_document(company.context, DOCUMENT, author="test", prune=False, dry_run=False)
    event = {"routing_key": company.key("pagerduty"), "event_action": "trigger", "dedup_key": "db"}
    payload = {"summary": "db down", "source": "db1", "severity": "critical"}

    answer = said(company.app.test_client().post("/v2/enqueue", json={**event, "payload": payload}))

    assert (answer.status_code, answer.json["deferred_until"]) == (202, UNTIL)


def test_alertmanager_is_told_until_when_it_waits(company: Company) -> None:
    apply_document(company.context, DOCUMENT, author="test", prune=False, dry_run=False)
    path = f"/integrations/alertmanager/{company.key('alertmanager')}"

    answer = said(company.app.test_client().post(path, json=notification(alert())))

    assert [incident["deferred_until"] for incident in answer.json["incidents"]] == [UNTIL]
