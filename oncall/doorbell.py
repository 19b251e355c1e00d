"""How the one who stored due work tells those who do it that something is due.

The bell carries no work and no promise: whoever misses a ring looks at the database within a second.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Protocol


class Doorbell(Protocol):
    """Whatever wakes the workers."""

    def ring(self) -> None:
        """Say that something may be due; never raises and never waits for long."""


class LocalDoorbell:
    """A bell between the threads of one process, for one of them to wait at."""

    def __init__(self) -> None:
        # Held until it is rung: an event, which many may wait for, takes twice as long to wake one.
        self._silence = threading.Lock()
        self._silence.acquire()
        self._beside: list[LocalDoorbell] = []

    def beside(self) -> LocalDoorbell:
        """A bell of its own for another thread, rung whenever this one is."""
        bell = LocalDoorbell()
        self._beside.append(bell)
        return bell

    def ring(self) -> None:
        """Wake the one who waits, now or at the next wait."""
        with suppress(RuntimeError):  # rung already
            self._silence.release()
        for bell in self._beside:
            bell.ring()

    def wait(self, seconds: float) -> bool:
        """Return at the next ring, at once if it has rung since the last wait, or after `seconds`; whether it was rung."""
        return self._silence.acquire(timeout=max(0.0, seconds))


class SilentDoorbell:
    """A bell that nobody hears: workers look every second by themselves."""

    def ring(self) -> None:
        """Do nothing."""


def doorbell_for(redis_url: str | None) -> Doorbell:
    """The bell that reaches workers in other processes: through Redis, or none that is heard where there is no Redis."""
    if redis_url is None:
        return SilentDoorbell()
    from oncall.redis_doorbell import RedisDoorbell  # noqa: PLC0415  loads RQ where it is used, and nowhere else

    return RedisDoorbell(redis_url)
