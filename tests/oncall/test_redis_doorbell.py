"""The doorbell on a real Redis: it wakes a worker, and its absence hurts nobody."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import pytest
import structlog
from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import make_url

from oncall.doorbell import LocalDoorbell, SilentDoorbell, doorbell_for
from oncall.redis_doorbell import QUEUE, RedisDoorbell, listen, rung
from tests.chaos.proxy import run_proxies
from tests.servers import run_valkey
from tests.vendors.raw import run_raw

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


def until(happened: Callable[[], object]) -> None:
    """Return when it has happened."""
    latest = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < latest
        time.sleep(0.01)


def while_listening(redis_url: str, act: Callable[[Redis], None], beat_seconds: int = 30) -> None:
    """Listen for as long as `act` takes on another thread; then a signal stops it."""
    main = threading.main_thread().ident
    assert main is not None
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with ThreadPoolExecutor(1) as beside, Redis.from_url(redis_url) as redis:

        def acted() -> None:
            try:
                until(lambda: any(client["cmd"] == "blpop" for client in redis.client_list()))
                act(redis)
            finally:
                signal.pthread_kill(main, signal.SIGTERM)

        done = beside.submit(acted)
        listen(redis_url, LocalDoorbell(), threading.Event(), beat_seconds)
        done.result()


def listeners(redis: Redis) -> int:
    """How many workers RQ knows of that take from our queue."""
    return SimpleWorker.count(queue=Queue(QUEUE, connection=redis))


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


def test_any_job_of_the_queue_is_a_ring_and_is_taken_once(redis_url: str) -> None:
    def enqueue(redis: Redis) -> None:
        queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
        queue.enqueue(rung)
        until(lambda: not queue.count)
        assert not redis.llen(queue.intermediate_queue_key)

    while_listening(redis_url, enqueue)


def test_listener_that_was_stopped_takes_no_ring(redis_url: str) -> None:
    while_listening(redis_url, lambda _redis: None)

    with Redis.from_url(redis_url) as redis:
        redis.rpush(f"rq:queue:{QUEUE}", "ring")
        assert redis.llen(f"rq:queue:{QUEUE}") == 1


def test_listener_is_a_worker_that_rq_knows_also_after_redis_was_emptied(redis_url: str) -> None:
    def empty(redis: Redis) -> None:
        assert listeners(redis) == 1
        redis.flushdb()
        until(lambda: listeners(redis) == 1)

    while_listening(redis_url, empty, beat_seconds=1)

    with Redis.from_url(redis_url) as redis:
        assert listeners(redis) == 0


def test_listener_whose_line_is_lost_without_a_word_hears_by_another(redis_url: str) -> None:
    url, queue = make_url(redis_url), f"rq:queue:{QUEUE}"
    with run_proxies(url.port or 0) as (line,), Redis.from_url(redis_url) as server:

        def lose(_redis: Redis) -> None:
            line.lose()
            # The first ring is taken by the line that is lost, the second by another.
            for _ in range(2):
                server.rpush(queue, "ring")
                until(lambda: not server.llen(queue))

        while_listening(url.set(port=line.port).render_as_string(hide_password=False), lose, beat_seconds=1)


def test_ringing_goes_on_after_an_answer_that_is_none() -> None:
    def babble(line: socket.socket) -> None:
        line.recv(1024)
        line.sendall(b":nonsense\r\n")

    with run_raw(babble) as server, structlog.testing.capture_logs() as logs:
        doorbell = RedisDoorbell(f"redis://127.0.0.1:{server.port}/0")
        doorbell.ring()
        until(lambda: any("goes on" in line["event"] for line in logs))
        assert "oncall-doorbell" in {thread.name for thread in threading.enumerate()}
        doorbell.close()


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
