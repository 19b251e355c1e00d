"""One periodic work of the watch: done by one worker at a time, and by each that looks only when it may be due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from oncall.operations.beats import Ran, finish_beat, take_beat
from oncall.operations.context import Context
from oncall.store.beats import Beat

AT_ONCE = timedelta(0)
LOOKED_AT = timedelta(seconds=30)
"""How often at the least each worker looks: another may have died over a work."""


class Periodic:
    """A work that all workers share, due at least every so often; it begins `begins_after` the first look ever.

    `work` is handed how the work stands, and returns what came of it. What it raises ends this try alone: the work is taken
    up again in a while, by this worker or another.
    """

    def __init__(
        self,
        context: Context,
        name: str,
        every: timedelta,
        work: Callable[[Beat], Ran],
        begins_after: timedelta = AT_ONCE,
    ) -> None:
        self.name = name
        self._context = context
        self._every = every
        self._work = work
        self._begins_after = begins_after
        self._look_at: datetime | None = None

    def tick(self, holder: str) -> None:
        """Do the work if it is due and nobody else is at it; asks the database no more often than it may have become due."""
        now = self._context.clock.now()
        if self._look_at is not None and now < self._look_at <= now + LOOKED_AT:
            return
        self._look_at = now + LOOKED_AT
        beat = take_beat(self._context, self.name, holder, self._every, self._begins_after)
        if beat is not None:
            ran = self._work(beat)
            finish_beat(self._context, self.name, holder, ran)
            self._look_at = min(ran.next_at, now + LOOKED_AT)
