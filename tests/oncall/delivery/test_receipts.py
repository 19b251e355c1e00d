"""A message whose arrival nobody reports is asked after: its person is paged by another way where it has not arrived."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from oncall.delivery import receipts
from oncall.delivery.protocol import Fate
from oncall.delivery.receipts import FIRST, LAST, NAME, PERIOD, Receipts
from oncall.errors import BusyError, ProviderError
from oncall.store.beats import Beat
from tests.oncall.floor import SECOND, Floor, Vendor, open_floor


@dataclass(slots=True)
class Oracle(Vendor):
    """A vendor that says what became of everything, or raises it."""

    told: Collection[str] = ("sms",)
    says: Fate | ProviderError = field(default_factory=lambda: Fate("out"))
    asked_after: list[str] = field(default_factory=list)

    def fate(self, reference: str, method: str) -> Fate:
        """Say what the test told to say."""
        self.asked_after.append(f"{method} {reference}")
        if isinstance(self.says, ProviderError):
            raise self.says
        return self.says


@pytest.fixture
def floor(sqlite_url: str) -> Iterator[Floor]:
    """Ana's first page is sent."""
    with open_floor(sqlite_url) as floor:
        floor.trigger()
        floor.work()
        yield floor


def let_ask(floor: Floor, oracle: Oracle, seconds: int, remembered: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Time passes, and whoever has the beat asks when it is due; what is remembered then."""
    asking = Receipts(floor.context, [oracle, floor.vendor])
    memory = dict(remembered or {})
    for _ in range(seconds // PERIOD.seconds):
        floor.clock.advance(PERIOD)
        memory = asking.ask(Beat(NAME, floor.clock.now(), None, None, memory)).memory
    return memory


def test_message_is_asked_after_once_after_each_wait(floor: Floor) -> None:
    oracle = Oracle()
    let_ask(floor, oracle, FIRST.seconds)
    assert oracle.asked_after == []
    let_ask(floor, oracle, 3 * LAST.seconds)
    assert oracle.asked_after == ["sms ref-1", "sms ref-1"]
    assert floor.attempts("1")["ana", "sms"] == "sent"


def test_arrival_that_was_not_reported_is_recorded(floor: Floor) -> None:
    let_ask(floor, Oracle(says=Fate("delivered")), 2 * LAST.seconds)
    assert floor.events("1") == ["triggered", "paged", "attempted", "delivered"]


def test_failure_that_was_not_reported_brings_the_next_method(floor: Floor) -> None:
    let_ask(floor, Oracle(says=Fate("failed", "the carrier filtered it out")), FIRST.seconds + 10)
    floor.work()
    assert [sent.method for sent in floor.vendor.sent] == ["sms", "voice"]


def test_message_that_has_not_left_after_two_minutes_counts_as_failed(floor: Floor) -> None:
    oracle = Oracle(says=Fate("waits"))
    let_ask(floor, oracle, LAST.seconds - 10)
    assert floor.attempts("1")["ana", "sms"] == "sent"
    let_ask(floor, oracle, 20)
    failed = floor.log("1")[-1]
    assert (failed.event, failed.details["because"]) == (
        "attempt_failed",
        "it has not left the vendor after two minutes",
    )


def test_vendor_that_does_not_answer_is_asked_once_a_round_and_after_the_rest_when_it_does(floor: Floor) -> None:
    floor.trigger(service="watched")
    floor.work()
    oracle = Oracle(told=("sms", "slack"), says=ProviderError("503", permanent=False))
    memory = let_ask(floor, oracle, FIRST.seconds + PERIOD.seconds)
    assert len(oracle.asked_after) == 1
    oracle.says = Fate("out")
    let_ask(floor, oracle, PERIOD.seconds, memory)
    assert sorted(oracle.asked_after[1:]) == ["slack ref-2", "sms ref-1"]


def test_message_that_the_vendor_does_not_know_keeps_no_other_waiting(floor: Floor) -> None:
    floor.trigger(service="watched")
    floor.work()
    oracle = Oracle(told=("sms", "slack"), says=ProviderError("no such message", permanent=True))
    let_ask(floor, oracle, FIRST.seconds + PERIOD.seconds)
    assert sorted(oracle.asked_after) == ["slack ref-2", "sms ref-1"]


def test_vendor_that_does_not_answer_changes_nothing(floor: Floor) -> None:
    let_ask(floor, Oracle(says=ProviderError("503", permanent=False)), 2 * LAST.seconds)
    assert floor.events("1") == ["triggered", "paged", "attempted"]
    floor.clock.advance(SECOND)


def test_what_was_heard_and_cannot_be_recorded_yet_is_asked_after_again(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(*_: object) -> bool:
        raise BusyError("somebody else is at the same")

    oracle = Oracle(says=Fate("delivered"))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(receipts, "receipt", held)
        memory = let_ask(floor, oracle, FIRST.seconds + PERIOD.seconds)
    assert floor.attempts("1")["ana", "sms"] == "sent"
    let_ask(floor, oracle, PERIOD.seconds, memory)
    assert floor.attempts("1")["ana", "sms"] == "delivered"
