"""Records what came of calls: whatever has come back meanwhile in one transaction, on a thread beside those that send."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
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
    """One worker's record of outcomes; who sends hands one over and goes on.

    What somebody else holds is tried again until the lease of its call is over, and keeps nothing else waiting.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._facts: SimpleQueue[_Fact | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._held: list[_Fact] = []
        self._again_at = 0.0

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
        is_last = False
        while not is_last:
            batch, is_last = self._batch()
            self._record(batch)
            self._record_held()
        self._leave(self._held, "the worker stops")

    def _batch(self) -> tuple[list[_Fact], bool]:
        """Whatever has come back, and whether nothing comes after it; while something is held it waits for no more than a moment."""
        batch: list[_Fact] = []
        try:
            fact = self._facts.get(timeout=_AGAIN_SECONDS if self._held else None)
            while fact is not None:
                batch.append(fact)
                if len(batch) == MOST_AT_ONCE:
                    return batch, False
                fact = self._facts.get_nowait()
        except Empty:
            return batch, False
        return batch, True

    def _record(self, batch: Sequence[_Fact]) -> None:
        """Record the facts, again and again while the database is away, until others may ask for them themselves."""
        while batch:
            try:
                self._record_once(batch)
            except UnavailableError as error:
                batch = self._not_over(batch, str(error))
                if batch and self._stopping.wait(_AGAIN_SECONDS):
                    self._leave(batch, str(error))
                    return
            else:
                return

    def _record_once(self, batch: Sequence[_Fact]) -> None:
        held: Collection[str] = ()
        try:
            held = settle_all(self._context, [(fact.call, fact.outcome) for fact in batch])
        except UnavailableError:
            raise
        except Exception:  # noqa: BLE001  the edge of a thread: nobody else would tell
            _log.exception("calls could not be recorded", calls=len(batch))
        if held:
            self._held += [fact for fact in batch if fact.call.id in held]
            self._again_at = time.monotonic() + _AGAIN_SECONDS
        for fact in batch:
            if fact.call.id not in held:
                fact.recorded()

    def _record_held(self) -> None:
        """Record what somebody held a moment ago: apart from all else, which need not wait for it."""
        if self._held and (self._stopping.is_set() or time.monotonic() >= self._again_at):
            held, self._held = self._held, []
            self._record(self._not_over(held, "somebody holds what they concern"))

    def _not_over(self, facts: Sequence[_Fact], because: str) -> list[_Fact]:
        """Those whose lease still holds; others may ask for the rest themselves."""
        now = self._context.clock.now()
        self._leave([fact for fact in facts if now >= fact.call.lease_until], because)
        return [fact for fact in facts if now < fact.call.lease_until]

    def _leave(self, facts: Sequence[_Fact], because: str) -> None:
        if facts:
            _log.warning("what came of calls is found out later", calls=len(facts), because=because)
        for fact in facts:
            fact.recorded()
