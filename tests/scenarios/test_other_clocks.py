"""Processes whose clock runs sixty times as fast, or is months ahead of the database's: everything comes when it should."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from schedules import parse_instant
from tests.processes import (
    BIN,
    Command,
    Environment,
    environment,
    free_port,
    oncall,
    request,
    sent_messages,
    serve,
    started,
    wait_until_ready,
    worker,
)
from tests.programs import require_faketime
from tests.scenarios.beside import new_token
from tests.scenarios.later import eventually

pytestmark = pytest.mark.processes

MONDAY_MORNING = "2026-11-23 07:50:00"
AHEAD = timedelta(days=200)
PATIENCE_SECONDS = 120.0
LONGEST = timedelta(hours=2)
"""How much later that patience is by a clock that runs sixty times as fast."""

MOST_TRIGGERS = 500
"""More than anybody can send in a minute of the fast clock."""

DOCUMENT = """
version: 1
users:
  ana: {name: Ana, contact_methods: {mobile: {type: sms, address: "+15005550006"}}}
  bo: {name: Bo, contact_methods: {mobile: {type: sms, address: "+15005550007"}}}
calendars:
  hq: {time_zone: UTC, open: [WINDOWS]}
escalation_policies:
  engineering: {steps: [{notify: [{user: ana}], wait: 5m}, {notify: [{user: bo}], wait: 5m}]}
support_policies:
  standard:
    calendar: hq
    severities: {sev1: {title: Outage}, sev3: {title: Question}}
    default_severity: sev3
    rules:
      - {when: {severity: sev1}, do: page, escalation: engineering, respond_within: 4h}
      - {when: {}, do: defer, until: next_open, escalation: engineering}
services:
  cloud: {support_policy: standard}
"""
EVERY_TEN_MINUTES = [time(hour, minute) for hour in range(24) for minute in range(0, 60, 10)]


def document(openings: Iterable[time], home: Path) -> Path:
    """A document in `home` with a calendar that is open for a minute from each of these on, every day."""
    windows = ", ".join(
        f"{{days: [mon, tue, wed, thu, fri, sat, sun], from: '{at:%H:%M}', to: '{at.replace(minute=at.minute + 1):%H:%M}'}}"
        for at in openings
    )
    path = home / "oncall.yaml"
    path.write_text(DOCUMENT.replace("WINDOWS", windows), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Elsewhere:
    """A service that runs by another clock than the one on the wall."""

    home: Path
    port: int
    token: str

    def trigger(self, severity: str) -> dict[str, Any]:
        """Open an incident."""
        body = {"service": "cloud", "title": "it hurts", "severity": severity}
        status, incident = request(self.port, "POST", "/api/v1/incidents", body, self.token)
        assert status == 201, incident
        found: dict[str, Any] = incident
        return found

    def trigger_while_closed(self) -> dict[str, Any]:
        """Open an incident that waits: the calendar closes after a minute."""
        for _ in range(MOST_TRIGGERS):
            incident = self.trigger("sev3")
            if incident["state"] == "deferred":
                return incident
        pytest.fail("the calendar never closes")

    def acknowledge(self, incident: dict[str, Any]) -> str:
        """Take an incident; its state then."""
        path = f"/api/v1/incidents/{incident['number']}/acknowledge"
        return str(request(self.port, "POST", path, {}, self.token)[1]["state"])

    def told(self, incident: dict[str, Any], event: str) -> list[dict[str, Any]]:
        """The entries of one event."""
        log = request(self.port, "GET", f"/api/v1/incidents/{incident['number']}/log", token=self.token)[1]
        return [entry for entry in log if entry["event"] == event]

    def texted(self, incident: dict[str, Any]) -> set[str]:
        """Who was sent a text about an incident."""
        # Whatever waits for a person at once is one text with all of their numbers.
        number = re.compile(rf"#{incident['number']}\b")
        return {one["user"] for one in sent_messages(self.home) if number.search(one["text"])}


def shifted(known: Environment, clock: str) -> Environment:
    """The environment of a process whose clock is another: only the time of day, not how long anything takes."""
    return {
        **known,
        "LD_PRELOAD": str(require_faketime()),
        "FAKETIME": clock,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        "TZ": "UTC",
    }


@pytest.fixture
def sixtyfold(tmp_path: Path) -> Iterator[Elsewhere]:
    """Everything in one process that began on a Monday at 07:50, a minute of which lasts a second."""
    port = free_port()
    known = environment(tmp_path, port)
    command = serve(tmp_path, port, "--config", str(document(EVERY_TEN_MINUTES, tmp_path)))
    with started(shifted(known, f"@{MONDAY_MORNING} x60"), tmp_path, command) as running:
        wait_until_ready(port, running)
        yield Elsewhere(tmp_path, port, new_token(known))


def test_clock_that_runs_sixty_times_as_fast_releases_at_its_own_opening(sixtyfold: Elsewhere) -> None:
    waiting = sixtyfold.trigger_while_closed()
    opening = parse_instant(waiting["deferred_until"])

    eventually(lambda: "ana" in sixtyfold.texted(waiting), expected=True, patience=PATIENCE_SECONDS)

    [released] = sixtyfold.told(waiting, "released")
    assert opening <= parse_instant(released["at"]) < opening + LONGEST
    assert sixtyfold.acknowledge(waiting) == "acknowledged"


def test_clock_that_runs_sixty_times_as_fast_waits_its_own_minutes_for_an_answer(sixtyfold: Elsewhere) -> None:
    urgent = sixtyfold.trigger("sev1")

    eventually(lambda: sixtyfold.texted(urgent), expected={"ana", "bo"}, patience=PATIENCE_SECONDS)

    first, second = (
        next(parse_instant(entry["at"]) for entry in sixtyfold.told(urgent, "paged") if entry["user"] == user)
        for user in ("ana", "bo")
    )
    assert timedelta(minutes=5) <= second - first < LONGEST
    assert sixtyfold.acknowledge(urgent) == "acknowledged"


def test_processes_months_ahead_of_their_database_page_at_once(
    postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    port = free_port()
    known = environment(tmp_path, port, {"ONCALL_DATABASE_URL": postgres_url, "ONCALL_REDIS_URL": redis_url})
    ahead = shifted(known, f"+{AHEAD.days}d")
    # As far from any opening as can be, whenever the test is run.
    opening = time((datetime.now(UTC).hour + 12) % 24)
    oncall(ahead, "apply", str(document([opening], tmp_path)))
    with started(ahead, tmp_path, plain_web(port), worker(), worker()) as running:
        wait_until_ready(port, running)
        token = json.loads(oncall(ahead, "token", "create", "--name", "test", "--json"))["token"]
        service = Elsewhere(tmp_path, port, token)
        before = datetime.now(UTC) + AHEAD
        urgent, waiting = service.trigger("sev1"), service.trigger("sev3")

        eventually(lambda: service.texted(urgent), expected={"ana"}, patience=PATIENCE_SECONDS)

        created_at = parse_instant(urgent["created_at"])
        assert abs(created_at - before) < LONGEST
        assert service.acknowledge(urgent) == "acknowledged"
        assert len(service.told(urgent, "paged")) == 1
        path = f"/api/v1/incidents/{waiting['number']}/release"
        assert request(port, "POST", path, {}, service.token)[1]["state"] == "triggered"
        # Nobody is paged twice within a minute: so it is not waited for here that this one goes out as well.
        eventually(lambda: len(service.told(waiting, "paged")), expected=1, patience=PATIENCE_SECONDS)
        # Killed, as under libfaketime a worker was seen not to end within a minute of being asked to; why is not known.
        for one in running:
            one.process.kill()


def plain_web(port: int) -> Command:
    """The web by Flask's own server, because libfaketime lets nobody sleep by a clock that it leaves alone, as gunicorn does."""
    return [BIN / "flask", "--app", "wsgi:app", "run", "--port", str(port)]
