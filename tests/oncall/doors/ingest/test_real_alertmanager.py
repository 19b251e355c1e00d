"""A real Alertmanager pages through its webhook and through its PagerDuty receiver, and its resolve resolves."""

from collections.abc import Callable, Iterable
from pathlib import Path
from queue import Queue
from types import ModuleType
from typing import Any

import pytest

from oncall.doors.ingest import alertmanager as webhook
from oncall.doors.ingest import pagerduty
from oncall.doors.ingest.handed import Handed, Told
from oncall.errors import UnavailableError
from tests.oncall.doors.company import Company
from tests.oncall.doors.ingest.real_alertmanager import run_alertmanager
from tests.vendors.serving import serve

pytestmark = pytest.mark.alertmanager

Answered = Callable[[], int]


@pytest.fixture
def answered(small: Company, monkeypatch: pytest.MonkeyPatch) -> Answered:
    """Wait for the next request from outside and return the status with which it was answered."""
    answers: Queue[int] = Queue()
    answering = small.app.wsgi_app

    def noted(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, *more: Any) -> Any:
            if environ.get("HTTP_USER_AGENT", "").startswith("Alertmanager"):
                answers.put(int(status[:3]))
            return start_response(status, *more)

        return answering(environ, start)

    monkeypatch.setattr(small.app, "wsgi_app", noted)
    return lambda: answers.get(timeout=30)


def receivers(company: Company, address: str, *names: str) -> dict[str, object]:
    """The part of Alertmanager's configuration that sends to the service `cloud`."""
    url = f"{address}/integrations/alertmanager/{company.key('alertmanager')}"
    pagerduty = {"routing_key": company.key("pagerduty"), "url": f"{address}/v2/enqueue", "severity": "critical"}
    known = {"webhook_configs": [{"url": url}], "pagerduty_configs": [pagerduty]}
    return {f"{name}_configs": known[f"{name}_configs"] for name in names}


@pytest.mark.parametrize("names", [("webhook",), ("pagerduty",), ("webhook", "pagerduty")], ids="+".join)
def test_alert_pages_once_and_its_end_resolves(
    names: tuple[str, ...], small: Company, answered: Answered, tmp_path: Path
) -> None:
    admin = small.caller()
    with serve(small.app) as address, run_alertmanager(tmp_path, receivers(small, address, *names)) as alertmanager:
        alertmanager.fire()
        first = [answered() for _ in names]
        opened = admin.incidents()
        alertmanager.end()
        second = [answered() for _ in names]

    assert {*first, *second} <= {200, 202}
    assert [(incident["severity"], incident["state"]) for incident in opened] == [("sev1", "triggered")]
    assert "DiskFull" in opened[0]["title"]
    assert [incident["state"] for incident in admin.incidents()] == ["resolved"]
    assert admin.events(1)[:2] == ["triggered", "paged"]
    assert admin.events(1).count("paged") == 1


@pytest.mark.parametrize(("name", "door"), [("webhook", webhook), ("pagerduty", pagerduty)])
def test_alert_is_sent_again_after_the_database_was_away(
    name: str, door: ModuleType, small: Company, answered: Answered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outages, take_in = iter([True]), door.take_in

    def fail_at_first(handed: Handed) -> Told:
        if next(outages, False):
            raise UnavailableError("the database does not answer: try again")
        told: Told = take_in(handed)
        return told

    monkeypatch.setattr(door, "take_in", fail_at_first)

    with serve(small.app) as address:
        receiver = receivers(small, address, name)
        with run_alertmanager(tmp_path, receiver) as alertmanager:
            alertmanager.fire()
            statuses = [answered(), answered()]

    assert statuses[0] == 503
    assert statuses[1] in {200, 202}
    assert [incident["state"] for incident in small.caller().incidents()] == ["triggered"]
