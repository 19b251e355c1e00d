"""How the service is: what is overdue, what is open, who works, what gets through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from oncall.operations.context import Context
from oncall.store import incidents, messages, sends, subscriptions, timers, workers
from oncall.store.subscriptions import Failing
from oncall.store.workers import WorkerRecord
from schedules import format_instant

WORKER_GONE_AFTER = timedelta(seconds=30)
"""A worker that has not been seen for so long is not counted as alive."""

RECENT = timedelta(minutes=15)
"""How far back sends are counted."""


@dataclass(frozen=True, slots=True)
class Status:
    """The service at one instant.

    `open_incidents` is by state and severity, `recent_sends` by provider and state; overdue is how long the oldest has been
    due, None when nothing is.
    """

    at: datetime
    overdue_timer: timedelta | None
    overdue_message: timedelta | None
    timers_set_aside: int
    open_incidents: Mapping[tuple[str, str], int]
    recent_sends: Mapping[tuple[str, str], int]
    workers: tuple[WorkerRecord, ...]
    feeds_failing: tuple[Failing, ...] = ()

    def workers_alive(self) -> tuple[WorkerRecord, ...]:
        """The workers that were seen a moment ago."""
        return tuple(worker for worker in self.workers if self.at - worker.seen_at <= WORKER_GONE_AFTER)


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
            recent_sends=sends.count_since(session, now - RECENT),
            workers=workers.list_workers(session),
            feeds_failing=subscriptions.failing(session),
        )


def as_json(status: Status) -> dict[str, Any]:
    """The status as `GET /status` answers it; durations are in seconds."""
    alive = status.workers_alive()
    return {
        "at": format_instant(status.at),
        "overdue_timer_seconds": _seconds(status.overdue_timer),
        "overdue_message_seconds": _seconds(status.overdue_message),
        "timers_set_aside": status.timers_set_aside,
        "open_incidents": [
            {"state": state, "severity": severity, "count": count}
            for (state, severity), count in sorted(status.open_incidents.items())
        ],
        "recent_sends": [
            {"provider": provider, "state": state, "count": count}
            for (provider, state), count in sorted(status.recent_sends.items())
        ],
        "workers": [
            {
                "id": worker.id,
                "started_at": format_instant(worker.started_at),
                "seen_at": format_instant(worker.seen_at),
                "alive": worker in alive,
            }
            for worker in status.workers
        ],
        "feeds_failing": [
            {
                "kind": feed.kind,
                "target": feed.target,
                "fault": feed.fault,
                "looked_at": None if feed.looked_at is None else format_instant(feed.looked_at),
            }
            for feed in status.feeds_failing
        ],
    }


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()
