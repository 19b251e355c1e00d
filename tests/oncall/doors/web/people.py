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
  mia: {name: Mia Tanaka, role: manager}
  vic: {name: Vic Moreau, role: viewer}
schedules:
  engineers:
    time_zone: America/Denver
    layers: [{name: all, start: "2026-01-05T09:00", turn: 1 week, users: [ana, bo]}]
escalation_policies:
  engineering: {steps: [{notify: [{schedule: engineers}, {user: bo}], wait: 5m}]}
services:
  cloud: {escalation_policy: engineering}
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


def opened(context: Context, title: str = "Database down", **more: object) -> Incident:
    """Open an incident of the service `cloud`; keywords as in a trigger request."""
    request = trigger.TriggerRequest("cloud", title, by="integration:pagerduty", **more)  # type: ignore[arg-type]  # as the test says
    return trigger.trigger(context, request).incident
