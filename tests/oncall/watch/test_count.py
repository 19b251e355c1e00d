"""What came is counted once, whoever counts and however often, and never goes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from oncall.errors import ProviderError
from oncall.operations import settle
from oncall.operations.count import COUNTED_AFTER, bucket_of, count
from oncall.store import measures
from oncall.watch.metrics import metrics
from tests.oncall.floor import MINUTE, SECOND, Floor, open_floor


@pytest.fixture
def company(sqlite_url: str) -> Iterator[Floor]:
    with open_floor(sqlite_url) as floor:
        yield floor


def told(floor: Floor, *names: str) -> list[str]:
    lines = metrics(floor.context).decode().splitlines()
    return [
        line.removeprefix("oncall_") for line in lines if line.startswith(tuple(f"oncall_{name}" for name in names))
    ]


def test_sends_and_incidents_are_counted_once_when_they_are_settled(floor: Floor) -> None:
    count(floor.context)
    floor.trigger()
    floor.clock.advance(2 * SECOND)
    floor.work()
    floor.clock.advance(3 * SECOND)
    settle.receipt(floor.context, floor.vendor.sent[0].id, "delivered", "", "transient")
    floor.clock.advance(COUNTED_AFTER - 10 * SECOND)
    count(floor.context)
    assert told(floor, "sends_total", "incidents_opened_total") == []
    floor.clock.advance(10 * SECOND)
    for _ in range(2):
        count(floor.context)
    assert told(floor, "sends_total", "incidents_opened_total") == [
        'incidents_opened_total{severity="sev1"} 1.0',
        'sends_total{provider="vendor",state="delivered"} 1.0',
    ]
    assert told(floor, "trigger_to_attempt_seconds_sum", "attempt_to_receipt_seconds_sum") == [
        'trigger_to_attempt_seconds_sum{severity="sev1"} 2.0',
        'attempt_to_receipt_seconds_sum{severity="sev1"} 3.0',
    ]
    assert told(floor, 'trigger_to_attempt_seconds_bucket{le="1.0"', 'trigger_to_attempt_seconds_bucket{le="2.5"') == [
        'trigger_to_attempt_seconds_bucket{le="1.0",severity="sev1"} 0.0',
        'trigger_to_attempt_seconds_bucket{le="2.5",severity="sev1"} 1.0',
    ]


def test_what_was_there_before_the_first_count_is_not_counted(company: Floor) -> None:
    company.trigger()
    company.work()
    company.clock.advance(COUNTED_AFTER + SECOND)
    count(company.context)
    count(company.context)
    assert told(company, "sends_total", "incidents_opened_total") == []


def test_more_than_is_counted_at_once_is_counted_in_turns(company: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oncall.operations.count._AT_ONCE", 2)
    count(company.context)
    for service in ("cloud", "watched", "shop"):
        company.trigger(service=service)
    company.work()
    company.pass_time(COUNTED_AFTER)
    count(company.context)
    with company.context.database.read() as session:
        found = measures.counted(session)
    assert found["sends", "vendor|sent", ""] == len(company.vendor.sent) > 2


def test_send_that_is_made_again_is_no_measure_of_how_soon_the_first_was(company: Floor) -> None:
    count(company.context)
    company.vendor.answers.append(ProviderError("busy", permanent=False))
    company.trigger()
    company.work()
    company.pass_time(MINUTE)
    company.pass_time(COUNTED_AFTER)
    count(company.context)
    assert told(company, "sends_total")[0] == 'sends_total{provider="vendor",state="failed"} 1.0'
    assert told(company, "trigger_to_attempt_seconds_count") == [
        'trigger_to_attempt_seconds_count{severity="sev1"} 1.0'
    ]


@pytest.mark.parametrize(("seconds", "end"), [(0.0, "0.01"), (0.01, "0.01"), (0.011, "0.025"), (300.1, "+Inf")])
def test_bucket_holds_its_end(seconds: float, end: str) -> None:
    assert bucket_of(seconds) == end
