"""One request under one key: done once, answered the same."""

from __future__ import annotations

import pytest

from oncall.errors import InvalidInputError, UnavailableError
from oncall.operations.idempotency import KEPT, Answered, abandon, begin, finish
from tests.oncall.floor import MINUTE, SECOND, Floor

ANSWER = Answered(201, '{"id": 1}')


def test_answer_is_given_again(floor: Floor) -> None:
    assert begin(floor.context, "ana", "k", "request") is None
    finish(floor.context, "ana", "k", ANSWER)
    assert begin(floor.context, "ana", "k", "request") == ANSWER


def test_keys_of_others_are_others(floor: Floor) -> None:
    begin(floor.context, "ana", "k", "request")
    finish(floor.context, "ana", "k", ANSWER)
    assert begin(floor.context, "bo", "k", "another request") is None


def test_key_of_another_request_is_refused(floor: Floor) -> None:
    begin(floor.context, "ana", "k", "request")
    with pytest.raises(InvalidInputError, match="Idempotency-Key"):
        begin(floor.context, "ana", "k", "another request")


def test_request_under_way_is_not_begun_again_for_a_minute(floor: Floor) -> None:
    begin(floor.context, "ana", "k", "request")
    floor.clock.advance(MINUTE - SECOND)
    with pytest.raises(UnavailableError):
        begin(floor.context, "ana", "k", "request")
    floor.clock.advance(SECOND)
    assert begin(floor.context, "ana", "k", "request") is None


def test_abandoned_request_is_begun_again_at_once(floor: Floor) -> None:
    begin(floor.context, "ana", "k", "request")
    abandon(floor.context, "ana", "k")
    assert begin(floor.context, "ana", "k", "request") is None


def test_answer_is_forgotten_after_a_day(floor: Floor) -> None:
    begin(floor.context, "ana", "k", "request")
    finish(floor.context, "ana", "k", ANSWER)
    floor.clock.advance(KEPT + SECOND)
    assert begin(floor.context, "ana", "k", "request") is None
