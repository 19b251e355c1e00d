"""A synthetic page goes the whole way and comes back, nobody sees anything of it, and one that is lost is an alarm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from oncall.delivery.deliver import Delivery
from oncall.domain.itself import ALARMS, CANARY
from oncall.operations import settle
from oncall.operations.beats import Ran
from oncall.operations.webhooks import create_webhook
from oncall.store import holds, incidents
from oncall.store.base import Base
from oncall.store.beats import Beat
from oncall.store.messages import MessageRow
from oncall.watch.canary import LOOKED_FOR, PATIENCE, canary_round
from oncall.watch.status import status
from tests.oncall.floor import MINUTE, SECOND, Floor, open_floor

EVERY = 5 * MINUTE
DAY = timedelta(days=1)


@pytest.fixture
def company(sqlite_url: str) -> Iterator[Floor]:
    with open_floor(sqlite_url) as floor:
        yield floor


def flown(floor: Floor, before: Ran | None = None, address: str | None = None) -> Ran:
    memory = before.memory if before else {}
    return canary_round(floor.context, EVERY, address, Beat("canary", floor.clock.now(), None, None, memory))


def out(floor: Floor, address: str | None = None) -> Ran:
    """Send one, and let everything be done that it takes until its second step has gone out."""
    ran = flown(floor, address=address)
    floor.work()
    floor.pass_time(LOOKED_FOR)
    return ran


def rows(floor: Floor, *besides: str) -> dict[str, int]:
    with floor.context.database.read() as session:
        counted = {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
            if name not in besides
        }
    return {name: count for name, count in counted.items() if count}


def open_ones(floor: Floor, service: str) -> list[str]:
    with floor.context.database.read() as session:
        found = incidents.list_incidents(session, floor.context.cipher, service=service)
    return [str(one.state) for one in found]


def test_synthetic_page_comes_back_by_a_timer_an_own_provider_and_a_receipt(floor: Floor) -> None:
    began = floor.clock.now()
    ran = out(floor)
    assert (ran.next_at, ran.well_at) == (began + LOOKED_FOR, None)
    ran = flown(floor, ran)
    assert (ran.next_at, ran.well_at, ran.memory["took_seconds"]) == (began + EVERY, floor.clock.now(), 5)
    assert open_ones(floor, CANARY) == ["resolved"]
    assert floor.events("1") == [
        "triggered", "paged", "attempted", "paged", "attempted", "delivered", "delivered", "acknowledged", "resolved",
    ]  # fmt: skip
    assert flown(floor, ran).next_at == began + EVERY
    floor.clock.advance(EVERY)
    flown(floor, ran)
    assert open_ones(floor, CANARY) == ["triggered", "resolved"]


def test_nobody_sees_a_synthetic_page(company: Floor) -> None:
    create_webhook(company.context, "https://receiver.example.com/", service=None, wanted=None, by="root")
    flown(company)
    with company.context.database.read() as session:
        assert incidents.list_incidents(session, company.context.cipher) == ()
        assert incidents.list_open(session, company.context.cipher) == ()
        assert session.scalar(select(func.count()).where(MessageRow.type == "webhook_event")) == 0
    found = status(company.context)
    assert (found.open_incidents, found.recent_sends) == ({}, {})


def test_synthetic_page_by_sms_is_back_when_the_vendor_says_so(company: Floor) -> None:
    ran = out(company, "+15005550001")
    assert company.vendor.addresses() == ["+15005550001"]
    assert flown(company, ran).well_at is None
    settle.receipt(company.context, company.vendor.sent[0].id, "delivered", "", "transient")
    assert flown(company, ran).well_at == company.clock.now()


@pytest.mark.parametrize("lost", ["nothing is sent", "no timer fires"])
def test_synthetic_page_that_is_lost_is_an_alarm_until_one_is_back(company: Floor, lost: str) -> None:
    ran = flown(company)
    if lost == "no timer fires":
        company.delivery.deliver_due()
    company.clock.advance(PATIENCE)
    ran = flown(company, ran)
    assert ran.well_at is None
    assert ran.memory["missing"][-1] == "the timer of its second step has not fired"
    assert open_ones(company, ALARMS) == ["triggered"]
    company.clock.advance(EVERY)
    company.work()
    ran = flown(company, ran)
    company.work()
    company.pass_time(LOOKED_FOR)
    assert flown(company, ran).well_at is not None
    assert open_ones(company, ALARMS) == ["resolved"]


def test_nothing_goes_out_while_sending_is_held_and_what_was_out_is_over(company: Floor) -> None:
    ran = flown(company)
    company.clock.advance(PATIENCE)
    company.context.database.write(lambda session: holds.begin(session, company.clock.now(), "root"))
    assert flown(company, ran).memory == ran.memory
    company.clock.advance(EVERY)
    flown(company, ran)
    assert (open_ones(company, CANARY), open_ones(company, ALARMS)) == (["resolved"], [])


def test_old_synthetic_pages_are_removed_with_all_that_is_theirs(floor: Floor) -> None:
    before = rows(floor)
    flown(floor, out(floor))
    first = rows(floor)
    assert first != before
    floor.clock.advance(DAY + SECOND)
    flown(floor, out(floor))
    assert rows(floor) == first


def test_worker_that_looks_again_goes_on_with_what_another_began(company: Floor) -> None:
    other = Delivery(company.context, [company.vendor])
    out(company)
    other.stop()
    assert flown(company, None).well_at == company.clock.now()
