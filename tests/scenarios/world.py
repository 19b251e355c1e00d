"""The whole service around a clock of the test's own: monitors on one side, people with phones on the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from oncall.app import create_app
from oncall.delivery.deliver import Delivery
from oncall.domain.directory import Role
from oncall.engine.loop import next_due
from oncall.engine.timers import Engine
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.operations.handover import hand_over
from oncall.operations.integrations import create_integration
from oncall.operations.swaps import expire_swaps
from oncall.operations.tokens import create_token
from oncall.providers import slack as slack_provider
from oncall.providers import twilio as twilio_provider
from oncall.settings import Settings
from tests.clock import FrozenClock
from tests.vendors import Answer, AppPost, Phone, Posted, Slack, Twilio, run_slack, run_twilio

PUBLIC_URL = "https://pager.example.com"
NUMBERS = {"ana": "+15005550006", "bo": "+15005550007", "mia": "+15005550008"}
SLACK_ACCOUNTS = {"ana": "U0ANA", "bo": "U0BO"}

DOCUMENT = f"""
version: 1
users:
  ana:
    name: Ana Ruiz
    contact_methods:
      chat: {{type: slack, address: {SLACK_ACCOUNTS["ana"]}}}
      mobile: {{type: sms, address: "{NUMBERS["ana"]}"}}
      phone: {{type: voice, address: "{NUMBERS["ana"]}"}}
    notification_rules:
      high: [{{after: 0m, via: chat}}, {{after: 1m, via: mobile}}, {{after: 3m, via: phone}}]
  bo:
    name: Bo Lind
    contact_methods:
      mobile: {{type: sms, address: "{NUMBERS["bo"]}"}}
      phone: {{type: voice, address: "{NUMBERS["bo"]}"}}
    notification_rules:
      high: [{{after: 0m, via: mobile}}, {{after: 2m, via: phone}}]
  mia:
    name: Mia Sato
    role: admin
    contact_methods:
      phone: {{type: voice, address: "{NUMBERS["mia"]}"}}
schedules:
  engineers:
    time_zone: America/Denver
    layers: [{{name: weeks, start: "2026-01-05T09:00", turn: 1 week, users: [bo, ana]}}]
escalation_policies:
  engineering:
    steps:
      - {{notify: [{{schedule: engineers}}], wait: 5m}}
      - {{notify: [{{user: mia}}], wait: 5m}}
  second-line: {{steps: [{{notify: [{{user: bo}}], wait: 5m}}, {{notify: [{{user: mia}}], wait: 5m}}]}}
services:
  cloud: {{escalation_policy: engineering}}
  shop: {{escalation_policy: second-line}}
"""


class World:
    """The service with two people on call, a manager, and the vendors; nothing happens but when the test says so."""

    def __init__(self, database_url: str, data: Path, twilio: Twilio, slack: Slack, clock: FrozenClock) -> None:
        self.clock = clock
        self.twilio = twilio
        self.slack = slack
        settings = Settings(
            database_url=database_url,
            public_url=PUBLIC_URL,
            secret_keys=("a key for these tests alone",),
            data=data,
            twilio=twilio.settings,
            slack=slack.settings,
        )
        self.app: Flask = create_app(settings, clock)
        self.context: Context = self.app.extensions["oncall"]
        self.engine = Engine(self.context)
        self.delivery = Delivery(
            self.context,
            [
                twilio_provider.build(twilio.settings, PUBLIC_URL, clock),
                slack_provider.build(slack.settings, clock),
            ],
        )
        apply_document(self.context, DOCUMENT, author="test", prune=False, dry_run=False)
        self.post = AppPost(self.app)
        self._keys = {
            service: create_integration(self.context, service, "pagerduty").key for service in ("cloud", "shop")
        }
        self._token = create_token(self.context, "world", Role.RESPONDER)

    def trigger(self, title: str, service: str = "cloud", severity: str = "critical") -> int:
        """Let a monitor report that something is wrong; return the incident's number once its first pages are out."""
        event = {"event_action": "trigger", "dedup_key": title, "routing_key": self._keys[service]}
        payload = {"summary": title, "severity": severity, "source": "monitor"}
        answer = self.app.test_client().post("/v2/enqueue", json={**event, "payload": payload})
        assert answer.status_code == 202, answer.text
        self.pass_time(timedelta(0))
        return int(self.get("/api/v1/incidents")["incidents"][0]["number"])

    def pass_time(self, by: timedelta) -> None:
        """Live until `by` from now, with everything that falls due on the way at the instant at which it does."""
        end = self.clock.now() + by
        while (due_at := next_due(self.context)) is not None and due_at <= end:
            self.clock.set(max(due_at, self.clock.now()))
            self.engine.fire_due()
            hand_over(self.context)
            expire_swaps(self.context)
            self.delivery.deliver_due()
        self.clock.set(end)

    def phone(self, person: str) -> Phone:
        """Somebody's phone."""
        return Phone(NUMBERS[person], self.twilio, self.post, PUBLIC_URL)

    def press(self, posted: Posted, person: str) -> Answer:
        """Let somebody press the first button under a Slack message."""
        account = SLACK_ACCOUNTS.get(person, person)
        return self.slack.press(self.post, PUBLIC_URL, posted, account, self.clock.now())

    def get(self, path: str) -> Any:
        """What the API answers."""
        answer = self.app.test_client().get(path, headers={"Authorization": f"Bearer {self._token}"})
        assert answer.status_code == 200, answer.text
        return json.loads(answer.data)

    def state(self, number: int) -> str:
        """The state of an incident."""
        return str(self.get(f"/api/v1/incidents/{number}")["state"])

    def events(self, number: int) -> list[str]:
        """What an incident's log says happened, in order."""
        return [entry["event"] for entry in self.log(number)]

    def log(self, number: int) -> list[dict[str, Any]]:
        """An incident's log."""
        entries: list[dict[str, Any]] = self.get(f"/api/v1/incidents/{number}/log")
        return entries

    def close(self) -> None:
        """Stop sending and let go of the database."""
        self.delivery.stop()
        self.context.database.dispose()


@contextmanager
def run_world(database_url: str, data: Path, clock: FrozenClock) -> Iterator[World]:
    """Lend a world on that database."""
    with run_twilio(clock.now) as twilio, run_slack(clock.now) as slack:
        world = World(database_url, data, twilio, slack, clock)
        try:
            yield world
        finally:
            world.close()
