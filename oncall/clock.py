"""The only reader of the time: everything else is handed an instant."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

STEP = timedelta(seconds=5)
"""By how much a machine's clock has to jump for that to be told."""

_PACE = 0.99
"""How fast time passes while the machine's clock is behind what was told already: what waits is late by a hundredth."""


class Clock(Protocol):
    """Whatever tells the present instant, in UTC."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class Step:
    """A jump of the machine's clock: by how much, forward or with a negative `by` back, and the instant that was told then."""

    at: datetime
    by: timedelta


def _machine() -> datetime:
    return datetime.now(UTC)


def _elapsed() -> float:
    """Seconds that have passed, those included in which the machine was asleep, where the system counts these."""
    return time.clock_gettime(_SINCE_BOOT) if _SINCE_BOOT is not None else time.monotonic()


_SINCE_BOOT: int | None = getattr(time, "CLOCK_BOOTTIME", None)


class SystemClock:
    """The machine's clock, but that it never goes back.

    Where the machine's is set back this one goes on from what it has told, a hundredth slower until both agree: no wait becomes
    longer than by that. Where it is set forward this one follows. Either jump is remembered.
    """

    def __init__(self, machine: Callable[[], datetime] = _machine, elapsed: Callable[[], float] = _elapsed) -> None:
        self._machine, self._elapsed = machine, elapsed
        self._lock = threading.Lock()
        self._steps: list[Step] = []
        self._anchor, self._since = machine(), elapsed()
        self._start = self._anchor - timedelta(seconds=self._since)

    def now(self) -> datetime:
        """The present instant, aware, in UTC; never before one that was told."""
        with self._lock:
            machine, elapsed = self._machine(), self._elapsed()
            told = max(machine, self._anchor + timedelta(seconds=(elapsed - self._since) * _PACE))
            if told is machine:
                self._anchor, self._since = machine, elapsed
            self._notice(told, machine - timedelta(seconds=elapsed))
            return told

    def go_on_from(self, at: datetime) -> None:
        """Tell nothing before `at`, which another process has told already."""
        with self._lock:
            if at > self._anchor:
                self._anchor, self._since = at, self._elapsed()

    def steps(self) -> tuple[Step, ...]:
        """The jumps since this was asked last, oldest first."""
        self.now()
        with self._lock:
            steps, self._steps = self._steps, []
        return tuple(steps)

    def _notice(self, told: datetime, start: datetime) -> None:
        if abs(start - self._start) >= STEP:
            self._steps.append(Step(told, start - self._start))
        self._start = start
