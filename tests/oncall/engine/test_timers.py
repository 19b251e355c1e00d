"""Timers fire once, whoever fires them, and none keeps the others waiting (docs/semantics.md 5.6, 6.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from oncall.delivery.protocol import Receipt
from oncall.domain.commands import Update
from oncall.domain.incident import Incident
from oncall.engine.loop import next_due
from oncall.engine.timers import Engine
from oncall.errors import UnavailableError
from oncall.operations import act
from oncall.operations.claim import claim_messages
from oncall.operations.fire import LEASE, claim_timers, fire
from oncall.operations.recover import take_over, try_again
from oncall.store.incidents import IncidentRow
from oncall.store.messages import Types
from oncall.store.timers import TimerRow
from tests.oncall.floor import MINUTE, SECOND, Floor, open_context


def timers(floor: Floor) -> list[TimerRow]:
    with floor.context.database.read() as session:
        return list(session.scalars(select(TimerRow).order_by(TimerRow.id)))


def test_step_fires_when_it_is_due_and_not_before(floor: Floor) -> None:
    floor.trigger()
    floor.clock.advance(5 * MINUTE - SECOND)
    assert floor.engine.fire_due() == 0
    floor.clock.advance(SECOND)
    assert floor.engine.fire_due() == 1
    assert [page.user for page in floor.pages("1")] == ["ana", "bo"]
    assert [timer.due_at for timer in timers(floor)] == [floor.clock.now() + 5 * MINUTE]


def test_stale_timer_does_nothing_and_is_gone(floor: Floor) -> None:
    floor.trigger()
    act.acknowledge(floor.context, "1", "ana")
    floor.clock.advance(5 * MINUTE)
    assert floor.engine.fire_due() == 1
    assert floor.events("1") == ["triggered", "paged", "acknowledged"]
    assert timers(floor) == []


def test_many_workers_fire_each_timer_once(floor: Floor, database_url: str) -> None:
    opened = [floor.trigger(f"db {number}") for number in range(30)]
    floor.clock.advance(5 * MINUTE)
    others = [open_context(database_url, floor.clock) for _ in range(3)]
    engines = [floor.engine, *(Engine(other) for other in others)]
    with ThreadPoolExecutor(4) as pool:
        fired = list(pool.map(lambda engine: engine.fire_due(), engines * 3))
    for other in others:
        other.database.dispose()
    assert sum(fired) == 30
    assert {floor.events(incident.id).count("paged") for incident in opened} == {2}


def test_timer_of_a_worker_that_died_is_fired_when_its_lease_is_over(floor: Floor) -> None:
    floor.trigger()
    floor.clock.advance(5 * MINUTE)
    (claimed,) = claim_timers(floor.context, "the dead one's", 10)
    floor.clock.advance(LEASE - SECOND)
    assert floor.engine.fire_due() == 0
    floor.clock.advance(SECOND)
    assert floor.engine.fire_due() == 1
    assert not fire(floor.context, claimed)
    assert floor.events("1").count("paged") == 2


def test_acknowledgement_before_the_fire_keeps_the_next_step_from_being_paged(floor: Floor) -> None:
    floor.trigger()
    floor.clock.advance(5 * MINUTE)
    (claimed,) = claim_timers(floor.context, "mine", 10)
    act.acknowledge(floor.context, "1", "ana")
    assert fire(floor.context, claimed)
    assert floor.events("1") == ["triggered", "paged", "acknowledged"]


def test_bad_timer_is_set_aside_after_three_tries_and_keeps_no_other_waiting(floor: Floor) -> None:
    bad = floor.trigger("bad")
    floor.trigger("good", service="shop")
    write_run(floor, bad, {"nonsense": 1})
    floor.clock.advance(5 * MINUTE)
    assert floor.engine.fire_due() == 1
    assert floor.events("2").count("paged") == 2
    for _ in range(3):
        floor.clock.advance(2 * SECOND)
        assert floor.engine.fire_due() == 0
    (kept,) = (timer for timer in timers(floor) if timer.incident_id == bad.id)
    assert kept.tries == 2
    assert kept.failure is not None
    assert kept.failure.startswith("UnreadableError")


def test_timer_that_was_set_aside_is_fired_by_the_next_worker_once_the_fault_is_mended(floor: Floor) -> None:
    bad = floor.trigger("bad")
    with floor.context.database.read() as session:
        whole = session.scalars(select(IncidentRow.run)).one()
    write_run(floor, bad, {"nonsense": 1})
    floor.clock.advance(5 * MINUTE)
    for _ in range(3):
        floor.engine.fire_due()
        floor.clock.advance(2 * SECOND)
    write_run(floor, bad, whole)
    assert floor.engine.fire_due() == 0
    try_again(floor.context)
    assert floor.engine.fire_due() == 1
    assert [page.user for page in floor.pages("1")] == ["ana", "bo"]


def test_incident_in_a_state_of_a_later_release_is_left_as_it_is_and_keeps_no_other_waiting(floor: Floor) -> None:
    later, known = floor.trigger("of a later release"), floor.trigger("known", service="shop")
    of_it = update(IncidentRow).where(IncidentRow.id == later.id).values(state="unheard_of")
    floor.context.database.write(lambda session: session.execute(of_it))
    before = stored(floor, later)
    for _ in range(4):
        floor.clock.advance(5 * MINUTE)
        floor.engine.fire_due()

    assert floor.events(known.id).count("paged") > 1
    assert stored(floor, later) == before
    (kept,) = (timer for timer in timers(floor) if timer.incident_id == later.id)
    assert "of a later release" in (kept.failure or "")


def stored(floor: Floor, incident: Incident) -> dict[str, object]:
    """What is stored of an incident."""
    with floor.context.database.read() as session:
        row = session.scalars(select(IncidentRow).where(IncidentRow.id == incident.id)).one()
        return {column.key: getattr(row, column.key) for column in IncidentRow.__table__.columns}


def write_run(floor: Floor, incident: Incident, run: dict[str, object] | None) -> None:
    """Write over what is stored of an incident's escalation."""
    written = update(IncidentRow).where(IncidentRow.id == incident.id).values(run=run)
    floor.context.database.write(lambda session: session.execute(written))


@pytest.fixture
def outage(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Let the database answer so many more writes, then no more."""
    write = floor.context.database.write

    def cut_after(writes: int) -> None:
        left = [writes]

        def failing(work: Callable[[object], object]) -> object:
            if not left[0]:
                raise UnavailableError("away")
            left[0] -= 1
            return write(work)

        monkeypatch.setattr(floor.context.database, "write", failing)

    yield cut_after
    monkeypatch.undo()


def test_what_an_outage_kept_from_being_fired_is_fired_as_soon_as_it_is_over(
    floor: Floor, outage: Callable[[int], None]
) -> None:
    for number in range(3):
        floor.trigger(f"db {number}")
    floor.clock.advance(5 * MINUTE)
    outage(1)
    with pytest.raises(UnavailableError):
        floor.engine.fire_due()
    outage(100)
    assert floor.engine.fire_due() == 3
    assert {floor.events(str(number)).count("paged") for number in (1, 2, 3)} == {2}
    assert {timer.tries for timer in timers(floor)} == {0}


def test_only_engine_takes_over_at_once_what_a_killed_one_held(floor: Floor) -> None:
    floor.trigger()
    floor.clock.advance(5 * MINUTE)
    claim_timers(floor.context, "the dead one's", 10)
    claim_messages(floor.context, "vendor", Types(other_than=frozenset()), 8)
    take_over(floor.context)
    assert next_due(floor.context) == floor.clock.now()
    floor.vendor.found.extend([Receipt("found")] * 2)
    floor.work()
    assert floor.events("1").count("paged") == 2
    assert floor.attempts("1")["ana", "sms"] == "sent"


def test_what_is_due_at_one_instant_fires_in_its_order_although_workers_share_it(desk: Floor) -> None:
    desk.trigger("down", severity="sev2")
    act.acknowledge(desk.context, "1", "ana")
    act.act(desk.context, "1", Update("ana", next_by=desk.clock.now() + 120 * MINUTE))
    desk.clock.advance(120 * MINUTE)
    *others, expired = claim_timers(desk.context, "one worker's", 10)
    assert expired.timer.kind == "ack_timeout"
    assert next(one.timer.kind for one in others if one.timer.due_at == desk.clock.now()) == "breach_update"
    assert fire(desk.context, expired)
    assert [fire(desk.context, one) for one in others] == [False] * len(others)
    told = [event for event in desk.events("1") if event in {"breached", "ack_expired"}]
    assert told == ["breached", "ack_expired"]
