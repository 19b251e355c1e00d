"""The status as `GET /status` answers it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from oncall.store.holds import Hold
from oncall.watch.status import Status
from schedules import format_instant


def as_json(status: Status) -> dict[str, Any]:
    """The status as JSON; durations are in seconds."""
    return {
        "at": format_instant(status.at),
        "overdue_timer_seconds": _seconds(status.overdue_timer),
        "overdue_message_seconds": _seconds(status.overdue_message),
        "timers_set_aside": status.timers_set_aside,
        "sending_held": _hold(status.hold),
        "alarms": [{"kind": kind, "incident": number} for kind, number in sorted(status.alarms.items())],
        "open_incidents": [
            {"state": state, "severity": severity, "count": count}
            for (state, severity), count in sorted(status.open_incidents.items())
        ],
        "recent_sends": [
            {"provider": provider, "state": state, "count": count}
            for (provider, state), count in sorted(status.recent_sends.items())
        ],
        "channels": [{"provider": provider, "down": provider in status.down} for provider in _providers(status)],
        "workers": _workers(status),
        "watch": [_beat(status, name) for name in sorted(status.beats)],
        "feeds_failing": [
            {"kind": feed.kind, "target": feed.target, "fault": feed.fault, "looked_at": _instant(feed.looked_at)}
            for feed in status.feeds_failing
        ],
    }


def _workers(status: Status) -> list[dict[str, Any]]:
    alive = status.workers_alive()
    return [
        {
            "id": worker.id,
            "started_at": format_instant(worker.started_at),
            "seen_at": format_instant(worker.seen_at),
            "alive": worker in alive,
        }
        for worker in status.workers
    ]


def _beat(status: Status, name: str) -> dict[str, Any]:
    beat = status.beats[name]
    return {
        "name": name,
        "ran_at": _instant(beat.ran_at),
        "well_at": _instant(beat.well_at),
        "next_at": format_instant(beat.next_at),
    }


def _hold(hold: Hold | None) -> dict[str, str] | None:
    return None if hold is None else {"since": format_instant(hold.at), "by": hold.by}


def _providers(status: Status) -> Iterable[str]:
    return sorted({provider for provider, _ in status.recent_sends} | set(status.down))


def _instant(at: datetime | None) -> str | None:
    return None if at is None else format_instant(at)


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()
