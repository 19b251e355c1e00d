"""How long from a trigger to its message, and how many triggers a second are taken in."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime
from statistics import quantiles

from benchmarks.deployment import PEOPLE, Deployment, all_in_one, in_several_processes

_A_SECOND = 20
_TRIGGERS = 200
_SENDERS = 8
_SECONDS = 4.0
_DRAIN_SECONDS = 60.0


def measure() -> list[tuple[str, ...]]:
    """Return what was measured and the figure with its unit, for both kinds of deployment; takes about half a minute."""
    rows: list[tuple[str, ...]] = []
    for deployment in (all_in_one, in_several_processes):
        with deployment() as running:
            rows += [*_latency(running), *_ingest(running)]
    return rows


def _latency(running: Deployment) -> Iterator[tuple[str, str]]:
    """Trigger at a steady pace, and compare the instants with those at which the messages were sent."""
    asked: dict[int, float] = {}
    connection = running.connect()
    began = time.monotonic()
    for number in range(_TRIGGERS):
        time.sleep(max(0.0, began + number / _A_SECOND - time.monotonic()))
        at = time.time()
        asked[running.trigger(connection, number % PEOPLE, f"latency-{number}")] = at
    late = [_sent_at(message) - asked[int(message["incident"])] for message in _all_sent(running, _TRIGGERS)]
    name = f"{running.name}: trigger to message at {_A_SECOND} a second"
    yield name, f"p50 {_at(late, 50):.1f} ms, p99 {_at(late, 99):.1f} ms"


def _ingest(running: Deployment) -> Iterator[tuple[str, str]]:
    """Open incidents from several connections at once for a few seconds, as fast as they are answered."""
    took: list[float] = []
    end = time.monotonic() + _SECONDS
    senders = [threading.Thread(target=_send_until, args=(running, end, sender, took)) for sender in range(_SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    name = f"{running.name}: incidents opened, {_SENDERS} senders"
    yield name, f"{len(took) / _SECONDS:,.0f} a second, p99 {_at(took, 99):.0f} ms"


def _send_until(running: Deployment, end: float, sender: int, took: list[float]) -> None:
    connection = running.connect()
    number = 0
    while (began := time.monotonic()) < end:
        running.trigger(connection, (sender * 25 + number) % PEOPLE, f"ingest-{sender}-{number}")
        took.append(time.monotonic() - began)
        number += 1


def _all_sent(running: Deployment, count: int) -> list[dict[str, str | int]]:
    end = time.monotonic() + _DRAIN_SECONDS
    while time.monotonic() < end:
        sent = running.sent()
        if len(sent) >= count:
            return sent
        time.sleep(0.05)
    raise TimeoutError(f"only {len(running.sent())} of {count} messages were sent")


def _sent_at(message: dict[str, str | int]) -> float:
    return datetime.fromisoformat(str(message["at"])).timestamp()


def _at(seconds: list[float], percent: int) -> float:
    return quantiles(seconds, n=100)[percent - 1] * 1000
