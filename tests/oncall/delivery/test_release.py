"""What waited for the morning reaches the person on call as one bundle, by each of their ways (docs/semantics.md 4.7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from oncall.engine.timers import Engine
from oncall.operations import act
from oncall.operations.fire import claim_timers, fire
from tests.oncall.floor import MINUTE, SECOND, Floor, open_floor

DOCUMENT = """
version: 1
users:
  ana:
    name: Ana Ruiz
    contact_methods:
      chat: {type: slack, address: U0ANA}
      mobile: {type: sms, address: "+15005550006"}
      phone: {type: voice, address: "+15005550006"}
    notification_rules:
      high: [{after: 0m, via: chat}, {after: 1m, via: mobile}, {after: 3m, via: phone}]
  mia:
    name: Mia Fox
    contact_methods: {mobile: {type: sms, address: "+15005550008"}}
calendars:
  hq: {time_zone: UTC, open: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]}
escalation_policies:
  engineering: {steps: [{notify: [{user: ana}], wait: 5m}, {notify: [{user: mia}], wait: 5m}]}
support_policies:
  standard:
    calendar: hq
    severities: {sev1: {title: Outage}, sev3: {title: Minor}}
    default_severity: sev3
    rules:
      - {when: {severity: [sev1]}, do: page, escalation: engineering}
      - {when: {hours: closed}, do: defer, until: {next_working_day: "08:00"}, escalation: engineering}
      - {when: {}, do: page, escalation: engineering}
services:
  cloud: {support_policy: standard}
"""
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MOMENT = timedelta(milliseconds=40)


@pytest.fixture
def floor(database_url: str) -> Iterator[Floor]:
    """The service in the night of Sunday, with twelve incidents that wait for Monday."""
    with open_floor(database_url, DOCUMENT) as floor:
        for number in range(1, 13):
            floor.trigger(f"disk {number} full", severity="sev3")
        yield floor


def release_one_by_one(floor: Floor) -> None:
    """Monday comes; each timer takes a moment, and senders look for work after each."""
    floor.clock.advance(MONDAY - floor.clock.now())
    for claimed in claim_timers(floor.context, "this worker's", 50):
        assert floor.delivery.deliver_due() == 0
        fire(floor.context, claimed)
        floor.clock.advance(MOMENT)


def carried(floor: Floor) -> list[tuple[str, str | None, int]]:
    """What went out: how, to whom, and for how many incidents."""
    return [(sent.method, sent.user, len(sent.lines)) for sent in floor.vendor.sent]


def test_twelve_that_waited_reach_the_person_as_one_bundle_a_way(floor: Floor) -> None:
    release_one_by_one(floor)
    floor.pass_time(timedelta(0))
    assert carried(floor) == [("slack", "ana", 12)]
    assert [line.title for line in floor.vendor.sent[0].lines] == [f"disk {number} full" for number in range(1, 13)]

    floor.clock.advance(MONDAY + MINUTE - floor.clock.now())
    floor.delivery.deliver_due()
    floor.pass_time(2 * MINUTE + SECOND)
    assert carried(floor)[1:] == [("sms", "ana", 12), ("voice", "ana", 12)]


def test_next_step_is_one_bundle_too(floor: Floor) -> None:
    release_one_by_one(floor)
    floor.clock.advance(MONDAY + 5 * MINUTE - floor.clock.now())
    while (due := floor.clock.now()) < MONDAY + 5 * MINUTE + SECOND:
        floor.work()
        floor.clock.advance(due + MOMENT - floor.clock.now())
    floor.pass_time(SECOND)
    assert [sent for sent in carried(floor) if sent[1] == "mia"] == [("sms", "mia", 12)]


def test_each_of_a_bundle_is_acknowledged_alone(floor: Floor) -> None:
    release_one_by_one(floor)
    floor.pass_time(timedelta(0))
    act.acknowledge(floor.context, "3", "ana")
    floor.pass_time(MINUTE)
    assert carried(floor)[-1] == ("sms", "ana", 11)
    assert 3 not in [line.number for line in floor.vendor.sent[-1].lines]
    assert len({line.code for line in floor.vendor.sent[-1].lines}) == 11


def test_what_pages_at_once_waits_for_no_release(floor: Floor) -> None:
    floor.clock.advance(MONDAY - floor.clock.now())
    claim_timers(floor.context, "of a worker that is busy", 50)
    floor.trigger("database down", severity="sev1")
    floor.delivery.deliver_due()
    assert carried(floor) == [("slack", "ana", 1)]


def test_what_was_released_waits_for_no_step_of_what_pages_at_once(floor: Floor) -> None:
    floor.clock.advance(MONDAY - 5 * MINUTE + SECOND / 2 - floor.clock.now())
    floor.trigger("database down", severity="sev1")
    floor.work()
    floor.pass_time(MONDAY - floor.clock.now())
    assert carried(floor)[-1] == ("slack", "ana", 12)


def test_timer_that_does_not_fire_holds_nothing_up_for_long(floor: Floor) -> None:
    floor.clock.advance(MONDAY - floor.clock.now())
    first, *_ = claim_timers(floor.context, "of a worker that dies", 50)
    fire(floor.context, first)
    floor.clock.advance(2 * SECOND)
    assert floor.delivery.deliver_due() == 0
    floor.clock.advance(SECOND)
    floor.delivery.deliver_due()
    assert carried(floor) == [("slack", "ana", 1)]


def test_release_missed_by_an_outage_is_one_bundle_all_the_same(floor: Floor) -> None:
    floor.clock.advance(MONDAY + timedelta(hours=5) - floor.clock.now())
    assert Engine(floor.context).fire_due() == 12
    floor.pass_time(timedelta(0))
    assert carried(floor) == [("slack", "ana", 12)]
