"""The watch of one worker: its periodic works, one after the other on a thread that no page waits for."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import Protocol

import structlog

from oncall.errors import UnavailableError
from oncall.operations.context import Context
from oncall.settings import Settings
from oncall.watch import auditor, canary, ping, tally
from oncall.watch.periodic import Periodic

_PAUSE_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class Work(Protocol):
    """Something to look after again and again."""

    @property
    def name(self) -> str:
        """What the journal calls it."""

    def tick(self, holder: str) -> None:
        """Do it if it is due; `holder` is the worker that asks."""


class Watch:
    """Does periodic works when they are due, until it is stopped; `holder` is this worker."""

    def __init__(self, holder: str, works: Sequence[Work]) -> None:
        self._holder = holder
        self._works = works
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="oncall-watch")

    def start(self) -> None:
        """Begin on a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing new, and return when the work under way is done."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def turn(self) -> None:
        """Do each work that is due; one that fails keeps no other from its turn."""
        for work in self._works:
            self._tick(work)

    def _run(self) -> None:
        while not self._stopping.wait(_PAUSE_SECONDS):
            self.turn()

    def _tick(self, work: Work) -> None:
        try:
            work.tick(self._holder)
        except UnavailableError as error:
            _log.warning("the watch waits for the database", work=work.name, error=str(error))
        except Exception as error:  # noqa: BLE001  whatever is wrong with one of them
            _log.error("a work of the watch failed, and is tried again", work=work.name, exc_info=error)


def works_of(context: Context, settings: Settings) -> tuple[Periodic, ...]:
    """What is done by the settings: the auditor always, the canary and the outgoing heartbeat where they are wanted."""
    every = settings.canary_every or None
    works = [
        Periodic(context, auditor.NAME, auditor.PERIOD, partial(auditor.audit_once, context)),
        Periodic(context, tally.NAME, tally.PERIOD, partial(tally.tally, context)),
    ]
    if every is not None:
        fly = partial(canary.canary_round, context, every, settings.canary_address)
        works.append(Periodic(context, canary.NAME, every, fly, canary.BEGINS_AFTER))
    if settings.heartbeat_url is not None and settings.calls_out:
        beat = ping.Ping(context, settings.heartbeat_url, every)
        works.append(Periodic(context, ping.NAME, ping.PERIOD, beat.ping))
    return tuple(works)
