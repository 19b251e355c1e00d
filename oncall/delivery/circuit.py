"""A provider that fails again and again is left alone for a while, and its messages go by other ways meanwhile."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

MOST_FAILURES = 5
"""How many failures in a row make a provider be left alone."""

PAUSE = timedelta(seconds=15)
"""How long it is left alone, before one call tries whether it works again."""


class Circuit:
    """What one provider's latest calls came to; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._until: datetime | None = None

    def wait(self, now: datetime) -> timedelta | None:
        """How long the provider is still left alone; None where a call may be made: then it is the one that tries."""
        with self._lock:
            if self._until is None:
                return None
            if now < self._until:
                return self._until - now
            self._until = now + PAUSE
            return None

    def worked(self) -> None:
        """The provider took a message, or said what is wrong with it."""
        with self._lock:
            self._failures, self._until = 0, None

    def failed(self, now: datetime) -> bool:
        """The provider did not answer, or not well; whether it is left alone from now on, and was not before."""
        with self._lock:
            self._failures += 1
            if self._failures < MOST_FAILURES:
                return False
            was_open, self._until = self._until is not None, now + PAUSE
            return not was_open
