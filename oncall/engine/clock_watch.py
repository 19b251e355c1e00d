"""Looks after the clocks: tells when a machine's jumps, when one is apart from the database's, and never starts in the past."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta

import structlog

from oncall.clock import Step, SystemClock
from oncall.operations import clocks
from oncall.operations.alarms import clear_alarm, raise_alarm
from oncall.operations.context import Context
from oncall.store.clocks import ClockRecord

PERIOD = timedelta(seconds=10)
"""How often a process measures its clock."""

APART = timedelta(seconds=5)
"""How far a process's clock may be from the database's."""

BELIEVED = timedelta(days=1)
"""How far ahead of the machine's clock a time may be that was told before: whatever is further was wrong."""

_log = structlog.get_logger(__name__)


class ClockMeter:
    """One process's part in it that any process has, the web too: measures its clock and records that, when it is due."""

    def __init__(self, context: Context, machine: str | None = None) -> None:
        self._context = context
        self._machine = machine or socket.gethostname()
        self._last: datetime | None = None

    @property
    def machine(self) -> str:
        """The name of the machine whose clock it is."""
        return self._machine

    def is_due(self) -> bool:
        """Whether the last look is long enough ago."""
        now = self._context.clock.now()
        return self._last is None or abs(now - self._last) >= PERIOD

    def measure(self, process: str) -> ClockRecord:
        """Look now; raises UnavailableError without a database."""
        self._last = self._context.clock.now()
        return clocks.measure(self._context, process, self._machine)


class ClockWatch:
    """A worker's look at all clocks: raises the alarms of its own machine's jumps, and of any process's that is apart."""

    name = "clocks"

    def __init__(self, context: Context, machine: str | None = None) -> None:
        self._context = context
        self._meter = ClockMeter(context, machine)
        self._jumps: list[Step] = []

    def start(self) -> None:
        """Go on from what this machine has told before, where its clock has been set back since (docs/semantics.md 6.9)."""
        told, clock = clocks.last_told(self._context, self._meter.machine), self._context.clock
        behind = timedelta(0) if told is None else told - clock.now()
        if told is None or behind < APART or not isinstance(clock, SystemClock):
            return
        if behind > BELIEVED:
            _log.critical("this machine told a time that is too far ahead to be believed", told_at=told.isoformat())
            return
        clock.go_on_from(told)
        self._tell_jump(-behind)

    def tick(self, holder: str) -> None:
        """Measure and tell, if that is due; `holder` is this process. Raises UnavailableError without a database."""
        if not self._meter.is_due():
            return
        clock = self._context.clock
        self._jumps += clock.steps() if isinstance(clock, SystemClock) else ()
        while self._jumps:
            self._tell_jump(self._jumps[0].by)
            self._jumps.pop(0)
        mine = self._meter.measure(holder)
        self._tell_apart(clocks.recent(self._context, mine.measured_at))

    def _tell_jump(self, by: timedelta) -> None:
        machine = self._meter.machine
        if by < timedelta(0):
            body = "No wait becomes longer by it: time goes on from what was told, a hundredth slower until both agree."
            raise_alarm(self._context, "clock_backward", f"the clock of {machine} went back by {_amount(by)}", body)
        else:
            body = "Whatever fell due meanwhile is acted on once, as things stand now; look whether the time is right."
            raise_alarm(self._context, "clock_forward", f"the clock of {machine} went forward by {_amount(by)}", body)

    def _tell_apart(self, measured: tuple[ClockRecord, ...]) -> None:
        apart = [record for record in measured if abs(record.ahead) > APART]
        if not apart:
            clear_alarm(self._context, "clock_apart")
            return
        worst = apart[0]
        side = "ahead of" if worst.ahead > timedelta(0) else "behind"
        title = f"the clock of {worst.machine} is {_amount(worst.ahead)} {side} the database's"
        body = "Pages come early or late by as much. Set both clocks by the same time servers."
        raise_alarm(self._context, "clock_apart", title, body)


def _amount(by: timedelta) -> str:
    return str(timedelta(seconds=round(abs(by).total_seconds())))
