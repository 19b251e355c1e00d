"""What a page costs in statements: the same for one as for twenty together."""

from __future__ import annotations

import sys

import pytest

from oncall.operations.claim import claim_messages
from oncall.operations.settle import Sent, settle_all
from oncall.store.messages import Types
from tests.oncall.engine.test_batches import statements
from tests.oncall.floor import open_floor
from tests.oncall.operations.test_claim import hire

ALL = Types(other_than=frozenset())
CLAIM, RECORD = 4, 2


def test_claim_and_record_cost_as_many_statements_for_twenty_pages_as_for_one(
    postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cost = []
    with open_floor(postgres_url) as floor:
        hire(floor, 21)
        for people in ([0], range(1, 21)):
            for number in people:
                floor.trigger(f"db {number}", service=f"s{number}")
            with statements() as of_claim:
                calls = claim_messages(floor.context, "vendor", ALL, 40)
            with statements() as of_record:
                settle_all(floor.context, [(call, Sent("ref")) for call in calls])
            cost.append((len(calls), count(of_claim), count(of_record)))
    with capsys.disabled():
        sys.stdout.write(
            f"\none page: {CLAIM} statements to claim it, {RECORD} to record it; twenty together: the same\n"
        )
    assert cost == [(1, CLAIM, RECORD), (20, CLAIM, RECORD)]


def count(asked: list[str]) -> int:
    """How many of them are no beginning or end of a transaction, and not how long it waits for locks."""
    return len([statement for statement in asked if statement.split()[0] not in {"BEGIN", "SET", "COMMIT"}])
