"""A worker that stood still between its claim and its call: suspended, or starved of its processor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from oncall.delivery.deliver import Delivery
from oncall.delivery.protocol import NotFound
from oncall.operations import act
from oncall.operations.claim import LEASE
from oncall.store.messages import MessageRow, MessageState
from tests.oncall.floor import Floor


def test_worker_that_was_held_up_sends_late_what_is_still_its_own(floor: Floor) -> None:
    floor.trigger()
    deliver(floor, lambda: floor.clock.advance(LEASE))
    assert [send.state for send in floor.pages("1")[0].attempts[0].sends] == ["lost", "sent"]
    assert len(floor.vendor.sent) == 1


def test_worker_that_was_held_up_does_not_send_what_another_has_sent_by_now(floor: Floor) -> None:
    def sent_by_another() -> None:
        floor.vendor.found.append(NotFound.ABSENT)
        floor.pass_time(LEASE)

    floor.trigger()
    deliver(floor, sent_by_another)
    assert len(floor.vendor.sent) == 1
    assert floor.events("1") == ["triggered", "paged", "resent", "attempted"]


def test_worker_that_was_held_up_does_not_send_what_was_acknowledged_by_now(floor: Floor) -> None:
    def acknowledged() -> None:
        act.acknowledge(floor.context, "1", "ana")
        floor.clock.advance(LEASE)

    floor.trigger()
    deliver(floor, acknowledged)
    assert floor.vendor.sent == []
    assert floor.attempts("1")["ana", "sms"] == "void"


def deliver(floor: Floor, meanwhile: Callable[[], object]) -> None:
    """Let a worker deliver what is due, which stands still while `meanwhile` happens between its claim and its call."""
    clock = _Standstill(floor, meanwhile)
    delivery = Delivery(replace(floor.context, clock=clock), [floor.vendor])
    delivery.deliver_due()
    delivery.stop()
    assert clock.has_stood_still


@dataclass
class _Standstill:
    """A worker's clock; something happens before its first look at it once its claim is stored."""

    floor: Floor
    meanwhile: Callable[[], object]
    has_stood_still: bool = False

    def now(self) -> datetime:
        if not self.has_stood_still and self._is_claimed():
            self.has_stood_still = True
            self.meanwhile()
        return self.floor.clock.now()

    def _is_claimed(self) -> bool:
        with self.floor.context.database.read() as session:
            sending = select(MessageRow.id).where(MessageRow.state == MessageState.SENDING)
            return session.scalar(sending) is not None
