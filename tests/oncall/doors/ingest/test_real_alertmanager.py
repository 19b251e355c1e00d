"""A real Alertmanager pages through its webhook and through its PagerDuty receiver, and its resolve resolves."""

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from flask import Flask, Response, request, request_finished

from oncall.errors import UnavailableError
from tests.oncall.doors.company import Company
from tests.oncall.doors.ingest.real_alertmanager import run_alertmanager
from tests.vendors.serving import serve

pytestmark = pytest.mark.alertmanager

Answered = Callable[[], int]


@pytest.fixture
def answered(small: Company) -> Iterator[Answered]:
    """Wait for the next request from outside and return the status with which it was answered."""
    answers: Queue[int] = Queue()

    def note(_app: Flask, response: Response, **_more: Any) -> None:
        if request.user_agent.string.startswith("Alertmanager"):
            answers.put(response.status_code)

    with request_finished.connected_to(note, small.app.extensions["oncall_apart"]):
        yield lambda: answers.get(timeout=30)


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


@pytest.mark.parametrize("name", ["webhook", "pagerduty"])
def test_alert_is_sent_again_after_the_database_was_away(
    name: str, small: Company, answered: Answered, tmp_path: Path
) -> None:
    outages = iter([True])
    apart: Flask = small.app.extensions["oncall_apart"]

    @apart.before_request
    def fail_at_first() -> None:
        if next(outages, False):
            raise UnavailableError("the database does not answer: try again")

    with serve(small.app) as address:
        receiver = receivers(small, address, name)
        with run_alertmanager(tmp_path, receiver) as alertmanager:
            alertmanager.fire()
            statuses = [answered(), answered()]

    assert statuses[0] == 503
    assert statuses[1] in {200, 202}
    assert [incident["state"] for incident in small.caller().incidents()] == ["triggered"]
