"""The doorbell between processes: an RQ job that carries nothing, on Redis.

Redis may be emptied, be away or come back: then workers look by themselves each second, and nothing else changes.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

import structlog
from redis import Redis, RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from oncall.doorbell import LocalDoorbell

QUEUE = "oncall"
"""The queue's name, for those who share a Redis with others."""

_TIMEOUT_SECONDS = 1.0
_AGAIN_SECONDS = 2.0

_log = structlog.get_logger(__name__)


def rung() -> None:
    """Be the job: the worker that is handed it has been rung."""


class RedisDoorbell:
    """Rings one of the workers; who rings never waits for Redis, a thread does, and rings close together are one."""

    def __init__(self, redis_url: str) -> None:
        self._redis = _connect(redis_url, timeout=_TIMEOUT_SECONDS)
        self._queue = _queue(self._redis)
        self._rung = LocalDoorbell()
        self._closing = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Have a worker rung in a moment; never raises."""
        # Not before the first ring: a server that forks would leave the thread behind.
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._pass_on, name="oncall-doorbell", daemon=True)
                self._thread.start()
        self._rung.ring()

    def close(self) -> None:
        """End the thread and the connection."""
        self._closing.set()
        self._rung.ring()
        if self._thread is not None:
            self._thread.join()
        self._redis.close()

    def _pass_on(self) -> None:
        while not self._closing.is_set():
            self._rung.wait(threading.TIMEOUT_MAX)
            try:
                # One that nobody has heard yet is enough.
                if self._queue.is_empty():
                    self._queue.enqueue(rung, result_ttl=0, failure_ttl=0, ttl=60)
            except RedisError as error:
                _log.warning("the doorbell's Redis does not answer: workers look each second", error=str(error))
                self._closing.wait(_AGAIN_SECONDS)


def listen(redis_url: str, doorbell: LocalDoorbell, stopping: threading.Event) -> None:
    """Hear rings on Redis and pass them on to `doorbell`, until SIGTERM or SIGINT; then `stopping` is set.

    To be called on the main thread. While Redis is away it goes on trying.
    """
    while not stopping.is_set():
        redis = _connect(redis_url, timeout=None)
        try:
            listener = _Listener([_queue(redis)], connection=redis, serializer=JSONSerializer)
            listener.attach(doorbell, stopping)
            listener.work(logging_level="ERROR")
        except RedisError as error:
            _log.warning("the worker cannot hear the doorbell and looks each second", error=str(error))
        except StopRequested:
            break
        finally:
            redis.close()
        stopping.wait(_AGAIN_SECONDS)


class _Listener(SimpleWorker):
    """RQ's worker, whose one job rings a bell of this process; a signal ends it without asking Redis."""

    max_connection_wait_time = 4.0
    log_result_lifespan = False

    def attach(self, doorbell: LocalDoorbell, stopping: threading.Event) -> None:
        self._bell = doorbell
        self._stopping = stopping
        self._at_work = False

    def execute_job(self, job: Any, queue: Queue) -> None:
        self._bell.ring()
        self._at_work = True
        super().execute_job(job, queue)
        self._at_work = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        del frame
        _log.info("the worker stops", signal=signal.Signals(signum).name)
        self._stopping.set()
        self._stop_requested = True
        # RQ swallows whatever is raised within a job, and ends after it by itself.
        if not self._at_work:
            raise StopRequested


def _connect(redis_url: str, *, timeout: float | None) -> Redis:
    return Redis.from_url(redis_url, socket_connect_timeout=_TIMEOUT_SECONDS, socket_timeout=timeout)


def _queue(redis: Redis) -> Queue:
    return Queue(QUEUE, connection=redis, serializer=JSONSerializer, default_timeout=10)
