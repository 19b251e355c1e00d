"""The worker's loop: fire and send what is due, sleep until something is, wake when the doorbell rings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from oncall.doorbell import LocalDoorbell
from oncall.errors import UnavailableError
from oncall.operations.context import Context
from oncall.store import due

LONGEST_SLEEP = timedelta(seconds=1)
"""How late a ring that nobody heard may make anything."""

T = TypeVar("T")

_BUSY = timedelta(milliseconds=200)

_log = structlog.get_logger(__name__)


class Loop:
    """On a thread of its own, does each of `works` in turn whenever something is due, and `always` at each look.

    A work does what is due at once and returns how much that was. Without a database the loop goes on asking each second.
    """

    def __init__(
        self,
        context: Context,
        doorbell: LocalDoorbell,
        works: Sequence[Callable[[], int]],
        always: Callable[[], None],
    ) -> None:
        self._context = context
        self._doorbell = doorbell
        self._always = always
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
        pause = self._guarded(self._until_due)
        if pause is None:
            return LONGEST_SLEEP
        self._guarded(self._always)
        if pause > timedelta(0):
            return min(pause, LONGEST_SLEEP)
        # One incident that is locked for long, or one fault of ours, stops what it is in the way of and nothing else.
        done = [self._guarded(work) for work in self._works]
        if any(done):
            return timedelta(0)
        # Due, and yet perhaps nobody here can take it: every sender is busy, or another worker holds it.
        return LONGEST_SLEEP if None in done else _BUSY

    def _until_due(self) -> timedelta:
        now = self._context.clock.now()
        due_at = next_due(self._context)
        return due_at - now if due_at else LONGEST_SLEEP

    def _guarded(self, work: Callable[[], T]) -> T | None:
        """What `work` returns; None where it failed, which ends neither the loop nor the turn."""
        try:
            return work()
        except UnavailableError as error:
            _log.warning("the worker waits for the database", error=str(error))
        except Exception:  # noqa: BLE001  the edge of the thread on which all paging hangs
            _log.exception("the worker's loop failed and goes on")
        return None


def next_due(context: Context) -> datetime | None:
    """When the next timer or message can be claimed; None when nothing is waiting."""
    with context.database.read() as session:
        return due.next_due(session)
