"""Everything in one process on SQLite, killed at any moment: nothing is lost, nothing is doubled, it goes on where it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.processes import (
    STOP_SECONDS,
    Environment,
    Running,
    environment,
    free_port,
    oncall,
    request,
    sent_messages,
    serve,
    start,
    wait_until_ready,
)
from tests.scenarios.beside import new_token
from tests.scenarios.later import eventually, let_pass

pytestmark = [pytest.mark.kill, pytest.mark.processes]

DOCUMENT = """
version: 1
users:
  ana: {name: Ana, contact_methods: {mobile: {type: sms, address: "+15005550006"}}}
  bo: {name: Bo, contact_methods: {mobile: {type: sms, address: "+15005550007"}}}
escalation_policies:
  engineering:
    steps: [{notify: [{user: ana}], wait: 10m}, {notify: [{user: bo}], wait: 10m}]
services:
  cloud: {escalation_policy: engineering}
"""


@dataclass
class Service:
    """`oncall serve` on a data directory that outlives it."""

    home: Path
    port: int
    environment: Environment
    running: Running | None = None
    token: str = ""

    def start(self) -> None:
        """Start it, and return once it is ready."""
        document = self.home / "oncall.yaml"
        document.write_text(DOCUMENT, encoding="utf-8")
        self.running = start(self.environment, self.home, serve(self.home, self.port, "--config", str(document)))
        wait_until_ready(self.port, [self.running])
        if not self.token:
            self.token = new_token(self.environment)

    def kill(self) -> None:
        """End it at once."""
        assert self.running is not None
        self.running.kill()

    def trigger(self) -> int:
        """Open an incident and return its number."""
        status, incident = self.ask(
            "POST", "/api/v1/incidents", {"service": "cloud", "title": "db down", "severity": "sev1"}
        )
        assert status == 201, incident
        return int(incident["number"])

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """What the API answers."""
        return request(self.port, method, path, body, self.token)

    def state(self, number: int) -> str:
        """The state of an incident."""
        return str(self.ask("GET", f"/api/v1/incidents/{number}")[1]["state"])

    def paged(self) -> list[str]:
        """Who was sent a message, in order."""
        return [message["user"] for message in sent_messages(self.home)]

    def let_pass(self, by: timedelta) -> None:
        """Let time pass for everything that waits."""
        let_pass(f"sqlite:///{self.home / 'oncall.sqlite3'}", by)


@pytest.fixture
def service(tmp_path: Path) -> Any:
    """A running service."""
    port = free_port()
    service = Service(tmp_path, port, environment(tmp_path, port))
    service.start()
    yield service
    if service.running is not None:
        service.running.kill()


def test_escalation_goes_on_where_it_was_after_a_kill(service: Service) -> None:
    number = service.trigger()
    eventually(service.paged, ["ana"])

    service.kill()
    service.let_pass(timedelta(minutes=10))
    service.start()
    eventually(service.paged, ["ana", "bo"])

    assert service.state(number) == "triggered"


def test_acknowledgement_survives_a_kill_and_stays_silent(service: Service) -> None:
    number = service.trigger()
    eventually(service.paged, ["ana"])
    acting = service.environment | {"ONCALL_URL": f"http://127.0.0.1:{service.port}", "ONCALL_TOKEN": service.token}
    oncall(acting, "ack", str(number))

    service.kill()
    service.let_pass(timedelta(hours=1))
    service.start()
    second = service.trigger()
    eventually(service.paged, ["ana", "ana"])

    assert (service.state(number), service.state(second)) == ("acknowledged", "triggered")


def test_kill_right_after_the_answer_loses_no_page_and_doubles_none(service: Service) -> None:
    for count in range(1, 4):
        service.trigger()
        service.kill()
        service.let_pass(timedelta(minutes=1))
        service.start()
        eventually(service.paged, ["ana"] * count)


def test_second_engine_on_the_same_data_is_refused_and_the_first_goes_on(service: Service) -> None:
    other = start(service.environment, service.home, serve(service.home, free_port()))

    code = other.process.wait(STOP_SECONDS)
    service.trigger()
    eventually(service.paged, ["ana"])

    assert code == 1
    assert "another process" in other.said()


def test_stop_finishes_and_gives_up_what_it_holds(service: Service) -> None:
    service.trigger()
    eventually(service.paged, ["ana"])
    assert service.running is not None

    code = service.running.stop()

    assert code == 0
