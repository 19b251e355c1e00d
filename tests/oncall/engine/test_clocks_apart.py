"""Workers whose clocks differ by seconds: each step pages once, and no wait becomes shorter or longer by more than that."""

from __future__ import annotations

from datetime import timedelta

from oncall.delivery.deliver import Delivery
from oncall.engine.timers import Engine
from tests.clock import FrozenClock
from tests.oncall.floor import MINUTE, SECOND, Floor, open_context

APART = 2 * SECOND
DUE = (0, 2, 5, 10)
"""After how many minutes somebody is called."""

AROUND = range(-3, 4)


def test_workers_two_seconds_apart_page_once_a_step_and_when_it_is_due_by_one_of_them(
    floor: Floor, database_url: str
) -> None:
    begun_at = floor.clock.now()
    clocks = {FrozenClock(): by for by in (APART, -APART, timedelta(0))}
    contexts = [open_context(database_url, clock) for clock in clocks]
    workers = [(Engine(context), Delivery(context, [floor.vendor])) for context in contexts]
    called: list[tuple[timedelta, str]] = []
    floor.vendor.meanwhile = lambda call: called.append((floor.clock.now() - begun_at, call.method))
    floor.trigger()
    for due in DUE:
        for second in AROUND:
            floor.clock.set(begun_at + due * MINUTE + second * SECOND)
            for clock, by in clocks.items():
                clock.set(floor.clock.now() + by)
            for engine, delivery in workers:
                engine.fire_due()
                delivery.deliver_due()
    for context, (_, delivery) in zip(contexts, workers, strict=True):
        delivery.stop()
        context.database.dispose()
    assert [method for _, method in called] == ["sms", "voice", "sms", "sms"]
    assert all(abs(at - due * MINUTE) <= APART for (at, _), due in zip(called, DUE, strict=True)), called
