"""Status and metrics tell what is overdue, open, alive and sent."""

from __future__ import annotations

import json

from oncall.errors import ProviderError
from oncall.operations import act
from oncall.operations.workers import report_alive, report_stopped
from oncall.store.workers import WorkerRecord
from oncall.watch.metrics import metrics
from oncall.watch.status import WORKER_GONE_AFTER, status
from oncall.watch.told import as_json
from tests.oncall.floor import MINUTE, SECOND, Floor


def test_quiet_service_has_nothing_to_tell(floor: Floor) -> None:
    told = as_json(status(floor.context))
    assert told.pop("at") == "2026-11-22T02:13:00Z"
    assert told == {
        "overdue_timer_seconds": None,
        "overdue_message_seconds": None,
        "timers_set_aside": 0,
        "sending_held": None,
        "alarms": [],
        "channels": [],
        "watch": [],
        "open_incidents": [],
        "recent_sends": [],
        "workers": [],
        "feeds_failing": [],
    }


def test_what_nobody_works_on_is_overdue(floor: Floor) -> None:
    floor.trigger()
    floor.clock.advance(6 * MINUTE)
    found = status(floor.context)
    assert (found.overdue_timer, found.overdue_message) == (MINUTE, 6 * MINUTE)


def test_open_incidents_and_sends_are_counted(floor: Floor) -> None:
    floor.vendor.answers.append(ProviderError("busy", permanent=True))
    for service in ("cloud", "shop"):
        floor.trigger(service=service)
        floor.work()
    act.acknowledge(floor.context, "2", "ana")
    act.resolve(floor.context, floor.trigger().id, "ana")
    found = status(floor.context)
    assert found.open_incidents == {("triggered", "sev1"): 1, ("acknowledged", "sev1"): 1}
    assert found.recent_sends == {("vendor", "failed"): 1, ("vendor", "sent"): 2}
    json.dumps(as_json(found))


def test_worker_counts_as_alive_while_it_was_seen_a_moment_ago(floor: Floor) -> None:
    started = floor.clock.now()
    report_alive(floor.context, WorkerRecord("a", started, started))
    floor.clock.advance(WORKER_GONE_AFTER)
    assert len(status(floor.context).workers_alive()) == 1
    floor.clock.advance(SECOND)
    found = status(floor.context)
    assert (len(found.workers), len(found.workers_alive())) == (1, 0)
    report_stopped(floor.context, "a")
    assert status(floor.context).workers == ()


def test_metrics_are_the_status_in_prometheus_words(floor: Floor) -> None:
    floor.trigger()
    floor.clock.advance(6 * MINUTE)
    lines = metrics(floor.context).decode().splitlines()
    assert "oncall_overdue_timer_seconds 60.0" in lines
    assert "oncall_overdue_message_seconds 360.0" in lines
    assert "oncall_workers 0.0" in lines
    assert 'oncall_open_incidents{severity="sev1",state="triggered"} 1.0' in lines
