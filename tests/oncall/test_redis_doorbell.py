"""The doorbell on a real Redis: it wakes a worker, and its absence hurts nobody."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from types import FrameType

import pytest
from redis import Redis

from oncall.doorbell import LocalDoorbell, SilentDoorbell, doorbell_for
from oncall.redis_doorbell import QUEUE, RedisDoorbell, listen
from tests.servers import run_valkey

PATIENCE = 20


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Give the signals back, which the listener takes."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


class _Heard(LocalDoorbell):
    """A bell that stops the listener, as a signal would, at the second ring."""

    def __init__(self, doorbell: RedisDoorbell) -> None:
        super().__init__()
        self._doorbell = doorbell
        self.rings = 0

    def ring(self) -> None:
        """Count, then have the next one come."""
        self.rings += 1
        if self.rings == 2:
            signal.raise_signal(signal.SIGTERM)
        self._doorbell.ring()


def test_ring_reaches_the_listener_until_a_signal_stops_it(redis_url: str) -> None:
    doorbell, stopping = RedisDoorbell(redis_url), threading.Event()
    heard = _Heard(doorbell)
    doorbell.ring()
    listen(redis_url, heard, stopping)
    doorbell.close()
    assert stopping.is_set()
    assert heard.rings == 2


def test_rings_that_nobody_hears_are_one(redis_url: str) -> None:
    doorbell = RedisDoorbell(redis_url)
    with Redis.from_url(redis_url) as redis:
        doorbell.ring()
        while not redis.llen(f"rq:queue:{QUEUE}"):
            continue
        for _ in range(50):
            doorbell.ring()
        doorbell.close()
        assert redis.llen(f"rq:queue:{QUEUE}") == 1


def test_ring_without_redis_is_no_error() -> None:
    doorbell = RedisDoorbell("redis://127.0.0.1:1/0")
    for _ in range(100):
        doorbell.ring()
    doorbell.close()


def test_listener_keeps_trying_until_it_is_stopped() -> None:
    stopping = threading.Event()
    with run_valkey() as server:
        server.stop()

    def stop(_signum: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    listen(server.url, LocalDoorbell(), stopping)
    assert stopping.is_set()


def test_without_an_address_the_bell_is_silent() -> None:
    assert isinstance(doorbell_for(None), SilentDoorbell)
