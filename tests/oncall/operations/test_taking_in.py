"""Many triggers at once: what one costs is fixed, none is stored twice or lost, and none suffers for another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Engine, event, text, update
from sqlalchemy.orm import Session

from oncall.errors import InvalidInputError, UnknownKeyError, UnreadableError
from oncall.operations.integrations import create_integration, find_integration, revoke_integration
from oncall.operations.resolve_all import resolve_all_by_key
from oncall.operations.trigger import MOST_AT_ONCE, TriggerRequest, trigger, trigger_all
from oncall.operations.webhooks import create_webhook
from oncall.store.incidents import IncidentRow, is_open, list_incidents, lock
from tests.oncall.floor import ANAS_NUMBER, Floor, open_context, open_floor

ONE = ["BEGIN", "SELECT pg_advisory", "WITH found", "WITH opened", "COMMIT"]
"""What one trigger asks of PostgreSQL, in two ways there and back."""


def request(key: str, service: str = "cloud", **more: object) -> TriggerRequest:
    return TriggerRequest(**{"service": service, "title": "db down", "by": "test", "dedup_key": key, **more})  # type: ignore[arg-type]


@pytest.fixture
def postgres_floor(postgres_url: str) -> Iterator[Floor]:
    with open_floor(postgres_url) as floor:
        # So that none is drawn twice, which costs more and happens once in many.
        floor.context.code_lengths.learn([ANAS_NUMBER], 12)
        trigger(floor.context, request("the first"))
        yield floor


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note every statement."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def begins(seen: list[str], expected: list[str]) -> bool:
    return len(seen) == len(expected) and all(map(str.startswith, seen, expected))


def test_trigger_costs_five_statements_the_first_as_the_hundredth(postgres_floor: Floor) -> None:
    for count in range(100):
        with statements() as seen:
            trigger(postgres_floor.context, request(f"key {count}"))
        assert begins(seen, ONE), seen


def test_trigger_that_joins_costs_as_much(postgres_floor: Floor) -> None:
    with statements() as seen:
        assert trigger(postgres_floor.context, request("the first")).joined
    assert begins(seen, [*ONE[:3], "WITH saved", ONE[4]])


def test_many_alerts_at_once_cost_hardly_more_than_one(postgres_floor: Floor) -> None:
    with statements() as seen:
        done = trigger_all(postgres_floor.context, [request(f"key {count}") for count in range(MOST_AT_ONCE)])
    assert [each.incident.number for each in done] == list(range(2, MOST_AT_ONCE + 2))
    # The commit comes by itself, after a look at the codes that were drawn and at who is to be told.
    assert begins(seen, ["BEGIN", "SET LOCAL lock_timeout", *ONE[1:4], "SELECT webhooks", "COMMIT"]), seen


class StiffDoorbell:
    """A bell that lets go of whoever rings it first only when it is told to."""

    def __init__(self) -> None:
        self.is_rung, self.may_go = threading.Event(), threading.Event()

    def ring(self) -> None:
        self.is_rung.set()
        assert self.may_go.wait(10)


def test_notifications_of_one_alert_each_that_come_at_the_same_time_are_stored_together(postgres_floor: Floor) -> None:
    doorbell = StiffDoorbell()
    context = replace(postgres_floor.context, doorbell=doorbell)
    with statements() as seen, ThreadPoolExecutor() as threads:
        threads.submit(trigger, context, request("under way"))
        assert doorbell.is_rung.wait(10)
        both = [threads.submit(trigger_all, context, [request(f"key {count}")]) for count in range(2)]
        while len(context.triggers) < len(both):
            wait(both, timeout=0.001)
        doorbell.may_go.set()
        opened = [future.result() for future in both]

    assert sorted(each.incident.number for [each] in opened) == [3, 4]
    assert [statement[:11] for statement in seen].count("WITH opened") == 2


def test_same_key_from_fifty_threads_of_two_processes_is_one_incident(floor: Floor, database_url: str) -> None:
    other = open_context(database_url, floor.clock)
    start = threading.Barrier(50)

    def send(number: int) -> bool:
        start.wait(20)
        return trigger((floor.context, other)[number % 2], request("db")).joined

    with ThreadPoolExecutor(50) as pool:
        joined = list(pool.map(send, range(50)))
    other.database.dispose()
    assert sorted(joined) == [False, *[True] * 49]
    assert floor.events("1").count("joined") == 49
    assert floor.events("1").count("paged") == 1


def test_same_key_twice_in_one_batch_joins_itself(floor: Floor) -> None:
    first, second = trigger_all(floor.context, [request("db"), request("db")])
    assert (first.joined, second.joined) == (False, True)
    assert floor.events("1") == ["triggered", "paged", "joined"]


def test_one_that_fails_keeps_none_of_its_batch_from_being_stored(floor: Floor) -> None:
    trigger(floor.context, request("damaged"))
    floor.context.database.write(lambda session: session.execute(update(IncidentRow).values(run={"nonsense": 1})))
    with pytest.raises(UnreadableError):
        trigger_all(floor.context, [request("a"), request("damaged"), request("b")])
    with floor.context.database.read() as session:
        found = list_incidents(session, floor.context.cipher, limit=2)
    assert {incident.dedup_key for incident in found} == {"a", "b"}


def test_incident_that_another_holds_holds_up_none_that_came_with_it(postgres_floor: Floor) -> None:
    context, held, go_on = postgres_floor.context, threading.Event(), threading.Event()

    def hold(session: Session) -> None:
        lock(session, context.cipher, "1")
        held.set()
        assert go_on.wait(20)

    def is_stored() -> bool:
        with context.database.read() as session:
            return is_open(session, "cloud", "other")

    with ThreadPoolExecutor(2) as pool:
        holding = pool.submit(context.database.write, hold)
        assert held.wait(20)
        asked = pool.submit(trigger_all, context, [request("other"), request("the first")])
        assert any(is_stored() for _ in range(5000))
        assert not asked.done()
        go_on.set()
    holding.result()
    assert [each.joined for each in asked.result()] == [False, True]


def test_one_for_an_unknown_service_is_refused_and_the_others_stored(floor: Floor) -> None:
    with pytest.raises(InvalidInputError, match="there is no service 'nowhere'"):
        trigger_all(floor.context, [request("a"), request("b", "nowhere"), request("c")])
    assert [floor.incident(number).dedup_key for number in "12"] == ["a", "c"]


def test_key_that_was_revoked_meanwhile_opens_nothing(floor: Floor) -> None:
    made = create_integration(floor.context, "cloud", "pagerduty")
    known = find_integration(floor.context, "pagerduty", made.key)
    assert known is not None
    assert not trigger(floor.context, request("a", integration=known.id)).joined
    revoke_integration(floor.context, known.id)
    with pytest.raises(UnknownKeyError):
        trigger(floor.context, request("b", integration=known.id))


def test_webhooks_are_told_of_each_of_a_batch_in_order(floor: Floor) -> None:
    create_webhook(floor.context, "https://93.184.216.34/", service=None, wanted=["triggered", "joined"], by="test")
    trigger_all(floor.context, [request("a"), request("b"), request("a")])
    with floor.context.database.read() as session:
        told = session.execute(text("SELECT text FROM messages WHERE kind = 'webhook' ORDER BY id")).scalars().all()
    assert sum('"number": 1' in each for each in told) == 2
    assert sum('"number": 2' in each for each in told) == 1


def test_many_are_resolved_at_once_and_what_is_not_open_is_left_alone(floor: Floor) -> None:
    trigger_all(floor.context, [request(key) for key in "abc"])
    resolve_all_by_key(floor.context, "cloud", ["c", "unknown", "a", "a"], by="monitor", via="test")
    assert [floor.incident(number).state.value for number in "123"] == ["resolved", "triggered", "resolved"]
    assert floor.events("1") == ["triggered", "paged", "resolved"]
    assert set(floor.attempts("3").values()) == {"void"}


def test_damaged_incident_keeps_no_other_from_being_resolved(floor: Floor) -> None:
    trigger_all(floor.context, [request(key) for key in "ab"])
    spoilt = update(IncidentRow).where(IncidentRow.dedup_key == "b").values(run={"nonsense": 1})
    floor.context.database.write(lambda session: session.execute(spoilt))
    with pytest.raises(UnreadableError):
        resolve_all_by_key(floor.context, "cloud", ["b", "a"], by="monitor", via="test")
    assert floor.incident("1").state.value == "resolved"


def test_statements_that_the_driver_let_go_of_are_prepared_again(postgres_floor: Floor) -> None:
    postgres_floor.context.database.write(lambda session: session.execute(text("DEALLOCATE ALL")))
    assert trigger(postgres_floor.context, request("the first")).joined
