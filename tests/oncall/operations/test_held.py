"""What somebody holds who stands still, suspended within a transaction, keeps nothing else waiting for long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Event
from typing import Any, TypeVar

import pytest
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from oncall.delivery.settler import Settler
from oncall.domain.incident import State
from oncall.domain.reply import Action
from oncall.operations.answer_all import Answer, Answered, answer_all
from oncall.operations.call import Call
from oncall.operations.claim import claim_messages
from oncall.operations.settle import Failed, Sent, settle_all
from oncall.store.incidents import IncidentRow
from oncall.store.messages import MessageRow, Types
from oncall.store.recent_pages import RecentPageRow
from oncall.store.sends import PageSent
from oncall.store.timers import TimerRow
from tests.oncall.desk import DESK
from tests.oncall.floor import MINUTE, SECOND, Floor, open_floor

T = TypeVar("T")

FIRST_WAYS = Types(of=frozenset({"sms", "slack"}))
HOUR = timedelta(hours=1)
LONG = 5.0
"""Seconds for which a transaction waits that nobody else waits for."""


@pytest.fixture
def floor(postgres_url: str) -> Iterator[Floor]:
    """On PostgreSQL alone: SQLite has one lock, which nobody holds for long."""
    with open_floor(postgres_url) as floor:
        floor.trigger("ana's")
        floor.trigger("vic's", service="watched")
        yield floor


def test_outcome_of_a_call_that_somebody_holds_is_recorded_later_and_those_beside_it_now(floor: Floor) -> None:
    calls = claimed(floor)
    made: list[tuple[Call, Sent | Failed]] = [
        (calls["sms"], Failed("busy", "transient")),
        (calls["slack"], Sent("ref")),
    ]

    assert while_held(floor, incident(1), lambda: settle_all(floor.context, made)) == {calls["sms"].id}
    assert floor.attempts("2")["vic", "slack"] == "sent"
    assert floor.attempts("1")["ana", "sms"] == "sending"
    assert settle_all(floor.context, made[:1]) == frozenset()
    assert floor.events("1")[-1] == "attempt_failed"


def test_worker_records_what_somebody_held_once_it_is_free_and_everything_else_before(floor: Floor) -> None:
    calls = claimed(floor)
    settler, ana, vic = Settler(floor.context), Event(), Event()

    def record() -> tuple[bool, bool]:
        settler.take(calls["sms"], Sent("ref"), ana.set)
        settler.take(calls["slack"], Sent("ref"), vic.set)
        return vic.wait(LONG), ana.is_set()

    assert while_held(floor, messages_of("ana"), record) == (True, False)
    assert ana.wait(LONG)
    settler.stop()
    assert floor.attempts("1")["ana", "sms"] == "sent"


def test_page_whose_way_somebody_holds_goes_out_later_and_those_beside_it_now(floor: Floor) -> None:
    claimed(floor)
    floor.pass_time(MINUTE)
    for service in ("shop", "watched"):
        floor.trigger("again", service=service)
    first = while_held(floor, select(RecentPageRow.at).where(RecentPageRow.user_id == "ana"), lambda: claimed(floor))
    assert (list(first), list(claimed(floor))) == (["slack"], ["sms"])


def test_call_of_which_somebody_holds_a_part_goes_out_whole_later_and_those_beside_it_now(floor: Floor) -> None:
    for number in range(3):
        floor.trigger(f"ana's {number}")
    texts = select(MessageRow.id).where(MessageRow.user_id == "ana", MessageRow.type == "sms")
    last = texts.order_by(MessageRow.id.desc()).limit(1)
    assert list(while_held(floor, last, lambda: claimed(floor))) == ["slack"]
    whole = claimed(floor)["sms"]
    assert (len(whole.messages), whole.attempt) == (4, 1)


def test_worker_with_one_sender_claims_what_comes_after_that_which_somebody_holds(floor: Floor) -> None:
    calls = while_held(floor, messages_of("ana"), lambda: claim_messages(floor.context, "vendor", FIRST_WAYS, 1))
    assert [call.user for call in calls] == ["vic"]


def test_timer_that_somebody_keeps_from_being_fired_fires_a_little_later_and_those_beside_it_now(
    postgres_url: str,
) -> None:
    with open_floor(postgres_url, DESK) as desk:
        for service in ("cloud", "shop"):
            desk.trigger(service=service, severity="sev2")
        desk.clock.advance(5 * HOUR)
        first = select(TimerRow.id).join(IncidentRow, IncidentRow.id == TimerRow.incident_id)
        warning = first.where(IncidentRow.number == 1, TimerRow.kind == "warn_respond")

        for _ in range(4):
            while_held(desk, warning, desk.engine.fire_due)
            desk.clock.advance(SECOND)
        assert [desk.events(key).count("paged") for key in "12"] == [1, 2]
        desk.engine.fire_due()
        assert "breached" in desk.events("1")


def test_answer_to_many_is_done_to_all_but_the_one_that_somebody_holds(floor: Floor) -> None:
    told = [PageSent(floor.pages(key)[0].id, floor.incident(key).id, "ana", "sms") for key in "12"]
    answer = Answer(Action.ACKNOWLEDGE_ALL, "ana", "sms")
    answered = while_held(floor, incident(1), lambda: answer_all(floor.context, told, answer))
    assert answered == Answered(1, ("somebody else is at an incident: answer again.",))
    assert [floor.incident(key).state for key in "12"] == [State.TRIGGERED, State.ACKNOWLEDGED]


def claimed(floor: Floor) -> dict[str, Call]:
    """What is due now, by its way."""
    return {call.type: call for call in claim_messages(floor.context, "vendor", FIRST_WAYS, 8)}


def while_held(floor: Floor, rows: Select[Any], do: Callable[[], T]) -> T:
    """What `do` comes to while somebody stands still who has locked these rows."""

    def work(session: Session) -> T:
        session.execute(rows.with_for_update())
        begun = time.monotonic()
        done = do()
        assert time.monotonic() - begun < LONG
        return done

    return floor.context.database.write(work)


def messages_of(user: str) -> Select[Any]:
    """The rows of everything that goes to somebody."""
    return select(MessageRow.id).where(MessageRow.user_id == user)


def incident(number: int) -> Select[Any]:
    """The row of an incident."""
    return select(IncidentRow.id).where(IncidentRow.number == number)
