"""A small company behind the whole application, and those who call it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from oncall.app import create_app
from oncall.domain.directory import Role
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.operations.integrations import create_integration
from oncall.operations.tokens import create_token
from oncall.settings import MOST_TRIGGERS, Settings
from tests.clock import FrozenClock

PUBLIC_URL = "http://127.0.0.1:8080"
ANAS_NUMBER = "+15005550006"
DOCUMENT = f"""
version: 1
users:
  ana:
    name: Ana Ruiz
    role: admin
    contact_methods: {{mobile: {{type: sms, address: "{ANAS_NUMBER}"}}}}
  bo:
    name: Bo Lindqvist
    contact_methods: {{mobile: {{type: sms, address: "+15005550007"}}}}
  vic: {{name: Vic Moreau, role: viewer}}
schedules:
  engineers:
    time_zone: America/Denver
    layers: [{{name: all, start: "2026-01-05T09:00", turn: 1 week, users: [bo, ana]}}]
  managers:
    time_zone: UTC
    layers: [{{name: all, start: "2026-12-01T00:00", turn: 1 day, users: [ana]}}]
escalation_policies:
  engineering: {{steps: [{{notify: [{{user: ana}}], wait: 5m}}, {{notify: [{{user: bo}}], wait: 5m}}]}}
services:
  cloud: {{escalation_policy: engineering, severity_map: {{page: sev1}}}}
  shop: {{escalation_policy: engineering}}
"""


@dataclass(frozen=True)
class Said:
    """An answer; `json` is None where it is no JSON."""

    status_code: int
    content_type: str
    headers: Headers
    text: str
    json: Any


def said(answer: TestResponse) -> Said:
    """What was answered."""
    json = answer.get_json(silent=True)
    return Said(answer.status_code, answer.content_type, answer.headers, answer.text, json)


@dataclass(frozen=True)
class Caller:
    """A program with a token."""

    client: FlaskClient
    token: str

    def get(self, path: str) -> Said:
        """Ask for something under /api/v1."""
        return said(self.client.get(f"/api/v1{path}", headers=self._headers()))

    def post(self, path: str, body: dict[str, Any] | None = None, *, key: str | None = None) -> Said:
        """Ask to do something; `key` is the Idempotency-Key."""
        headers = self._headers() | ({"Idempotency-Key": key} if key else {})
        return said(self.client.post(f"/api/v1{path}", json=body or {}, headers=headers))

    def put(self, path: str, body: dict[str, Any]) -> Said:
        """Ask to make something so."""
        return said(self.client.put(f"/api/v1{path}", json=body, headers=self._headers()))

    def post_raw(self, path: str, body: bytes) -> Said:
        """Ask to do something in these very bytes."""
        return said(self.client.post(f"/api/v1{path}", data=body, headers=self._headers()))

    def delete(self, path: str) -> Said:
        """Ask to take something away."""
        return said(self.client.delete(f"/api/v1{path}", headers=self._headers()))

    def open(self, title: str = "database down", **more: Any) -> dict[str, Any]:
        """Open an incident of the service `cloud` and return it."""
        answer = self.post("/incidents", {"service": "cloud", "title": title, **more})
        assert answer.status_code == 201, answer.text
        opened: dict[str, Any] = answer.json
        return opened

    def incidents(self) -> list[dict[str, Any]]:
        """Every incident, the newest first."""
        found: list[dict[str, Any]] = self.get("/incidents").json["incidents"]
        return found

    def events(self, incident: str | int) -> list[str]:
        """The events of an incident's log, in order."""
        return [entry["event"] for entry in self.get(f"/incidents/{incident}/log").json]

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class Company:
    """The application, its clock, and its doors."""

    app: Flask
    clock: FrozenClock

    @property
    def context(self) -> Context:
        """What operations need."""
        found: Context = self.app.extensions["oncall"]
        return found

    def caller(self, role: Role = Role.ADMIN, *, user: str | None = None) -> Caller:
        """A program with a new token, of a system or of a user."""
        name = f"{user or 'system'}-{role}"
        return Caller(self.app.test_client(), create_token(self.context, name, role, user))

    def key(self, kind: str, *, service: str = "cloud") -> str:
        """A new integration key."""
        return create_integration(self.context, service, kind).key


@contextmanager
def run_company(
    database_url: str, data: Path, document: str = DOCUMENT, *, most_triggers: int = MOST_TRIGGERS
) -> Iterator[Company]:
    """Lend a company whose people, schedules and services are those of a document."""
    clock = FrozenClock()
    settings = Settings(database_url, PUBLIC_URL, ("a key of sixteen or more",), data, most_triggers=most_triggers)
    company = Company(create_app(settings, clock), clock)
    apply_document(company.context, document, author="test", prune=False, dry_run=False)
    yield company
    company.context.database.dispose()


def app_without_database(data: Path) -> Flask:
    """An application whose database nobody serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"postgresql+psycopg://nobody@127.0.0.1:{port}/nothing"
    return create_app(Settings(url, PUBLIC_URL, ("a key of sixteen or more",), data), FrozenClock())
