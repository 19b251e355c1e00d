"""Clocks that jump or part are told of, and a process never starts in the past of its machine (docs/semantics.md 6.9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from oncall.clock import SystemClock
from oncall.engine.clock_watch import ClockWatch
from oncall.engine.timers import Engine
from oncall.operations import clocks
from oncall.operations.context import Context
from oncall.operations.trigger import TriggerRequest, trigger
from oncall.operations.workers import report_stopped
from oncall.store import incidents
from oncall.store.clocks import ClockRow
from tests.clock import SUNDAY_NIGHT
from tests.oncall.floor import MINUTE, SECOND, Floor, open_floor

HOUR = 60 * MINUTE


class Machine:
    """A machine on which processes start, whose clock may be set while time passes all the same."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._passed = 0.0

    def context(self) -> Context:
        """A process that starts now."""
        return replace(self._floor.context, clock=SystemClock(self._floor.clock.now, lambda: self._passed))

    def run(self, by: timedelta) -> None:
        """Let time pass."""
        self._floor.clock.advance(by)
        self._passed += by.total_seconds()

    def set(self, by: timedelta) -> None:
        """Set its clock."""
        self._floor.clock.advance(by)


@pytest.fixture
def floor(sqlite_url: str) -> Iterator[Floor]:
    """One on a database without a clock of its own."""
    with open_floor(sqlite_url) as floor:
        yield floor


@pytest.fixture
def machine(floor: Floor) -> Machine:
    return Machine(floor)


def watch(context: Context) -> ClockWatch:
    return ClockWatch(context, "night")


def alarms(floor: Floor) -> dict[str, str]:
    """The open alarms by their kind, as they are called."""
    with floor.context.database.read() as session:
        found = incidents.list_open(session, floor.context.cipher)
    return {one.dedup_key: one.title for one in found if one.service == "oncall"}


@pytest.mark.parametrize(
    ("by", "kind", "title"),
    [
        (HOUR, "clock_forward", "the clock of night went forward by 1:00:00"),
        (-HOUR, "clock_backward", "the clock of night went back by 1:00:00"),
    ],
)
def test_jump_raises_an_alarm_once(floor: Floor, machine: Machine, by: timedelta, kind: str, title: str) -> None:
    looking = watch(machine.context())
    looking.tick("worker")
    machine.set(by)
    for _ in range(3):
        machine.run(MINUTE)
        looking.tick("worker")

    assert alarms(floor) == {kind: title}


def test_step_fires_when_it_would_have_fired_although_the_clock_is_set_back(machine: Machine) -> None:
    context = machine.context()
    engine = Engine(context)
    trigger(context, TriggerRequest("cloud", "db down", "test", severity="sev1"))
    machine.run(2 * MINUTE)
    machine.set(-HOUR)
    machine.run(3 * MINUTE - 5 * SECOND)
    assert engine.fire_due() == 0

    machine.run(10 * SECOND)
    assert engine.fire_due() == 1


def test_clock_that_is_set_forward_pages_each_once_for_what_is_current(floor: Floor, machine: Machine) -> None:
    context = machine.context()
    engine = Engine(context)
    trigger(context, TriggerRequest("cloud", "db down", "test", severity="sev1"))
    machine.run(MINUTE)
    machine.set(HOUR)
    while engine.fire_due():
        continue

    assert floor.events("1").count("paged") == 2
    assert floor.events("1").count("missed") == 1


def test_process_that_starts_after_the_clock_was_set_back_goes_on_from_what_was_told(
    floor: Floor, machine: Machine
) -> None:
    machine.run(HOUR)
    watch(machine.context()).tick("killed")
    machine.set(-HOUR)
    context = machine.context()
    watch(context).start()

    assert context.clock.now() == SUNDAY_NIGHT + HOUR
    assert "clock_backward" in alarms(floor)


@pytest.mark.parametrize("told", [-HOUR, timedelta(days=2)], ids=["earlier", "too far ahead to be believed"])
def test_process_that_starts_tells_what_its_machine_tells_where_nothing_better_is_known(
    floor: Floor, machine: Machine, told: timedelta
) -> None:
    machine.run(told)
    watch(machine.context()).tick("killed")
    machine.set(-told)
    context = machine.context()
    watch(context).start()

    assert context.clock.now() == SUNDAY_NIGHT
    assert alarms(floor) == {}


def test_process_that_stopped_as_it_should_leaves_no_time_behind(machine: Machine) -> None:
    machine.run(HOUR)
    context = machine.context()
    watch(context).tick("worker")
    report_stopped(context, "worker")

    assert clocks.last_told(context, "night") is None


def test_clock_of_any_process_that_is_apart_from_the_databases_is_told_of_until_it_is_not(postgres_url: str) -> None:
    with open_floor(postgres_url) as floor:
        floor.clock.set(clocks.measure(floor.context, "web", "desk").measured_at)
        told = []
        for apart in (0.5, 7.0, -5.5, 0.5):
            set_apart(floor, apart)
            watch(floor.context).tick("worker")
            told.append(alarms(floor).get("clock_apart"))

        ahead = "the clock of desk is 0:00:07 ahead of the database's"
        assert told == [None, ahead, ahead, None]


def set_apart(floor: Floor, seconds: float) -> None:
    """Have the web's clock ahead of the database's."""
    ahead = update(ClockRow).where(ClockRow.process == "web").values(ahead_seconds=seconds)
    floor.context.database.write(lambda session: session.execute(ahead))
