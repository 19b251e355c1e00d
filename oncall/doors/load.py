"""What one process takes in, and what it refuses so that the rest goes through: an answer at once, never a 2xx that is lost.

A trigger is refused where its key, or all keys together, send more than is accepted, or where the database is so slow that
triggers hold up the threads that answer people. What ends an incident (a resolve) goes on for longer than what opens
one, and an acknowledgement is never refused.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Literal

import structlog
from flask import current_app

from oncall.clock import Clock
from oncall.errors import OverloadedError

Asks = Literal["trigger", "resolve"]

BURST_SECONDS = 20
"""How many seconds' worth of triggers a key may send at once, if it was quiet before."""

SLOW = timedelta(seconds=2)
"""How long a request is at work before it counts as held up."""

MOST_HELD_UP: dict[Asks, int] = {"trigger": 3, "resolve": 6}
"""How many requests may be held up when another comes: a process has eight threads or so, and some are for people."""

_KEYS_TOGETHER = 2
_MOST_KEYS = 10_000
_AGAIN = timedelta(seconds=5)
_COUNT_EVERY = timedelta(seconds=10)
_ALL = ""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Bucket:
    """What is left of what may be sent: below zero what was taken on credit."""

    left: float
    at: datetime


@dataclass(slots=True)
class Load:
    """How much one process is asked, by whom, and what it refused; that is handed to `count` each few seconds."""

    clock: Clock
    most_a_second: int
    count: Callable[[Mapping[tuple[str, str], int]], None]
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _at_work: dict[object, datetime] = field(default_factory=dict)
    _refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    _counted_at: datetime | None = None
    _has_begun: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def take(self, door: str, key: str, asks: Asks, count: int = 1) -> Iterator[None]:
        """Do what is asked so often by that key, inside; raises OverloadedError with when to try again."""
        now, token = self.clock.now(), object()
        with self._lock:
            self._require_speed(door, asks, now)
            self._require_room(door, key, asks, count, now)
            self._at_work[token] = now
        try:
            yield
            self._has_begun = True
        finally:
            with self._lock:
                del self._at_work[token]
            self._tell(now)

    def _tell(self, now: datetime) -> None:
        """Have counted what was refused since the last time, not more often than each few seconds; never raises."""
        with self._lock:
            is_early = self._counted_at is not None and now - self._counted_at < _COUNT_EVERY
            if is_early or not self._refused:
                return
            refused, self._refused, self._counted_at = self._refused, Counter(), now
        try:
            self.count(refused)
        except Exception as error:  # noqa: BLE001  whatever counting fails of, what was done here is done and is answered so
            _log.warning("what was refused could not be counted", error=repr(error))

    def _require_speed(self, door: str, asks: Asks, now: datetime) -> None:
        held_up = sum(now - since >= SLOW for since in self._at_work.values())
        # The first requests of a process wait for what it builds once, not for a slow database.
        if self._has_begun and held_up >= MOST_HELD_UP[asks]:
            self._refused[door, "slow"] += 1
            raise OverloadedError("too much is waiting for the database: send it again", _AGAIN)

    def _require_room(self, door: str, key: str, asks: Asks, count: int, now: datetime) -> None:
        """Take it from what is left to the key, and to all of them; on credit where something was left."""
        own = self._bucket(f"{door}:{key}", self.most_a_second, now)
        every = self._bucket(_ALL, _KEYS_TOGETHER * self.most_a_second, now)
        for bucket, rate in ((own, self.most_a_second), (every, _KEYS_TOGETHER * self.most_a_second)):
            least = 0 if asks == "trigger" else -BURST_SECONDS * rate
            if bucket.left <= least:
                self._refused[door, "many"] += count
                wait = max(1, ceil((least - bucket.left + 1) / rate))
                raise OverloadedError(f"more than {rate} triggers a second: send it again", timedelta(seconds=wait))
        for bucket, rate in ((own, self.most_a_second), (every, _KEYS_TOGETHER * self.most_a_second)):
            bucket.left = max(bucket.left - count, -2.0 * BURST_SECONDS * rate)

    def _bucket(self, name: str, rate: int, now: datetime) -> _Bucket:
        """The bucket of that name, filled up with what has passed."""
        full = BURST_SECONDS * rate
        bucket = self._buckets.get(name)
        if bucket is None:
            self._forget(now)
            bucket = self._buckets[name] = _Bucket(full, now)
        bucket.left = min(full, bucket.left + max(0.0, (now - bucket.at).total_seconds()) * rate)
        bucket.at = now
        return bucket

    def _forget(self, now: datetime) -> None:
        """Let go of keys that have been quiet for so long that nothing is known of them any more."""
        if len(self._buckets) < _MOST_KEYS:
            return
        for name, bucket in list(self._buckets.items()):
            if now - bucket.at >= timedelta(seconds=3 * BURST_SECONDS) and name != _ALL:
                del self._buckets[name]


def load() -> Load:
    """What the process of the present request takes in."""
    found: Load = current_app.extensions["oncall_load"]
    return found
