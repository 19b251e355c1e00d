"""What waits for one instant is released together, once, in the order in which it came (docs/semantics.md 4.7)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from oncall.domain.commands import Release
from oncall.domain.incident import Attempt, Incident, Page, State
from oncall.engine.timers import Engine
from oncall.operations import act, fire
from oncall.store import pages
from oncall.store.bulk import Bulk
from oncall.store.incidents import IncidentRow
from oncall.store.timers import TimerRow
from tests.oncall.desk import MONDAY_8
from tests.oncall.floor import SECOND, Floor, open_context


def wait_for_monday(desk: Floor, count: int) -> list[Incident]:
    """So many incidents that wait for Monday morning, which has come."""
    deferred = [desk.trigger(f"question {number}", severity="sev3") for number in range(1, count + 1)]
    assert {incident.deferred_until for incident in deferred} == {MONDAY_8}
    desk.clock.set(MONDAY_8)
    return deferred


def released_in_order(desk: Floor) -> list[str]:
    """The incidents whose pages are stored, in the order in which they were."""
    with desk.context.database.read() as session:
        rows = session.scalars(select(TimerRow).where(TimerRow.kind == "step").order_by(TimerRow.id))
        return [row.incident_id for row in rows]


def test_deferred_incident_is_released_when_its_time_comes_and_not_before(desk: Floor) -> None:
    desk.trigger("question", severity="sev3")
    desk.clock.set(MONDAY_8 - SECOND)
    assert desk.engine.fire_due() == 0
    desk.clock.set(MONDAY_8)
    assert desk.engine.fire_due() == 1
    assert desk.events("1") == ["triggered", "deferred", "released", "paged"]


def test_all_releases_of_an_instant_are_fired_at_once_in_the_order_received_and_go_out_as_one(desk: Floor) -> None:
    deferred = wait_for_monday(desk, 60)
    assert desk.engine.fire_due() == 60
    assert released_in_order(desk) == [incident.id for incident in deferred]
    desk.work()
    (sent,) = desk.vendor.sent
    assert [line.number for line in sent.lines] == list(range(1, 61))


def test_releases_of_an_instant_are_stored_in_one_transaction(desk: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    wait_for_monday(desk, 3)
    batch = fire.claim_timers(desk.context, "mine", 1)
    write, transactions = desk.context.database.write, []

    def counted(work: Callable[[Session], object]) -> object:
        transactions.append(work)
        return write(work)

    monkeypatch.setattr(desk.context.database, "write", counted)
    assert len(fire.fire_together(desk.context, batch)) == 3
    assert len(transactions) == 1


def test_claim_of_a_release_is_a_claim_of_all_of_its_instant(desk: Floor) -> None:
    wait_for_monday(desk, 3)
    assert [one.timer.kind for one in fire.claim_timers(desk.context, "mine", 1)] == ["release"] * 3


def test_release_that_fails_keeps_no_other_from_being_fired(desk: Floor) -> None:
    bad = wait_for_monday(desk, 3)[1]
    # Pages that nobody made stand where its first one would, whatever the generation of its run.
    way = Attempt("another's", "mobile", "sms", "+15005550001", desk.clock.now())
    impostors = [Page(f"{bad.id}.{bad.generation + n}.1.ana", 1, "ana", "none", 1, 1, "", (way,)) for n in range(4)]
    bulk = Bulk()
    pages.add(bulk, bad, impostors, desk.clock.now(), desk.context.code_lengths)
    desk.context.database.write(bulk.write)
    assert desk.engine.fire_due() == 2
    assert [desk.incident(key).state for key in "123"] == [State.TRIGGERED, State.DEFERRED, State.TRIGGERED]


def test_damaged_incident_holds_up_no_other_release_and_is_set_aside(desk: Floor) -> None:
    deferred = wait_for_monday(desk, 3)
    spoilt = update(IncidentRow).where(IncidentRow.id == deferred[1].id).values(wait={"nonsense": 1})
    desk.context.database.write(lambda session: session.execute(spoilt))
    assert desk.engine.fire_due() == 2
    assert released_in_order(desk) == [deferred[0].id, deferred[2].id]
    for _ in range(3):
        desk.clock.advance(2 * SECOND)
        assert desk.engine.fire_due() == 0
    with desk.context.database.read() as session:
        kept = session.scalars(select(TimerRow).where(TimerRow.kind == "release")).one()
    assert kept.failure is not None
    assert kept.failure.startswith("UnreadableError")


def test_many_workers_release_each_incident_once(desk: Floor, database_url: str) -> None:
    wait_for_monday(desk, 60)
    others = [open_context(database_url, desk.clock) for _ in range(3)]
    engines = [desk.engine, *(Engine(other) for other in others)]
    with ThreadPoolExecutor(4) as pool:
        fired = list(pool.map(lambda engine: engine.fire_due(), engines * 2))
    for other in others:
        other.database.dispose()
    assert sum(fired) == 60
    assert {desk.events(str(number)).count("released") for number in range(1, 61)} == {1}


def test_release_that_a_dead_worker_held_is_brought_by_the_others_of_its_instant(desk: Floor) -> None:
    wait_for_monday(desk, 2)
    held = fire.claim_timers(desk.context, "the dead one's", 1)
    assert len(fire.fire_together(desk.context, held[:1])) == 2


def test_release_that_an_outage_swallowed_happens_once_on_recovery(desk: Floor) -> None:
    wait_for_monday(desk, 2)
    desk.clock.advance(7200 * SECOND)
    assert desk.engine.fire_due() == 2
    desk.pass_time(SECOND)
    assert [desk.events(key).count("released") for key in "12"] == [1, 1]
    assert [desk.events(key).count("paged") for key in "12"] == [1, 1]


def test_incident_that_somebody_released_before_is_not_released_again(desk: Floor) -> None:
    desk.trigger("question", severity="sev3")
    early = act.act(desk.context, "1", Release("ana"))
    assert (early.state, early.deferred_until) == (State.TRIGGERED, None)
    desk.clock.set(MONDAY_8)
    desk.engine.fire_due()
    assert desk.events("1").count("released") == 1
