"""A provider that fails again and again is left alone, and people are paged by others meanwhile."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime

from oncall.delivery.circuit import MOST_FAILURES, PAUSE, Circuit
from oncall.delivery.deliver import Delivery
from oncall.errors import ProviderError
from tests.oncall.floor import SECOND, Vendor, open_floor
from tests.oncall.operations.test_claim import hire

NOW = datetime(2026, 11, 23, 2, 13, tzinfo=UTC)


def open_circuit() -> Circuit:
    circuit = Circuit()
    assert [circuit.failed(NOW) for _ in range(MOST_FAILURES)] == [False] * (MOST_FAILURES - 1) + [True]
    return circuit


def test_circuit_lets_one_call_try_after_each_pause() -> None:
    circuit = open_circuit()
    assert circuit.wait(NOW + SECOND) == PAUSE - SECOND
    assert circuit.wait(NOW + PAUSE) is None
    assert circuit.wait(NOW + PAUSE) == PAUSE


def test_circuit_is_closed_by_one_call_that_works() -> None:
    circuit = open_circuit()
    circuit.worked()
    assert circuit.wait(NOW) is None
    assert not circuit.failed(NOW)


def test_page_goes_by_the_next_method_at_once_while_its_provider_is_away(sqlite_url: str) -> None:
    texts = Vendor("texts", ("sms",), answers=deque([ProviderError("503", permanent=False)] * MOST_FAILURES))
    calls = Vendor("calls", ("voice",))
    with open_floor(sqlite_url) as floor:
        hire(floor, MOST_FAILURES)
        delivery = Delivery(floor.context, [texts, calls])
        for number in range(MOST_FAILURES):
            floor.trigger(f"db {number}", service=f"s{number}")
        delivery.deliver_due()
        floor.trigger("shop down", service="shop")
        while delivery.deliver_due():
            continue
        assert (len(texts.sent), [sent.user for sent in calls.sent]) == (MOST_FAILURES, ["ana"])
        floor.clock.advance(PAUSE)
        while delivery.deliver_due():
            continue
        delivery.stop()
        assert floor.attempts(str(MOST_FAILURES + 1)) == {("ana", "sms"): "sent", ("ana", "voice"): "sent"}


def test_two_ways_of_one_provider_that_is_away_wait_and_use_up_no_tries_of_each_other(sqlite_url: str) -> None:
    with open_floor(sqlite_url) as floor:
        hire(floor, MOST_FAILURES)
        floor.vendor.answers.extend([ProviderError("503", permanent=False)] * MOST_FAILURES)
        for number in range(MOST_FAILURES):
            floor.trigger(f"db {number}", service=f"s{number}")
        floor.work()
        page = str(floor.trigger("shop down", service="shop").number)
        while floor.work():
            continue
        assert floor.events(page) == ["triggered", "paged", "attempt_failed", "attempt_failed"]
        floor.pass_time(PAUSE)
        assert floor.attempts(page) == {("ana", "sms"): "sent", ("ana", "voice"): "sent"}
