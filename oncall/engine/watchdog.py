"""Ends a process that is alive and does nothing any more, so that whoever looks after it starts it anew."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

MOST_SILENT = 60
"""After so many looks, one a second, without a turn of a thread the process ends."""

EXIT_CODE = 70
"""What it ends with: a fault inside."""

_PAUSE_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class Turning(Protocol):
    """A thread that goes round and round."""

    @property
    def name(self) -> str:
        """What the thread is called."""

    @property
    def turns(self) -> int:
        """How often it has gone round."""


@dataclass(slots=True)
class _Seen:
    turns: int = -1
    silent: int = 0


class Watchdog:
    """Looks at threads each second: calls `wedged` with the name of one that has stopped, and `well` where all go round.

    What counts is how often it has looked, not how long ago: a machine that was asleep wakes with a clean slate.
    """

    def __init__(
        self, watched: Sequence[Turning], wedged: Callable[[str], object], well: Callable[[], object] = lambda: None
    ) -> None:
        self._watched = [(each, _Seen()) for each in watched]
        self._wedged = wedged
        self._well = well
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="oncall-watchdog", daemon=True)

    def start(self) -> None:
        """Begin on a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more: the threads are about to end."""
        self._stopping.set()

    def look(self) -> None:
        """Look once."""
        for each, seen in self._watched:
            seen.silent = seen.silent + 1 if each.turns == seen.turns else 0
            seen.turns = each.turns
            if seen.silent >= MOST_SILENT:
                self._wedged(each.name)
                return
        self._well()

    def _run(self) -> None:
        while not self._stopping.wait(_PAUSE_SECONDS):
            self.look()


def end_process(name: str) -> None:
    """Say where every thread stands, and end the process at once: what it holds is free when its leases run out."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    stands = {
        names.get(ident, str(ident)): "".join(traceback.format_stack(frame)[-3:])
        for ident, frame in sys._current_frames().items()  # noqa: SLF001  the documented way to all threads' frames
    }
    _log.critical("a thread does nothing any more: the process ends, to be started anew", thread=name, stands=stands)
    sys.stderr.flush()
    os._exit(EXIT_CODE)
