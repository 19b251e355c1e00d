"""Everything breaks at once: each page goes out within a minute, and a person's phone rings once in that time (6.6)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pytest

from oncall.domain.bundling import MINUTE
from oncall.domain.commands import Trigger
from oncall.domain.reply import Action
from oncall.domain.wording import MOST_WITH_OWN_CODE
from oncall.operations.reply import ReplyByCode, ReplyOutcome, reply_by_code
from oncall.simulate import Event
from schedules import format_instant, parse_instant
from tests.oncall.floor import ANAS_NUMBER, DOCUMENT, Floor, open_floor
from tests.scenarios.alike import Line, directory_of, lived, simulated

COUNT = 10_000 if "ONCALL_TEST_EXAMPLES" in os.environ else 200
"""How many incidents: as many as one wants to see when the tests soak."""

NIGHT = datetime.fromisoformat("2026-11-22T02:13:00Z")
STORM = [
    Event(NIGHT + MINUTE * number / COUNT, f"disk {number}", Trigger("", "cloud", "", f"disk {number} full", "sev2"))
    for number in range(COUNT)
]
GRAVE = Event(NIGHT + MINUTE / 2 + timedelta(milliseconds=7), "shop", Trigger("", "shop", "", "nobody can pay", "sev1"))
AFTERWARDS = timedelta(minutes=3)

pytestmark = pytest.mark.soak


@pytest.fixture
def floor(postgres_url: str) -> Iterator[Floor]:
    with open_floor(postgres_url) as floor:
        yield floor


def sends(log: Mapping[str, list[Line]], method: str) -> dict[datetime, list[str]]:
    """When messages went out by a way, and what each instant's were about."""
    found: dict[datetime, list[str]] = {}
    for name, lines in log.items():
        for line in lines:
            if line["event"] == "attempted" and line["method"] == method:
                found.setdefault(parse_instant(line["at"]), []).append(name)
    return dict(sorted(found.items()))


def test_phone_rings_once_a_minute_and_at_once_for_what_is_graver() -> None:
    log = simulated([*STORM, GRAVE], directory_of(DOCUMENT), AFTERWARDS)
    for method, after in (("sms", timedelta(0)), ("voice", 2 * MINUTE)):
        told = sends(log, method)
        first, grave, rest = told

        assert [told[first], told[grave]] == [["disk 0"], ["shop"]]
        assert [first, grave, rest] == [NIGHT + after, GRAVE.at + after, NIGHT + after + MINUTE]
        assert sorted(told[rest]) == sorted(event.incident for event in STORM[1:])
    late = {line["waited_since"] for line in log["disk 1"] if line["event"] == "attempted"}
    assert late == {format_instant(STORM[1].at), format_instant(STORM[1].at + 2 * MINUTE)}


def test_service_does_what_the_simulator_says(floor: Floor) -> None:
    # The service takes an instant for each of them: a fifth of the soaking storm is enough.
    storm = [*STORM[:: max(1, COUNT // 2000)], GRAVE]

    assert lived(storm, floor, MINUTE) == simulated(storm, directory_of(DOCUMENT), MINUTE)


def test_one_code_answers_all_that_one_message_told_of(floor: Floor) -> None:
    for number in range(COUNT):
        floor.trigger(f"disk {number} full", severity="sev2")
    floor.delivery.deliver_due()
    (sent,) = floor.vendor.sent
    said = sent.text.splitlines()
    assert said[0] == f"SEV2 cloud: disk 0 full, disk 1 full and {COUNT - 2:,} more ({COUNT:,} in all)"
    assert said[-1] == f"Reply {sent.lines[0].code} to acknowledge all."

    answer = ReplyByCode(ANAS_NUMBER, sent.lines[0].code, Action.ACKNOWLEDGE, "SM1")

    assert reply_by_code(floor.context, answer) == ReplyOutcome(f"{COUNT:,} incidents are acknowledged.", acted=True)
    assert reply_by_code(floor.context, answer).text == f"{COUNT:,} incidents are acknowledged."
    assert floor.incident(str(COUNT)).acknowledged_by == "ana"
    assert floor.events(str(COUNT)) == ["triggered", "paged", "attempted", "acknowledged"]
    floor.pass_time(10 * MINUTE)
    assert floor.vendor.sent == [sent]


def test_few_in_a_message_have_a_code_each_and_are_answered_alone_or_together(floor: Floor) -> None:
    for number in range(MOST_WITH_OWN_CODE):
        floor.trigger(f"disk {number} full", severity="sev2")
    floor.delivery.deliver_due()
    codes = [line.code for line in floor.vendor.sent[0].lines]

    alone = reply_by_code(floor.context, ReplyByCode(ANAS_NUMBER, codes[3], Action.ACKNOWLEDGE, "SM1"))
    states = [floor.incident(str(number)).state for number in (3, 4, 5)]
    together = reply_by_code(floor.context, ReplyByCode(ANAS_NUMBER, codes[0], Action.ACKNOWLEDGE_ALL, "SM2"))

    assert alone.text == "#4 is acknowledged: it is yours now."
    assert states == ["triggered", "acknowledged", "triggered"]
    assert together.text == f"{MOST_WITH_OWN_CODE} incidents are acknowledged."
