"""The doorbell between processes: an RQ job that carries nothing, on Redis.

All rings are the same job, which stands in Redis and is queued again and again: so a ring costs one command, and to hear it
another. A ring that is lost with the worker that took it makes nothing later than a second, for workers look by themselves. Redis
may be emptied, be away or come back: then they do so, and nothing else changes.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterable
from types import FrameType
from typing import NoReturn, cast

import structlog
from redis import Redis, RedisError
from redis.client import Pipeline, PubSub, PubSubWorkerThread
from rq import Queue, SimpleWorker
from rq.exceptions import DequeueTimeout, StopRequested
from rq.serializers import JSONSerializer

from oncall.doorbell import LocalDoorbell
from oncall.redis_line import RedisLine

QUEUE = "oncall"
"""The queue's name, for those who share a Redis with others."""

_TIMEOUT_SECONDS = 1.0
_AGAIN_SECONDS = 2.0
_JOB = "oncall-ring"
_KEPT_SECONDS = 600
_BEAT_SECONDS = 30
# RQ waits so much less than a worker's time to live for a job, and strikes it off a minute after it.
_TTL_SECONDS_BEYOND = 15

_log = structlog.get_logger(__name__)


def rung() -> None:
    """Be the job: the worker that is handed it has been rung."""


class RedisDoorbell:
    """Rings one of the workers; who rings never waits for Redis, a thread does, and rings close together are one."""

    def __init__(self, redis_url: str) -> None:
        self._redis = _connect(redis_url, timeout=_TIMEOUT_SECONDS)
        self._queue = _queue(self._redis)
        self._line = RedisLine(self._redis)
        self._push = self._line.packed("RPUSH", self._queue.key, _JOB)
        self._trim = self._line.packed("LTRIM", self._queue.key, 0, 0)
        self._rung = LocalDoorbell()
        self._closing = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Have a worker rung in a moment; never raises."""
        if self._thread is None:
            self._start()
        self._rung.ring()

    def close(self) -> None:
        """End the thread and the connections."""
        self._closing.set()
        self._rung.ring()
        if self._thread is not None:
            self._thread.join()
        self._line.close()
        self._redis.close()

    def _start(self) -> None:
        # Not before the first ring: a server that forks would leave the thread behind.
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._pass_on, name="oncall-doorbell", daemon=True)
                self._thread.start()

    def _pass_on(self) -> None:
        kept_until = 0.0
        while not self._closing.is_set():
            self._rung.wait(threading.TIMEOUT_MAX)
            try:
                if time.monotonic() >= kept_until:
                    self._keep_job()
                    kept_until = time.monotonic() + _KEPT_SECONDS / 2
                self._queue_job()
            except RedisError as error:
                _log.warning("the doorbell's Redis does not answer: workers look each second", error=str(error))
                self._closing.wait(_AGAIN_SECONDS)
            except Exception:  # noqa: BLE001  the edge of a thread without which every page would be late by a second
                _log.exception("the doorbell failed and goes on: workers look each second")
                self._line.close()
                self._closing.wait(_AGAIN_SECONDS)

    def _keep_job(self) -> None:
        job = self._queue.create_job(rung, job_id=_JOB, ttl=_KEPT_SECONDS, result_ttl=0, failure_ttl=0)
        job.save()
        self._redis.expire(job.key, _KEPT_SECONDS)
        self._redis.sadd(self._queue.redis_queues_keys, self._queue.key)

    def _queue_job(self) -> None:
        # One that nobody has heard yet is enough.
        if self._line.ask(self._push) > 1:
            self._line.ask(self._trim)


def listen(
    redis_url: str, doorbell: LocalDoorbell, stopping: threading.Event, beat_seconds: int = _BEAT_SECONDS
) -> None:
    """Hear rings on Redis and pass them on to `doorbell`, until SIGTERM or SIGINT; then `stopping` is set.

    To be called on the main thread. While Redis is away it goes on trying. Each `beat_seconds`, and no sooner than at the next
    ring or when it has waited so long for one, it lets `rq info` know that it lives, and is back there if Redis was emptied.
    """
    while not stopping.is_set():
        redis = _connect(redis_url, timeout=None)
        bell = _Bell(redis, doorbell, beat_seconds)
        try:
            listener = _Listener(
                [bell],
                connection=redis,
                serializer=JSONSerializer,
                queue_class=_Bell,
                worker_ttl=beat_seconds + _TTL_SECONDS_BEYOND,
            )
            listener.attach(stopping, beat_seconds)
            listener.work(logging_level="ERROR")
        except RedisError as error:
            _log.warning("the worker cannot hear the doorbell and looks each second", error=str(error))
        except StopRequested:
            break
        finally:
            bell.close()
            redis.close()
        stopping.wait(_AGAIN_SECONDS)


class _Bell(Queue):
    """RQ's queue, from which a ring is taken by one command: nothing is written down of it, nor is the job of it read.

    Between two rings RQ would do more than the ring takes; so it is let only now and then.
    """

    def __init__(self, redis: Redis, doorbell: LocalDoorbell, most_seconds: int) -> None:
        super().__init__(QUEUE, connection=redis, serializer=JSONSerializer)
        # A line that is lost without a word is noticed, and another hears.
        self._line = RedisLine(redis, most_seconds + _TIMEOUT_SECONDS)
        self._pop = self._line.packed("BLPOP", self.key, most_seconds)
        self._doorbell = doorbell
        self._most_seconds = most_seconds

    @classmethod
    def dequeue_any(cls, queues: Iterable[Queue], *_arguments: object, **_named: object) -> NoReturn:
        """Hear rings for a while; then raise DequeueTimeout, upon which RQ beats, cleans up and calls again."""
        (bell,) = cast("Iterable[_Bell]", queues)
        bell.hear()
        raise DequeueTimeout

    def hear(self) -> None:
        """Pass each ring on, until there is none for long, or RQ is to have its turn."""
        until = time.monotonic() + self._most_seconds
        while time.monotonic() < until and self._line.ask(self._pop) is not None:
            self._doorbell.ring()

    def close(self) -> None:
        """Hear nothing more: what is queued from now on is for others."""
        self._line.close()


class _Listener(SimpleWorker):
    """RQ's worker, which listens at the bell; a signal ends it without asking Redis."""

    max_connection_wait_time = 4.0
    # Rings are waited for on a line of their own: with a Redis that is silent a stop must not take long.
    connection_timeout = math.ceil(_TIMEOUT_SECONDS)

    def attach(self, stopping: threading.Event, beat_seconds: int) -> None:
        self._stopping = stopping
        self._is_over = False
        self._beat_seconds, self._beat_at = beat_seconds, 0.0

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        if time.monotonic() < self._beat_at:
            return
        self._beat_at = time.monotonic() + self._beat_seconds
        if self.connection.exists(self.key):
            super().heartbeat(timeout, pipeline)
        else:  # Redis was emptied
            self.register_birth()  # type: ignore[no-untyped-call]  # RQ has it without types
            super().set_state(self.get_state())

    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        if state != self.get_state():
            super().set_state(state, pipeline)

    def teardown(self) -> None:
        # RQ's thread for commands, which nobody sends: it ends also where Redis cannot be told that this worker is gone.
        self._is_over = True
        thread = cast("PubSubWorkerThread | None", self.pubsub_thread)
        if thread is not None:
            thread.stop()
        super().teardown()  # type: ignore[no-untyped-call]  # RQ has it without types

    def unsubscribe(self) -> None:
        """Leave that to the end of the connection: RQ would wait for its thread, and close what the thread closes."""

    def _pubsub_exception_handler(self, exc: Exception, pubsub: PubSub, pubsub_thread: PubSubWorkerThread) -> None:
        if not self._is_over:
            super()._pubsub_exception_handler(exc, pubsub, pubsub_thread)

    def check_for_suspension(self, burst: bool) -> None:  # noqa: FBT001  as RQ has it
        """Go on: nobody means a pager by `rq suspend`."""

    def procline(self, message: str) -> None:
        """Leave the process its name."""

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        del frame
        self._stopping.set()  # before anything that may fail, as writing to a journal that is gone does
        _log.info("the worker stops", signal=signal.Signals(signum).name)
        raise StopRequested


def _connect(redis_url: str, *, timeout: float | None) -> Redis:
    return Redis.from_url(redis_url, socket_connect_timeout=_TIMEOUT_SECONDS, socket_timeout=timeout)


def _queue(redis: Redis) -> Queue:
    return Queue(QUEUE, connection=redis, serializer=JSONSerializer, default_timeout=10)
