"""The doorbell between processes: an RQ job that carries nothing, on Redis.

All rings are the same job, which stands in Redis and is queued again and again: so a ring costs one way to Redis and back, and to
hear it another. Redis may be emptied, be away or come back: then workers look by themselves each second, and nothing else changes.
"""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any

import structlog
from redis import Redis, RedisError
from redis.client import Pipeline
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer

from oncall.doorbell import LocalDoorbell

QUEUE = "oncall"
"""The queue's name, for those who share a Redis with others."""

_TIMEOUT_SECONDS = 1.0
_AGAIN_SECONDS = 2.0
_JOB = "oncall-ring"
_KEPT_SECONDS = 600
_BEAT_SECONDS = 30.0

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

    def _keep_job(self) -> None:
        job = self._queue.create_job(rung, job_id=_JOB, ttl=_KEPT_SECONDS, result_ttl=0, failure_ttl=0)
        job.save()
        self._redis.expire(job.key, _KEPT_SECONDS)
        self._redis.sadd(self._queue.redis_queues_keys, self._queue.key)

    def _queue_job(self) -> None:
        with self._redis.pipeline(transaction=False) as pipeline:
            self._queue.push_job_id(_JOB, pipeline=pipeline)
            # One that nobody has heard yet is enough.
            pipeline.ltrim(self._queue.key, 0, 0)
            pipeline.execute()


def listen(redis_url: str, doorbell: LocalDoorbell, stopping: threading.Event) -> None:
    """Hear rings on Redis and pass them on to `doorbell`, until SIGTERM or SIGINT; then `stopping` is set.

    To be called on the main thread. While Redis is away it goes on trying.
    """
    while not stopping.is_set():
        redis = _connect(redis_url, timeout=None)
        try:
            listener = _Listener([_queue(redis)], connection=redis, serializer=JSONSerializer, job_class=_Ring)
            listener.attach(doorbell, stopping)
            listener.work(logging_level="ERROR")
        except RedisError as error:
            _log.warning("the worker cannot hear the doorbell and looks each second", error=str(error))
        except StopRequested:
            break
        finally:
            redis.close()
        stopping.wait(_AGAIN_SECONDS)


class _Ring(Job):
    """The one job there is: whoever has its id need not read the rest."""

    @classmethod
    def fetch(cls, id: str, connection: Redis | None = None, serializer: Any = None) -> _Ring:  # noqa: A002  as RQ names it
        """Return the job without asking Redis; it may have been emptied meanwhile."""
        return cls(id=id, connection=connection, serializer=serializer)


class _Listener(SimpleWorker):
    """RQ's worker, whose one job rings a bell of this process; a signal ends it without asking Redis.

    Of what RQ writes down of each job, its state and its outcome, nothing is needed of a ring: that took more time than to send a
    page.
    """

    max_connection_wait_time = 4.0
    log_result_lifespan = False

    def attach(self, doorbell: LocalDoorbell, stopping: threading.Event) -> None:
        self._bell = doorbell
        self._stopping = stopping
        self._at_work = False
        self._beat_at = 0.0

    def execute_job(self, job: Job, queue: Queue) -> None:
        self._at_work = True
        try:
            self._bell.ring()
            self.connection.lrem(queue.intermediate_queue_key, 1, job.id)
        finally:
            self._at_work = False

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        if time.monotonic() >= self._beat_at:
            self._beat_at = time.monotonic() + _BEAT_SECONDS
            super().heartbeat(timeout, pipeline)

    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        if state != self.get_state():
            super().set_state(state, pipeline)

    def check_for_suspension(self, burst: bool) -> None:  # noqa: FBT001  as RQ has it
        """Go on: nobody means a pager by `rq suspend`."""

    def procline(self, message: str) -> None:
        """Leave the process its name."""

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
