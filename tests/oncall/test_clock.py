"""The process's clock: what the machine's does to it, and what it never does to a wait."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from oncall.clock import STEP, SystemClock
from tests.clock import SUNDAY_NIGHT

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


class Machine:
    """A machine whose clock may be set, while time passes all the same."""

    def __init__(self) -> None:
        self.shows = SUNDAY_NIGHT
        self.passed = 0.0
        self.clock = SystemClock(lambda: self.shows, lambda: self.passed)

    def run(self, by: timedelta) -> datetime:
        """Let time pass, and tell the time."""
        self.shows += by
        self.passed += by.total_seconds()
        return self.clock.now()

    def set(self, by: timedelta) -> datetime:
        """Set the machine's clock, and tell the time."""
        self.shows += by
        return self.clock.now()


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_clock_tells_what_the_machine_tells(machine: Machine) -> None:
    assert machine.run(HOUR) == SUNDAY_NIGHT + HOUR
    assert machine.clock.steps() == ()


def test_clock_set_back_delays_no_wait(machine: Machine) -> None:
    machine.run(2 * MINUTE)
    machine.set(-HOUR)

    assert SUNDAY_NIGHT + 5 * MINUTE - 2 * SECOND <= machine.run(3 * MINUTE) <= SUNDAY_NIGHT + 5 * MINUTE


def test_clock_set_back_never_tells_an_earlier_instant(machine: Machine) -> None:
    told = [machine.run(SECOND), machine.set(-HOUR), machine.set(-HOUR), machine.run(SECOND / 1000), machine.set(HOUR)]

    assert told == sorted(told)


def test_clock_that_was_ahead_agrees_with_the_machine_again_in_the_end(machine: Machine) -> None:
    machine.set(-MINUTE)

    assert machine.run(99 * MINUTE) > machine.shows
    assert machine.run(2 * MINUTE) == machine.shows


def test_clock_set_forward_is_followed(machine: Machine) -> None:
    assert machine.set(HOUR) == SUNDAY_NIGHT + HOUR


@pytest.mark.parametrize("by", [HOUR, -HOUR, STEP, -STEP])
def test_jump_is_remembered_until_it_is_asked_for(machine: Machine, by: timedelta) -> None:
    machine.set(by)
    machine.run(MINUTE)

    assert [step.by for step in machine.clock.steps()] == [by]
    assert machine.clock.steps() == ()


def test_jump_that_nobody_looked_at_since_is_noticed(machine: Machine) -> None:
    machine.shows += HOUR

    assert [step.by for step in machine.clock.steps()] == [HOUR]


def test_small_corrections_are_no_jumps(machine: Machine) -> None:
    for _ in range(20):
        machine.set(-SECOND)
        machine.run(MINUTE)

    assert machine.clock.steps() == ()


def test_clock_goes_on_from_what_another_process_has_told(machine: Machine) -> None:
    machine.clock.go_on_from(SUNDAY_NIGHT + HOUR)

    assert machine.clock.now() == SUNDAY_NIGHT + HOUR
    machine.clock.go_on_from(SUNDAY_NIGHT)
    assert machine.clock.now() == SUNDAY_NIGHT + HOUR


def test_many_looks_cost_a_clock_that_is_ahead_nothing(machine: Machine) -> None:
    machine.set(-HOUR)

    for _ in range(1000):
        machine.run(timedelta(microseconds=1))

    assert machine.clock.now() == SUNDAY_NIGHT + timedelta(microseconds=990)
