"""An outside watcher hears of the pager while all of it works, and nothing as soon as any part does not (nights F32)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import update

from oncall.errors import ProviderError, UnavailableError
from oncall.operations.beats import Ran
from oncall.store import holds
from oncall.store.beats import LEASE, Beat, BeatRow
from oncall.store.database import Database
from oncall.store.timers import TimerRow
from oncall.watch.auditor import audit_once
from oncall.watch.canary import canary_round
from oncall.watch.periodic import Periodic
from oncall.watch.ping import Ping
from oncall.watch.watch import Watch
from tests.oncall.floor import MINUTE, SECOND, Floor, open_floor
from tests.vendors.listener import Listener, run_listener

EVERY = 3 * MINUTE
HOUR = timedelta(hours=1)
STOPS_WITHIN = 5 * MINUTE
"""How long after a part has stopped a watcher may still hear something."""


@pytest.fixture
def company(sqlite_url: str) -> Iterator[Floor]:
    with open_floor(sqlite_url) as floor:
        yield floor


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with run_listener() as listener:
        yield listener


def works(floor: Floor, listener: Listener, without: str = "") -> tuple[Periodic, ...]:
    context = floor.context
    all_of_them = (
        Periodic(context, "auditor", 30 * SECOND, lambda beat: audit_once(context, beat)),
        Periodic(context, "canary", EVERY, lambda beat: canary_round(context, EVERY, None, beat)),
        Periodic(context, "heartbeat", MINUTE, Ping(context, listener.url, EVERY).ping),
    )
    return tuple(work for work in all_of_them if work.name != without)


def live(floor: Floor, watched: tuple[Periodic, ...], by: timedelta, work: Callable[[], object]) -> None:
    """Let time pass with everything that a worker does."""
    until = floor.clock.now() + by
    while floor.clock.now() < until:
        for each in watched:
            each.tick("a worker")
        work()
        floor.clock.advance(10 * SECOND)


def test_watcher_hears_of_a_pager_that_works_each_minute(company: Floor, listener: Listener) -> None:
    watched = works(company, listener)
    live(company, watched, MINUTE, company.work)
    listener.heard.clear()
    live(company, watched, 4 * MINUTE, company.work)
    assert listener.heard == ["GET"] * 4


@pytest.mark.parametrize("stopped", ["auditor", "canary", "timers", "senders", "held", "set aside"])
def test_watcher_hears_nothing_soon_after_any_part_has_stopped(
    company: Floor, listener: Listener, stopped: str
) -> None:
    live(company, works(company, listener), 2 * MINUTE, company.work)
    watched = works(company, listener, without=stopped)
    work: Callable[[], object] = company.work
    if stopped == "timers":
        work = company.delivery.deliver_due
    if stopped == "senders":
        work = company.engine.fire_due
    if stopped == "held":
        company.context.database.write(lambda session: holds.begin(session, company.clock.now(), "root"))
    if stopped == "set aside":
        company.trigger()
        company.context.database.write(lambda session: session.execute(update(TimerRow).values(failure="ValueError")))
    live(company, watched, STOPS_WITHIN, work)
    listener.heard.clear()
    live(company, watched, 2 * MINUTE, work)
    assert listener.heard == []


def test_watcher_hears_nothing_while_nobody_can_be_reached_by_any_vendor(company: Floor, listener: Listener) -> None:
    watched = works(company, listener)
    company.vendor.answers.extend([ProviderError("503", permanent=False)] * 40)
    for number in range(3):
        company.trigger(f"db {number}", service="watched")
    live(company, watched, 3 * MINUTE, company.work)
    listener.heard.clear()
    live(company, watched, 2 * MINUTE, company.work)
    assert listener.heard == []
    company.vendor.answers.clear()
    live(company, watched, 16 * MINUTE, company.work)
    assert listener.heard[-1:] == ["GET"]


def test_watcher_hears_nothing_while_the_database_is_away(company: Floor, listener: Listener) -> None:
    away = replace(company.context, database=Database("postgresql+psycopg://127.0.0.1:1/oncall"))
    listener.heard.clear()
    with pytest.raises(UnavailableError):
        Ping(away, listener.url, None).ping(Beat("heartbeat", company.clock.now(), None, None, {}))
    assert listener.heard == []


def test_address_that_answers_badly_is_no_heartbeat(company: Floor, listener: Listener) -> None:
    ping = Ping(company.context, f"{listener.url}/missing", None)
    now = company.clock.now()
    audited = audit_once(company.context, Beat("auditor", now, None, None, {}))
    beat = BeatRow(name="auditor", next_at=now, well_at=audited.well_at, memory={})
    company.context.database.write(lambda session: session.add(beat))
    ran = ping.ping(Beat("heartbeat", now, None, None, {}))
    assert (ran.well_at, ran.memory) == (None, {"because": ["the watcher's address answers 404"]})
    nowhere = Ping(company.context, "http://127.0.0.1:1/", None).ping(Beat("heartbeat", now, None, None, {}))
    assert nowhere.memory == {
        "because": ["the watcher's address: 127.0.0.1 cannot be reached: it refuses the connection"]
    }


def test_work_is_done_by_one_worker_at_a_time(floor: Floor) -> None:
    done: list[str] = []
    now = floor.clock.now()

    def note(beat: Beat) -> Ran:
        done.append(beat.name)
        return Ran(now + MINUTE, None)

    def die(beat: Beat) -> Ran:
        done.append(f"{beat.name} dies")
        periodic(note).tick("another")
        raise UnavailableError("no database")

    def periodic(work: Callable[[Beat], Ran]) -> Periodic:
        return Periodic(floor.context, "work", MINUTE, work)

    with pytest.raises(UnavailableError):
        periodic(die).tick("one")
    assert done == ["work dies"]
    floor.clock.advance(LEASE)
    periodic(note).tick("another")
    assert done == ["work dies", "work"]


def test_work_that_fails_keeps_no_other_from_its_turn(company: Floor) -> None:
    done: list[str] = []
    now = company.clock.now()

    def note(beat: Beat) -> Ran:
        done.append(beat.name)
        return Ran(now + MINUTE, None)

    def fail(beat: Beat) -> Ran:
        raise LookupError(beat.name)

    context = company.context
    watch = Watch("a worker", [Periodic(context, "a", MINUTE, fail), Periodic(context, "b", MINUTE, note)])
    with structlog.testing.capture_logs() as logs:
        watch.turn()
    assert (done, [entry["work"] for entry in logs]) == (["b"], ["a"])


def test_work_far_ahead_was_put_off_by_a_wrong_clock_and_is_due(company: Floor) -> None:
    done: list[str] = []

    def note(beat: Beat) -> Ran:
        done.append(beat.name)
        return Ran(company.clock.now() + MINUTE, None)

    company.clock.advance(HOUR)
    Periodic(company.context, "work", MINUTE, note).tick("one")
    company.clock.advance(-HOUR)
    Periodic(company.context, "work", MINUTE, note).tick("another")
    assert done == ["work", "work"]
