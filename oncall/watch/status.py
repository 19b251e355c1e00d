"""How the service is: what is overdue, what is open, who works, what gets through, and whether it has been looked after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from oncall.operations.context import Context
from oncall.store import audit, beats, holds, incidents, messages, subscriptions, timers, workers
from oncall.store.beats import Beat
from oncall.store.holds import Hold
from oncall.store.subscriptions import Failing
from oncall.store.workers import WorkerRecord
from oncall.watch.findings import RECENT_CALLS, providers_down

WORKER_GONE_AFTER = timedelta(seconds=30)
"""A worker that has not been seen for so long is not counted as alive."""

RECENT = timedelta(minutes=15)
"""How far back sends are counted."""


@dataclass(frozen=True, slots=True)
class Status:
    """The service at one instant.

    `open_incidents` is by state and severity, `recent_sends` by provider and state; overdue is how long the oldest has been
    due, None when nothing is, and by severity what of that is a timer or a page of an incident. `down` are the providers that
    take nothing, `alarms` the open ones by their kinds with the incident's number, `beats` what looks after the pager. `hold`
    keeps everything from being sent, None while sending goes on.
    """

    at: datetime
    overdue_timer: timedelta | None
    overdue_message: timedelta | None
    timers_set_aside: int
    open_incidents: Mapping[tuple[str, str], int]
    recent_sends: Mapping[tuple[str, str], int]
    workers: tuple[WorkerRecord, ...]
    feeds_failing: tuple[Failing, ...] = ()
    overdue_timers: Mapping[str, timedelta] = field(default_factory=dict)
    overdue_pages: Mapping[str, timedelta] = field(default_factory=dict)
    down: tuple[str, ...] = ()
    alarms: Mapping[str, int] = field(default_factory=dict)
    beats: Mapping[str, Beat] = field(default_factory=dict)
    hold: Hold | None = None

    def workers_alive(self) -> tuple[WorkerRecord, ...]:
        """The workers that were seen a moment ago."""
        return tuple(worker for worker in self.workers if self.at - worker.seen_at <= WORKER_GONE_AFTER)

    def since_well(self, beat: str) -> timedelta | None:
        """How long ago all was last well with a periodic work; None where it never was."""
        found = self.beats.get(beat)
        return self.at - found.well_at if found is not None and found.well_at is not None else None


def status(context: Context) -> Status:
    """Look at the database once; raises UnavailableError when it does not answer."""
    now = context.clock.now()
    with context.database.read() as session:
        return Status(
            at=now,
            overdue_timer=timers.oldest_overdue(session, now),
            overdue_message=messages.oldest_overdue(session, now),
            timers_set_aside=timers.count_set_aside(session),
            open_incidents=incidents.count_open(session),
            recent_sends=audit.sends_since(session, now - RECENT),
            workers=workers.list_workers(session),
            feeds_failing=subscriptions.failing(session),
            overdue_timers=audit.overdue_timers(session, now),
            overdue_pages=audit.overdue_pages(session, now),
            down=providers_down(audit.calls_since(session, now - RECENT_CALLS)),
            alarms=audit.alarms(session),
            beats=beats.beats(session),
            hold=holds.in_force(session),
        )
