"""The worker's loop: fire and send what is due, sleep until something is, wake when the doorbell rings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from oncall.doorbell import LocalDoorbell
from oncall.errors import UnavailableError
from oncall.operations.context import Context
from oncall.store import messages, timers

LONGEST_SLEEP = timedelta(seconds=1)
"""How late a ring that nobody heard may make anything."""

_BUSY = timedelta(milliseconds=200)

_log = structlog.get_logger(__name__)


class Loop:
    """Does each of `works` in turn, again and again, on a thread of its own.

    A work does what is due at once and returns how much that was. Without a database the loop goes on asking each second.
    """

    def __init__(self, context: Context, doorbell: LocalDoorbell, works: Sequence[Callable[[], int]]) -> None:
        self._context = context
        self._doorbell = doorbell
        self._works = works
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="oncall-loop")

    def start(self) -> None:
        """Begin on a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing new, and return when the work under way is done."""
        self._stopping.set()
        self._doorbell.ring()
        self._thread.join()

    @property
    def is_running(self) -> bool:
        """Whether its thread is alive."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause = self._turn()
            if pause > timedelta(0):
                self._doorbell.wait(pause.total_seconds())

    def _turn(self) -> timedelta:
        """Do what is due; how long nothing more will be."""
        begun = self._context.clock.now()
        try:
            done = sum(work() for work in self._works)
            return timedelta(0) if done else self._pause(begun)
        except UnavailableError as error:
            _log.warning("the worker waits for the database", error=str(error))
        except Exception:  # noqa: BLE001  the edge of the thread on which all paging hangs
            _log.exception("the worker's loop failed and goes on")
        return LONGEST_SLEEP

    def _pause(self, begun: datetime) -> timedelta:
        due_at = next_due(self._context)
        if due_at is None:
            return LONGEST_SLEEP
        if due_at <= begun:
            # Due, and yet nobody here could take it: every sender is busy, or another worker holds it.
            return _BUSY
        return min(due_at - self._context.clock.now(), LONGEST_SLEEP)


def next_due(context: Context) -> datetime | None:
    """When the next timer or message is due; None when nothing is waiting."""
    with context.database.read() as session:
        times = (timers.next_due(session), messages.next_due(session))
    return min((time for time in times if time is not None), default=None)
