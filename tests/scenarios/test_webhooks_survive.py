"""A ticket system is told of everything, also when the service is killed in the middle of telling it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import environment, free_port
from tests.scenarios.later import eventually
from tests.scenarios.test_kill_and_restart import Service
from tests.vendors import Receiver
from tests.vendors.serving import serve_as_process

pytestmark = [pytest.mark.kill, pytest.mark.processes]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A ticket system in a process of its own, which outlives the service."""
    with serve_as_process("tests.vendors.receiver_double") as url:
        yield Receiver(url)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A running service that may call addresses of this machine."""
    port = free_port()
    service = Service(tmp_path, port, environment(tmp_path, port, {"ONCALL_PRIVATE_WEBHOOKS": "1"}))
    service.start()
    yield service
    if service.running is not None:
        service.running.kill()


def subscribe(service: Service, receiver: Receiver, *events: str) -> None:
    """Have the ticket system told."""
    body = {"service": "cloud", "url": receiver.hook(), "events": list(events)}
    status, made = service.ask("POST", "/api/v1/webhooks", body)
    assert status == 201, made


def states(service: Service) -> list[str]:
    """How far each event for the ticket system has come, the newest first."""
    _, told = service.ask("GET", "/api/v1/webhooks/1/deliveries")
    return [one["state"] for one in told["deliveries"]]


def test_event_that_was_sent_when_the_service_was_killed_comes_again_under_the_same_id(
    service: Service, receiver: Receiver
) -> None:
    subscribe(service, receiver, "triggered")
    receiver.hold_next()
    service.trigger()
    eventually(lambda: len(receiver.received()), 1)

    service.kill()
    receiver.release()
    service.start()
    eventually(lambda: len(receiver.received()), 2)

    first, again = receiver.received()
    assert (first.id, first.body) == (again.id, again.body)
    assert (first.attempt, again.attempt) == (1, 2)
    eventually(lambda: states(service), ["sent"])


def test_kill_right_after_the_answer_loses_no_event(service: Service, receiver: Receiver) -> None:
    subscribe(service, receiver, "triggered", "acknowledged")
    for _ in range(2):
        number = service.trigger()
        service.ask("POST", f"/api/v1/incidents/{number}/acknowledge", {})
        service.kill()
        service.start()
    eventually(lambda: states(service), ["sent"] * 4)

    told = {(one.said["incident"]["number"], one.said["type"]) for one in receiver.received()}
    assert told == {(1, "triggered"), (1, "acknowledged"), (2, "triggered"), (2, "acknowledged")}
