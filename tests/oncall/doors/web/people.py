"""A small company, and its people in front of its pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from oncall.app import create_app
from oncall.clock import Clock
from oncall.domain.incident import Incident
from oncall.operations import trigger
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.settings import Settings

DOCUMENT = """
version: 1
users:
  ana: {name: Ana Ruiz, role: admin, email: Ana@example.com, time_zone: America/Denver}
  bo:
    name: Bo Lindqvist
    contact_methods: {mobile: {type: sms, address: "+15005550006"}}
  mia: {name: Mia Tanaka, role: manager, contact_methods: {mobile: {type: sms, address: "+15005550008"}}}
  vic: {name: Vic Moreau, role: viewer}
  wim: {name: Wim Koh, role: viewer, contact_methods: {mobile: {type: sms, address: "+15005550009"}}}
calendars:
  office: {time_zone: America/Denver, open: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]}
schedules:
  engineers:
    time_zone: America/Denver
    layers: [{name: all, start: "2026-01-05T09:00", turn: 1 week, users: [ana, bo]}]
  managers:
    time_zone: America/Denver
    layers: [{name: all, start: "2026-01-05T09:00", turn: 1 week, users: [mia]}]
escalation_policies:
  engineering: {steps: [{notify: [{schedule: engineers}, {user: bo}], wait: 5m}]}
  watching: {steps: [{notify: [{user: wim}], wait: 5m}]}
  management: {steps: [{notify: [{user: mia}], wait: 10m}], repeat: 1}
support_policies:
  standard:
    calendar: office
    severities:
      sev1: {title: Outage of several customers, urgency: high, meaning: Nobody there can work.}
      sev2: {title: Outage of one customer, urgency: high}
      sev4: {title: Failure of a redundant part, urgency: low}
    default_severity: sev2
    plans: [basic, premium]
    default_plan: basic
    ticket_types: [incident, question]
    default_ticket_type: incident
    required: [subscription]
    triage: {schedule: managers, within: 5m, severities: [sev1]}
    rules:
      - {when: {ticket_type: question}, do: record}
      - {when: {severity: sev1}, do: page, escalation: engineering, respond_within: 4h, update_every: 1h, warn_before: 40m}
      - {when: {severity: sev4, hours: closed}, do: defer, until: {next_working_day: "08:00"}, escalation: engineering,
         respond_within: 8 business hours}
      - {when: {}, do: page, escalation: engineering, respond_within: 2 business days}
    lower_on_workaround: {sev1: sev4}
    on_breach: management
    customer_escalation: {escalation: management, gate: [action_plan_accepted, parties_agree]}
    ack_timeout: 2h
services:
  cloud: {escalation_policy: engineering}
  desk: {support_policy: standard}
  watched: {escalation_policy: watching}
"""
KEY = "a key for these tests alone"
PUBLIC_URL = "http://127.0.0.1:8080"


class Person:
    """Somebody's browser: sends with each form the token that the page before gave it."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **headers: str) -> TestResponse:
        """Look at a page."""
        return self.client.get(path, headers=headers)

    def post(self, path: str, *, page: str = "/password", **form: str) -> TestResponse:
        """Press a button on `page`, with these fields filled in."""
        return self.client.post(path, data={"csrf_token": self.token(page), **form})

    def token(self, page: str) -> str:
        """The token in the first form of a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        return found[1] if found else ""

    def log_in(self, link: str) -> None:
        """Use a log-in link."""
        path = link.removeprefix(PUBLIC_URL)
        answer = self.post(path, page=path)
        assert (answer.status_code, answer.location) == (303, "/password")


def settings_in(directory: Path, database_url: str) -> Settings:
    """A service on this machine with a sandbox."""
    return Settings(
        database_url=database_url,
        public_url=PUBLIC_URL,
        secret_keys=(KEY,),
        data=directory,
        sandbox_file=directory / "sandbox.jsonl",
    )


@contextmanager
def company(settings: Settings, clock: Clock) -> Iterator[Flask]:
    """Lend the application with DOCUMENT applied."""
    app = create_app(settings, clock)
    context: Context = app.extensions["oncall"]
    apply_document(context, DOCUMENT, author="test", prune=False, dry_run=False)
    yield app
    context.database.dispose()


def opened(context: Context, title: str = "Database down", *, service: str = "cloud", **more: object) -> Incident:
    """Open an incident; keywords as in a trigger request. `cloud` pages at once, `desk` follows the support policy."""
    request = trigger.TriggerRequest(service, title, by="integration:pagerduty", **more)  # type: ignore[arg-type]  # as the test says
    return trigger.trigger(context, request).incident
