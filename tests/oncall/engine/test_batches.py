"""What is due is fired together, at the same cost however much it is, and after an outage as if it were now (docs/semantics.md 5.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from oncall.domain.commands import Command
from oncall.domain.incident import Incident
from oncall.domain.transition import Transition
from oncall.operations import act, fire
from oncall.operations.record import Recording
from oncall.store import incidents
from tests.oncall.floor import MINUTE, Floor, open_floor

HOUR = timedelta(hours=1)
MOST_STATEMENTS = 13
"""To claim and fire a batch, however large, the beginning and the end of a transaction among them, and how long it waits for locks."""


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of any database meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def open_incidents(floor: Floor, count: int) -> list[Incident]:
    """So many incidents, whose first pages are sent."""
    opened = [floor.trigger(f"db {number}", service=("cloud", "shop")[number % 2]) for number in range(count)]
    while floor.work():
        continue
    return opened


def test_batch_is_claimed_and_fired_in_no_more_statements_than_a_single_timer(postgres_url: str) -> None:
    asked = []
    with open_floor(postgres_url) as floor:
        for count in (1, 20):
            opened = open_incidents(floor, count)
            floor.clock.advance(5 * MINUTE)
            with statements() as these:
                assert floor.engine.fire_due() == count
            asked.append(len(these))
            for incident in opened:
                act.resolve(floor.context, incident.id, "ana")
            floor.pass_time(5 * MINUTE)

    assert max(asked) <= MOST_STATEMENTS


def test_incident_at_which_somebody_is_working_keeps_no_other_timer_waiting(postgres_url: str) -> None:
    with open_floor(postgres_url) as floor:
        first, second = open_incidents(floor, 2)
        floor.clock.advance(5 * MINUTE)

        def work(session: object) -> int:
            incidents.lock(session, floor.context.cipher, first.id)  # type: ignore[arg-type]  # whatever `write` hands over
            return floor.engine.fire_due()

        assert floor.context.database.write(work) == 1
        assert [floor.events(one.id).count("paged") for one in (first, second)] == [1, 2]
        assert floor.engine.fire_due() == 1
        assert floor.events(first.id).count("paged") == 2


def test_fault_in_one_timer_of_a_batch_fires_all_the_others(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_incidents(floor, 5)
    floor.clock.advance(5 * MINUTE)
    bad = opened[2].id

    class Faulty(Recording):
        def carry_out(self, incident: Incident, command: Command) -> Transition:
            if incident.id == bad:
                raise KeyError("a fault of ours")
            return super().carry_out(incident, command)

    monkeypatch.setattr(fire, "Recording", Faulty)

    assert floor.engine.fire_due() == 4
    assert [floor.events(one.id).count("paged") for one in opened] == [2, 2, 1, 2, 2]


def test_after_an_outage_of_an_hour_everybody_is_paged_once_for_what_is_current(floor: Floor) -> None:
    opened = open_incidents(floor, 10)
    told = len(floor.vendor.sent)
    floor.clock.advance(HOUR)

    while floor.engine.fire_due():
        continue
    floor.delivery.deliver_due()

    assert {floor.events(one.id).count("paged") for one in opened} == {2}
    assert Counter(line.number for sent in floor.vendor.sent[told:] for line in sent.lines if sent.user == "ana") == {
        one.number: 1 for one in opened
    }


def test_after_an_outage_the_next_step_comes_when_it_would_have_come_without(floor: Floor) -> None:
    (incident,) = open_incidents(floor, 1)
    floor.clock.advance(HOUR + MINUTE)
    floor.engine.fire_due()

    assert floor.events(incident.id).count("missed") == 1
    floor.clock.advance(4 * MINUTE - timedelta(seconds=1))
    assert floor.engine.fire_due() == 0
    floor.clock.advance(timedelta(seconds=1))
    assert floor.engine.fire_due() == 1
