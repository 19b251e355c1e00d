"""The pages of a small company, and its people in front of them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from oncall.app import create_app
from oncall.domain.incident import Incident
from oncall.operations import trigger
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.operations.logins import create_login_link
from oncall.settings import Settings
from tests.clock import FrozenClock

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
        path = link.removeprefix("http://127.0.0.1:8080")
        answer = self.post(path, page=path)
        assert (answer.status_code, answer.location) == (303, "/password")


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands still."""
    return FrozenClock()


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    """A service on this machine with a sandbox."""
    return Settings(
        database_url=sqlite_url,
        public_url="http://127.0.0.1:8080",
        secret_keys=(KEY,),
        data=tmp_path,
        sandbox_file=tmp_path / "sandbox.jsonl",
    )


@pytest.fixture
def app(settings: Settings, clock: FrozenClock) -> Iterator[Flask]:
    """The application, with the document applied."""
    app = create_app(settings, clock)
    context: Context = app.extensions["oncall"]
    apply_document(context, DOCUMENT, author="test", prune=False, dry_run=False)
    yield app
    context.database.dispose()


@pytest.fixture
def context(app: Flask) -> Context:
    """What operations need."""
    found: Context = app.extensions["oncall"]
    return found


@pytest.fixture
def stranger(app: Flask) -> Person:
    """Somebody who is not logged in."""
    return Person(app.test_client())


@pytest.fixture
def person(app: Flask, context: Context) -> Callable[[str], Person]:
    """Make somebody who is logged in, by a link of their own."""

    def logged_in(user: str) -> Person:
        who = Person(app.test_client())
        who.log_in(create_login_link(context, user))
        return who

    return logged_in


@pytest.fixture
def open_incident(context: Context) -> Callable[..., Incident]:
    """Open an incident of the service `cloud`; keywords as in a trigger request."""

    def opened(title: str = "Database down", **more: object) -> Incident:
        request = trigger.TriggerRequest("cloud", title, by="integration:pagerduty", **more)  # type: ignore[arg-type]  # as the test says
        return trigger.trigger(context, request).incident

    return opened
