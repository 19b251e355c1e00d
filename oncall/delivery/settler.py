"""Records what came of calls: whatever has come back meanwhile in one transaction, on a thread beside those that send."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import NamedTuple

import structlog

from oncall.errors import UnavailableError
from oncall.operations.call import Call
from oncall.operations.context import Context
from oncall.operations.outcome import Failed, Sent
from oncall.operations.settle import settle_all

MOST_AT_ONCE = 100
"""How many calls are recorded in one transaction."""

_AGAIN_SECONDS = 0.5

_log = structlog.get_logger(__name__)


class _Fact(NamedTuple):
    call: Call
    outcome: Sent | Failed
    recorded: Callable[[], None]


class Settler:
    """One worker's record of outcomes; who sends hands one over and goes on."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._facts: SimpleQueue[_Fact | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def take(self, call: Call, outcome: Sent | Failed, recorded: Callable[[], None]) -> None:
        """Record what came of a call; `recorded` is called when that is done, or left to others."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="oncall-settler", daemon=True)
                self._thread.start()
        self._facts.put(_Fact(call, outcome, recorded))

    def stop(self) -> None:
        """Return when all that was handed over is recorded, or cannot be without a database."""
        self._stopping.set()
        self._facts.put(None)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (first := self._facts.get()) is not None:
            batch, is_last = self._with_more(first)
            self._record(batch)
            for fact in batch:
                fact.recorded()
            if is_last:
                return

    def _with_more(self, first: _Fact) -> tuple[list[_Fact], bool]:
        """The first with whatever else has come back, and whether nothing comes after it."""
        batch = [first]
        while len(batch) < MOST_AT_ONCE:
            try:
                more = self._facts.get_nowait()
            except Empty:
                break
            if more is None:
                return batch, True
            batch.append(more)
        return batch, False

    def _record(self, batch: Sequence[_Fact]) -> None:
        """Record the facts, again and again while the database is away, until others may ask for them themselves."""
        while batch:
            try:
                settle_all(self._context, [(fact.call, fact.outcome) for fact in batch])
            except UnavailableError as error:
                now = self._context.clock.now()
                batch = [fact for fact in batch if now < fact.call.lease_until]
                if not batch or self._stopping.wait(_AGAIN_SECONDS):
                    _log.warning("what came of calls is found out later", calls=len(batch), error=str(error))
                    return
            except Exception:  # noqa: BLE001  the edge of a thread: nobody else would tell
                _log.exception("calls could not be recorded", calls=len(batch))
                return
            else:
                return
