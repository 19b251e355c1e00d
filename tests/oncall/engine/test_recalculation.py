"""After a change of the configuration what hangs on calendars is worked out again, once (docs/semantics.md 4.7)."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from oncall.domain.commands import Trigger
from oncall.domain.incident import State
from oncall.errors import RefusedError
from oncall.operations import act
from oncall.operations.apply import apply_document
from oncall.operations.fire import claim_timers
from oncall.operations.record import Recording
from oncall.store.timers import TimerRow
from tests.oncall.desk import CLOSED_MONDAY, DESK, MONDAY_8
from tests.oncall.floor import MINUTE, SECOND, Floor, open_floor

DAY = timedelta(days=1)


def open_incident(desk: Floor, session: Session, command: Trigger) -> None:
    """Store an incident, in a transaction that is not over yet."""
    recording = Recording(desk.context, session, desk.clock.now())
    recording.open(command)
    recording.store()


def change(desk: Floor, document: str = CLOSED_MONDAY) -> None:
    """Apply a document."""
    apply_document(desk.context, f"version: 1\n{document}", author="test", prune=False, dry_run=False)


def asked_for(desk: Floor) -> list[str]:
    """The incidents that are still to be worked out again."""
    with desk.context.database.read() as session:
        asked = select(TimerRow.incident_id).where(TimerRow.kind == "recalculate").order_by(TimerRow.id)
        return list(session.scalars(asked))


def test_deferred_incident_is_released_by_the_calendar_as_it_now_is(desk: Floor) -> None:
    desk.trigger("question", severity="sev3")
    change(desk)
    assert desk.engine.fire_due() == 1
    assert desk.incident("1").deferred_until == MONDAY_8 + DAY
    desk.clock.set(MONDAY_8)
    desk.pass_time(SECOND)
    assert desk.incident("1").state is State.DEFERRED
    desk.clock.set(MONDAY_8 + DAY)
    desk.engine.fire_due()
    assert desk.events("1").count("released") == 1


def test_clock_counts_by_the_calendar_as_it_now_is(desk: Floor) -> None:
    promised = desk.trigger("question", severity="sev3").respond_by
    assert promised == MONDAY_8 + timedelta(hours=9)
    change(desk)
    desk.engine.fire_due()
    assert desk.incident("1").respond_by == promised + DAY


def test_each_open_incident_that_hangs_on_a_calendar_is_asked_for_once_a_change(desk: Floor) -> None:
    waiting = desk.trigger("question", severity="sev3")
    running = desk.trigger("down", severity="sev2")
    act.resolve(desk.context, desk.trigger("over", severity="sev3").id, "ana")
    act.acknowledge(desk.context, desk.trigger("taken", service="shop").id, "ana")
    change(desk)
    change(desk)
    assert asked_for(desk) == [waiting.id, running.id]
    desk.engine.fire_due()
    assert asked_for(desk) == []


def test_dry_run_asks_for_nothing(desk: Floor) -> None:
    desk.trigger("question", severity="sev3")
    apply_document(desk.context, f"version: 1\n{CLOSED_MONDAY}", author="test", prune=False, dry_run=True)
    assert asked_for(desk) == []


def test_release_that_is_due_before_the_engine_has_recalculated_goes_by_the_new_calendar(desk: Floor) -> None:
    for number in range(60):
        desk.trigger(f"question {number}", severity="sev3")
    desk.clock.set(MONDAY_8 - SECOND)
    change(desk)
    desk.clock.set(MONDAY_8)
    while desk.engine.fire_due():
        continue
    assert {desk.incident(str(number)).deferred_until for number in range(1, 61)} == {MONDAY_8 + DAY}
    assert {desk.events(str(number)).count("released") for number in range(1, 61)} == {0}


def test_change_of_something_else_right_before_the_release_does_not_put_it_off(desk: Floor) -> None:
    desk.trigger("question", severity="sev3")
    desk.clock.set(MONDAY_8 - SECOND)
    change(desk, "users: {new: {name: New}}")
    desk.clock.set(MONDAY_8 + SECOND)
    desk.engine.fire_due()
    assert desk.events("1") == ["triggered", "deferred", "released", "paged"]


def test_change_at_the_very_instant_of_the_release_does_not_put_it_off(desk: Floor) -> None:
    desk.trigger("question", severity="sev3")
    desk.clock.set(MONDAY_8)
    change(desk)
    desk.engine.fire_due()
    assert desk.incident("1").state is State.TRIGGERED


def test_many_recalculations_keep_no_step_waiting(desk: Floor) -> None:
    for number in range(60):
        desk.trigger(f"question {number}", severity="sev3")
    desk.trigger("down", service="shop")
    change(desk)
    desk.clock.advance(5 * MINUTE)
    first, *others = claim_timers(desk.context, "mine", 10)
    assert first.timer.kind == "step"
    assert {one.timer.kind for one in others} == {"recalculate"}


def test_incident_that_opens_while_the_configuration_changes_is_worked_out_again_too(postgres_url: str) -> None:
    with open_floor(postgres_url, DESK) as desk:
        decided, go_on = threading.Event(), threading.Event()

        def open_slowly(session: Session) -> None:
            open_incident(desk, session, Trigger("slow", "cloud", "slow", "question", "sev3"))
            decided.set()
            assert go_on.wait(20)

        with ThreadPoolExecutor(2) as pool:
            opening = pool.submit(desk.context.database.write, open_slowly)
            assert decided.wait(20)
            changing = pool.submit(change, desk)
            let_wait(desk, changing)
            go_on.set()
        opening.result()
        changing.result()
        assert asked_for(desk) == ["slow"]
        desk.engine.fire_due()
        assert desk.incident("slow").deferred_until == MONDAY_8 + DAY


def test_service_whose_incident_opens_while_it_is_being_removed_stays(postgres_url: str) -> None:
    without_shop = DESK.replace("  shop: {escalation_policy: engineering}\n", "")
    with open_floor(postgres_url, DESK) as desk:
        decided, go_on = threading.Event(), threading.Event()

        def open_slowly(session: Session) -> None:
            open_incident(desk, session, Trigger("slow", "shop", "slow", "down"))
            decided.set()
            assert go_on.wait(20)

        with ThreadPoolExecutor(2) as pool:
            opening = pool.submit(desk.context.database.write, open_slowly)
            assert decided.wait(20)
            removing = pool.submit(apply_document, desk.context, without_shop, author="test", prune=True, dry_run=False)
            let_wait(desk, removing)
            go_on.set()
        opening.result()
        with pytest.raises(RefusedError, match=r"services\.shop has an open incident"):
            removing.result()


def let_wait(desk: Floor, doing: Future[Any]) -> None:
    """Return once another transaction waits for a lock, or is done without."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    while not doing.done():
        with desk.context.database.read() as session:
            if session.scalar(waiting):
                return
