"""A worker's loop: do what is due, sleep until something is, wake when the doorbell rings."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from oncall.doorbell import LocalDoorbell
from oncall.errors import UnavailableError
from oncall.operations.context import Context
from oncall.store import due
from oncall.store.question import Question

LONGEST_SLEEP = timedelta(seconds=1)
"""How late a ring that nobody heard may make anything."""

T = TypeVar("T")

_BUSY = timedelta(milliseconds=200)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """When a loop looks: at what falls due next as `asked` tells, and when it is rung, with whatever rings within `rest` after.

    Where there is a rest, what rings is hardly ever due at once: then the loop asks first.
    """

    name: str
    asked: Question
    rest: timedelta = timedelta(0)


_ANYTHING = Pace("oncall-loop", due.ANYTHING)


class Loop:
    """On a thread of its own, does each of `works` in turn whenever something is due or it is rung, and `always` before.

    A work does what is due at once and returns how much that was. Until the next of it falls due the loop sleeps, at most a
    second. Without a database it goes on asking each second. It asks when something is due rather than let each work find that
    nothing is, save where it is rung, where there was more than one thing to do, and where a work failed.
    """

    def __init__(
        self,
        context: Context,
        doorbell: LocalDoorbell,
        works: Sequence[Callable[[], int]],
        always: Callable[[], None] = lambda: None,
        pace: Pace = _ANYTHING,
    ) -> None:
        self._context = context
        self._doorbell = doorbell
        self._always = always
        self._works = works
        self._asked = pace.asked
        self._rest = pace.rest.total_seconds()
        self.name, self.turns = pace.name, 0
        self._looks_unasked = True
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=pace.name)

    def start(self) -> None:
        """Begin on a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing new, and return when the work under way is done."""
        self.end()
        self._thread.join()

    def end(self) -> None:
        """Begin nothing new, and return at once."""
        self._stopping.set()
        self._doorbell.ring()

    @property
    def is_running(self) -> bool:
        """Whether its thread is alive."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.turns += 1
            pause = self._turn().total_seconds()
            if pause > 0:
                until = time.monotonic() + pause
                if not self._doorbell.wait(pause):
                    continue
                if self._rest:
                    self._stopping.wait(max(0, min(self._rest, until - time.monotonic())))
                else:
                    self._looks_unasked = True

    def _turn(self) -> timedelta:
        """Do what is due; how long nothing more will be."""
        self._guarded(self._always)
        looked_at = self._context.clock.now()
        pause = None if self._looks_unasked else self._guarded(partial(self._until_due, looked_at))
        if pause is not None and pause > timedelta(0):
            return self._left_of(pause, looked_at)
        # One incident that is locked for long, or one fault of ours, stops what it is in the way of and nothing else.
        looked_at = self._context.clock.now()
        done = [self._guarded(work) for work in self._works]
        self._looks_unasked = None in done or sum(filter(None, done)) > 1
        if any(done):
            return timedelta(0)
        pause = self._guarded(partial(self._until_due, looked_at))
        if pause is None or None in done:
            return LONGEST_SLEEP
        if pause <= timedelta(0):
            # It was due, and yet perhaps nobody here can take it: every sender is busy, or another worker holds it.
            return _BUSY
        # What fell due only since is done at once.
        return self._left_of(pause, looked_at)

    def _left_of(self, pause: timedelta, began: datetime) -> timedelta:
        """What is left of a pause since then, a second at most."""
        return min(max(timedelta(0), began + pause - self._context.clock.now()), LONGEST_SLEEP)

    def _until_due(self, at: datetime) -> timedelta:
        """How long after that instant the next of what is asked for falls due."""
        due_at = due.next_due(self._context.database, self._asked)
        return due_at - at if due_at else LONGEST_SLEEP

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
    return due.next_due(context.database, due.ANYTHING)
