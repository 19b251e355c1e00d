"""The loop wakes when it is rung, by itself within a second, and survives whatever happens to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from oncall.doorbell import LocalDoorbell
from oncall.engine.loop import Loop, Pace, next_due
from oncall.errors import UnavailableError
from oncall.store.due import MESSAGE
from tests.oncall.floor import MINUTE, Floor

PATIENCE = 10


@contextmanager
def running(loop: Loop) -> Iterator[None]:
    loop.start()
    try:
        yield
    finally:
        loop.stop()


def test_due_page_goes_out_when_the_loop_is_rung(floor: Floor) -> None:
    doorbell, sent = LocalDoorbell(), threading.Event()
    floor.vendor.meanwhile = lambda _sent: sent.set()
    loop = Loop(floor.context, doorbell, [floor.engine.fire_due, *floor.delivery.works], lambda: None)
    with running(loop):
        floor.trigger()
        doorbell.ring()
        assert sent.wait(PATIENCE)
    assert not loop.is_running


def test_due_page_goes_out_although_nobody_rings(floor: Floor) -> None:
    sent = threading.Event()
    floor.vendor.meanwhile = lambda _sent: sent.set()
    with running(Loop(floor.context, LocalDoorbell(), floor.delivery.works, lambda: None)):
        floor.trigger()
        assert sent.wait(PATIENCE)


def test_loop_goes_on_after_an_outage_and_after_a_fault(floor: Floor) -> None:
    doorbell, looked = LocalDoorbell(), threading.Event()
    faults = [UnavailableError("away"), KeyError("a fault of ours")]

    def look() -> None:
        if faults:
            doorbell.ring()
            raise faults.pop()
        looked.set()

    with running(Loop(floor.context, doorbell, [], look)):
        assert looked.wait(PATIENCE)
    assert faults == []


@pytest.mark.parametrize("error", [UnavailableError("one incident is locked for long"), KeyError("a fault of ours")])
def test_work_that_fails_keeps_no_other_from_being_done(floor: Floor, error: Exception) -> None:
    sent = threading.Event()
    floor.vendor.meanwhile = lambda _sent: sent.set()

    def fail() -> int:
        raise error

    with running(Loop(floor.context, LocalDoorbell(), [fail, *floor.delivery.works], lambda: None)):
        floor.trigger()
        assert sent.wait(PATIENCE)


def test_ring_is_heard_by_every_thread_that_has_a_bell_of_its_own() -> None:
    doorbell = LocalDoorbell()
    beside = [doorbell.beside(), doorbell.beside()]
    doorbell.ring()
    assert [bell.wait(0) for bell in (*beside, doorbell)] == [True, True, True]
    assert not doorbell.wait(0)


def test_rings_within_the_rest_are_one_and_what_is_due_by_itself_waits_for_no_rest(floor: Floor) -> None:
    doorbell, sent = LocalDoorbell(), threading.Event()
    floor.vendor.meanwhile = lambda _sent: sent.set()
    pace = Pace("resting", MESSAGE, timedelta(hours=1))
    with running(Loop(floor.context, doorbell, floor.delivery.works, pace=pace)):
        doorbell.ring()
        floor.trigger()
        assert sent.wait(PATIENCE)


def test_rings_about_nothing_that_is_due_give_no_work(floor: Floor) -> None:
    doorbell, looks = LocalDoorbell(), []

    def look() -> int:
        looks.append(True)
        return 0

    loop = Loop(floor.context, doorbell, [look], pace=Pace("resting", MESSAGE, timedelta(milliseconds=1)))
    with running(loop):
        while loop.turns < 5:
            doorbell.ring()
    assert len(looks) == 1, "when it begins it looks at what a worker before it may have left"


def test_work_that_failed_is_done_again_although_nothing_is_due(floor: Floor) -> None:
    doorbell, done, faults = LocalDoorbell(), threading.Event(), [KeyError("a fault of ours")]

    def work() -> int:
        if faults:
            doorbell.ring()
            raise faults.pop()
        done.set()
        return 0

    pace = Pace("resting", MESSAGE, timedelta(milliseconds=1))
    with running(Loop(floor.context, doorbell, [work], pace=pace)):
        assert done.wait(PATIENCE)


def test_sign_of_life_that_fails_keeps_nothing_from_being_done(floor: Floor) -> None:
    sent = threading.Event()
    floor.vendor.meanwhile = lambda _sent: sent.set()

    def fail() -> None:
        raise KeyError("a fault of ours")

    with running(Loop(floor.context, LocalDoorbell(), floor.delivery.works, fail)):
        floor.trigger()
        assert sent.wait(PATIENCE)


def test_next_due_is_the_earliest_of_timers_messages_and_leases(floor: Floor) -> None:
    assert next_due(floor.context) is None
    floor.trigger()
    assert next_due(floor.context) == floor.clock.now()
    floor.work()
    assert next_due(floor.context) == floor.clock.now() + 2 * MINUTE
    floor.pass_time(2 * MINUTE)
    assert next_due(floor.context) == floor.clock.now() + 3 * MINUTE
