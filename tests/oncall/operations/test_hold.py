"""After a restore nothing is sent until an operator lets it, and then each whom it concerns is told once (docs/semantics.md 6.10)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from oncall.errors import RefusedError
from oncall.operations import act, hold
from oncall.operations.claim import claim_messages
from oncall.store.messages import MessageRow, MessageState, Types
from tests.oncall.floor import MINUTE, Floor, open_floor


@pytest.fixture
def floor(sqlite_url: str) -> Iterator[Floor]:
    with open_floor(sqlite_url) as floor:
        yield floor


def test_nothing_is_sent_while_it_is_held_and_timers_go_on(floor: Floor) -> None:
    hold.mark_restored(floor.context, "ana")
    floor.trigger()
    floor.pass_time(5 * MINUTE)

    assert floor.vendor.sent == []
    assert floor.events("1") == ["triggered", "paged", "paged"]


def test_marked_twice_it_is_held_since_the_first_time(floor: Floor) -> None:
    first = hold.mark_restored(floor.context, "ana")
    floor.clock.advance(MINUTE)

    assert hold.mark_restored(floor.context, "bo") == first == hold.sending_held(floor.context)


def test_release_tells_each_once_and_sends_nothing_of_what_was_due_before(floor: Floor) -> None:
    taken = floor.trigger("queue long", service="shop")
    act.acknowledge(floor.context, taken.id, "bo")
    for number in range(3):
        floor.trigger(f"db {number}")
    hold.mark_restored(floor.context, "ana")
    floor.pass_time(5 * MINUTE)

    released = hold.release_sending(floor.context, "ana")
    floor.work()

    assert (released.open_incidents, released.told) == (4, 2)
    ana, bo = sorted((sent.user, sent.text) for sent in floor.vendor.sent)
    assert ana[0] == "ana"
    assert "nothing was sent for a while. What is open and concerns you: 3 open incidents" in ana[1]
    assert bo[0] == "bo"
    assert "#1 SEV1 shop: queue long (stays with you since" in bo[1]
    assert [floor.events(str(number)).count("withheld") for number in range(1, 5)] == [0, 1, 1, 1]


def test_page_that_was_sent_before_is_not_said_to_be_withheld(floor: Floor) -> None:
    floor.trigger()
    floor.work()
    hold.mark_restored(floor.context, "ana")
    floor.clock.advance(MINUTE)
    hold.release_sending(floor.context, "ana")

    assert floor.events("1") == ["triggered", "paged", "attempted"]
    assert floor.attempts("1")["ana", "sms"] == "sent"


def test_what_falls_due_after_the_release_pages_as_ever(floor: Floor) -> None:
    floor.trigger()
    hold.mark_restored(floor.context, "ana")
    floor.pass_time(MINUTE)
    hold.release_sending(floor.context, "ana")
    floor.work()
    told = len(floor.vendor.sent)
    floor.pass_time(MINUTE)
    floor.pass_time(3 * MINUTE)

    assert [(sent.user, sent.method, bool(sent.lines)) for sent in floor.vendor.sent[told:]] == [
        ("ana", "voice", True),
        ("bo", "sms", True),
    ]


def test_call_that_was_under_way_when_the_backup_was_made_is_not_made_again(floor: Floor) -> None:
    floor.trigger()
    claim_messages(floor.context, "vendor", Types(other_than=frozenset()), 8)
    floor.clock.advance(MINUTE)
    hold.mark_restored(floor.context, "ana")
    hold.release_sending(floor.context, "ana")
    floor.work()

    assert [bool(sent.lines) for sent in floor.vendor.sent] == [False]
    with floor.context.database.read() as session:
        sending = select(func.count()).where(MessageRow.state == MessageState.SENDING.value)
        assert session.scalar(sending) == 0


def test_what_is_not_held_cannot_be_released(floor: Floor) -> None:
    with pytest.raises(RefusedError, match="nothing is held"):
        hold.release_sending(floor.context, "ana")
