"""A worker's sign of life in the database."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta

from oncall.operations.context import Context
from oncall.operations.workers import report_alive, report_stopped
from oncall.store.workers import WorkerRecord

PERIOD = timedelta(seconds=5)
"""How often a worker says that it is alive."""


class Heartbeat:
    """Says that this worker is alive whenever `beat` is called and the last time was long enough ago."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._started_at = context.clock.now()
        self._last: datetime | None = None
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"

    def beat(self) -> None:
        """Record that the worker is alive, if that is due."""
        now = self._context.clock.now()
        if self._last is None or abs(now - self._last) >= PERIOD:
            report_alive(self._context, WorkerRecord(self.worker, self._started_at, now))
            self._last = now

    def stop(self) -> None:
        """Record that the worker has stopped as it should."""
        report_stopped(self._context, self.worker)
