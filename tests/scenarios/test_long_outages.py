"""The database is away for minutes, the vendor for an hour, Redis for a day: what is so afterwards is acted on, and no backlog."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import redis
from sqlalchemy import URL, make_url

from oncall.delivery.protocol import Outgoing, Receipt
from oncall.engine.loop import next_due
from oncall.errors import ProviderError, UnavailableError
from oncall.operations import act
from oncall.operations.handover import hand_over
from oncall.redis_doorbell import QUEUE, RedisDoorbell
from tests.chaos.proxy import Proxy, run_proxies
from tests.oncall.desk import DESK, MONDAY_8
from tests.oncall.floor import MINUTE, Floor, open_floor
from tests.processes import free_port
from tests.scenarios.later import eventually

AT_ONCE, HALF, HOUR = timedelta(0), MINUTE / 2, 60 * MINUTE
QUICK_DESK = DESK.replace("wait: 5m", "wait: 1m").replace(
    "respond_within: 4h, update_every: 1h, warn_before: 30m", "respond_within: 3m, update_every: 4m, warn_before: 1m"
)
"""Where people have a minute to answer a page, and three before it is a breach."""

Call = tuple[timedelta, str | None, str, tuple[int, ...]]
"""After how long somebody was told, by what, and of which incidents."""


@contextmanager
def ledger(floor: Floor, when: Callable[[Outgoing], None] = lambda _call: None) -> Iterator[list[Call]]:
    """Every call to the vendor from now on, at each of which `when` happens."""
    begun_at = floor.clock.now()
    calls: list[Call] = []

    def meanwhile(call: Outgoing) -> None:
        told = tuple(line.number for line in call.lines)
        calls.append((floor.clock.now() - begun_at, call.user, call.method, told))
        when(call)

    floor.vendor.meanwhile = meanwhile
    yield calls


def live(floor: Floor, by: timedelta) -> None:
    """Let time pass, and do whatever falls due on the way at its instant."""
    end = floor.clock.now() + by
    while (due_at := next_due(floor.context)) is not None and due_at <= end:
        floor.clock.set(max(due_at, floor.clock.now()))
        hand_over(floor.context)
        floor.work()
    floor.clock.set(end)


def test_database_that_was_away_for_five_minutes_leaves_one_page_for_what_is_current(postgres_url: str) -> None:
    url = make_url(postgres_url)
    with run_proxies(url.port or 0) as (line,), open_floor(by(line, url), QUICK_DESK) as floor:
        taken, asked = floor.trigger("slow", severity="sev2"), floor.trigger("question", severity="sev3")
        act.acknowledge(floor.context, taken.id, "bo")
        acknowledged_at = floor.clock.now()
        live(floor, MINUTE)
        down = floor.trigger("down", severity="sev2")
        with ledger(floor, lambda _call: cut_off(floor, line)) as calls:
            # The call is made, and nobody can write down what came of it.
            floor.delivery.deliver_due()
            for _ in range(10):
                for work in (floor.engine.fire_due, floor.delivery.deliver_due, floor.trigger):
                    with pytest.raises(UnavailableError):
                        work()
                floor.clock.advance(HALF)
        assert calls == [(AT_ONCE, "ana", "sms", (3,))]
        line.lead_to(url.port or 0)
        floor.vendor.found.append(Receipt("SM1"))
        with ledger(floor) as calls:
            live(floor, HALF)
        # What Ana has not got of the first page; the step that is current; whoever hears of breaches, of both at once; the next step.
        assert sorted(calls) == [
            (AT_ONCE, "ana", "slack", (3,)),
            (AT_ONCE, "bo", "sms", (3,)),
            (AT_ONCE, "root", "sms", (1, 3)),
            (HALF, "ana", "sms", (3,)),
        ]
        assert [entry.details["steps"] for entry in floor.log(down.id) if entry.event == "missed"] == [4]
        assert [floor.events(one.id).count("breached") for one in (taken, asked, down)] == [1, 0, 1]
        # The warnings that the outage held are not made up for: this is the next one.
        warned = [entry.at for one in (taken, down) for entry in floor.log(one.id) if entry.event == "warned"]
        assert warned == [floor.clock.now()]
        assert floor.incident(taken.id).update_by == acknowledged_at + 2 * 4 * MINUTE
        assert floor.incident(asked.id).deferred_until == MONDAY_8


def by(line: Proxy, url: URL) -> str:
    """The address of the database over that line."""
    return url.set(port=line.port).render_as_string(hide_password=False)


def cut_off(floor: Floor, line: Proxy) -> None:
    """Lose the database in the middle of a call, which takes half a minute."""
    line.lead_to(free_port())
    line.cut()
    floor.clock.advance(HALF)


def test_vendor_that_was_away_for_an_hour_is_given_what_is_current_and_no_backlog(sqlite_url: str) -> None:
    with open_floor(sqlite_url) as floor:
        floor.trigger("db down")
        floor.trigger("disk full")
        with ledger(floor, refuse) as refused:
            live(floor, HOUR)
        assert {user for _, user, _, _ in refused} == {"ana", "bo", "root"}
        with ledger(floor) as calls:
            live(floor, 10 * MINUTE)
            begun = calls[0][0]
            live(floor, begun)
        assert [(at - begun, *call) for at, *call in calls] == [
            (AT_ONCE, "ana", "sms", (1, 2)),
            (2 * MINUTE, "ana", "voice", (1, 2)),
            (5 * MINUTE, "bo", "sms", (1, 2)),
            (10 * MINUTE, "ana", "sms", (1, 2)),
        ]


def refuse(_call: Outgoing) -> None:
    """Be away."""
    raise ProviderError("503", permanent=False)


def test_redis_that_was_away_for_a_day_is_rung_once_and_nothing_was_late(sqlite_url: str, redis_url: str) -> None:
    with run_proxies(free_port()) as (line,), open_floor(sqlite_url) as floor:
        bell = RedisDoorbell(f"redis://127.0.0.1:{line.port}/0")
        ringing = replace(floor, context=replace(floor.context, doorbell=bell))
        with ledger(floor) as calls:
            for _ in range(24):
                incident = ringing.trigger()
                live(floor, MINUTE)
                act.acknowledge(ringing.context, incident.id, "ana")
                live(floor, HOUR - MINUTE)
        assert calls == [(hours * HOUR, "ana", "sms", (hours + 1,)) for hours in range(24)]
        line.lead_to(make_url(redis_url).port or 0)
        ringing.trigger()
        with redis.Redis.from_url(redis_url) as server:
            eventually(lambda: server.llen(f"rq:queue:{QUEUE}"), 1)
        bell.close()
