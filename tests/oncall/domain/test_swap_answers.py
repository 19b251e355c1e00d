"""What a request can be answered with: by whom, until when, and while the schedule is as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from oncall.domain.absence import Absence
from oncall.domain.directory import Directory, Role
from oncall.domain.double_duty import warnings
from oncall.domain.swap import Move, Swap, SwapState, moves
from oncall.domain.swap_answers import accepted, declined, expired, withdrawn
from oncall.errors import ForbiddenError, RefusedError
from schedules import Span
from tests.oncall.domain.rota import (
    DIRECTORY,
    ENGINEERS,
    NOW,
    OPEN_TO_ALL,
    PEOPLE,
    SWAP,
    after,
    at,
    day,
    override,
    schedule,
)


def test_accepted_swap_makes_two_moves() -> None:
    agreed = accepted(SWAP, "bo", DIRECTORY, NOW)
    assert (agreed.state, agreed.answered_by, agreed.answered_at) == (SwapState.ACCEPTED, "bo", NOW)
    assert moves(agreed, "bo") == (Move("ana", "bo", day(2)), Move("bo", "ana", day(3)))


def test_accepted_cover_makes_one_move() -> None:
    agreed = accepted(OPEN_TO_ALL, "dee", DIRECTORY, NOW)
    assert agreed.taker == "dee"
    assert moves(agreed, "dee") == (Move("ana", "dee", day(2)),)


@pytest.mark.parametrize(
    ("swap", "by", "says"),
    [
        (SWAP, "cy", "bo was asked, and nobody else can accept"),
        (SWAP, "ana", "who asks cannot accept"),
        (OPEN_TO_ALL, "ana", "who asks cannot accept"),
        (OPEN_TO_ALL, "mia", "those who take turns in engineers were asked, and mia is none of them"),
        (SWAP, "token:portal", "bo was asked"),
    ],
)
def test_only_who_was_asked_accepts(swap: Swap, by: str, says: str) -> None:
    with pytest.raises(ForbiddenError, match=says):
        accepted(swap, by, DIRECTORY, NOW)


@pytest.mark.parametrize(
    ("directory", "says"),
    [
        (after(schedule("eli", "bo", "cy", "dee")), "ana is not on call in Mon 2026-03-02 00:00 .* any more, eli is"),
        (after(schedule("ana", "eli", "bo", "dee")), "bo is not on call in Tue 2026-03-03 00:00 .* any more, eli is"),
        (
            after(schedule("ana", "bo", overrides=(override(Span(at(2, 12), at(3)), "cy", "ana"),))),
            "ana is not on call in all of Mon 2026-03-02 00:00 .* any more, cy is",
        ),
        (
            after(schedule("ana", "bo", overrides=(override(day(2), "bo", None), override(day(2), "ana", "bo")))),
            None,
        ),
        (Directory(users=PEOPLE), "the schedule engineers was removed"),
    ],
)
def test_swap_is_accepted_only_while_the_schedule_allows_it(directory: Directory, says: str | None) -> None:
    if says is None:
        assert accepted(SWAP, "bo", directory, NOW).state is SwapState.ACCEPTED
        return
    with pytest.raises(RefusedError, match=says):
        accepted(SWAP, "bo", directory, NOW)


def test_nobody_takes_a_duty_beside_their_own() -> None:
    both = replace(ENGINEERS.layers[0].rotation, users=(frozenset({"ana", "dee"}),))
    shared = replace(ENGINEERS, layers=(replace(ENGINEERS.layers[0], rotation=both),))
    with pytest.raises(RefusedError, match="dee is on call then anyway, Mon 2026-03-02 00:00"):
        accepted(OPEN_TO_ALL, "dee", after(shared), NOW)


def test_under_way_it_is_the_rest_that_counts() -> None:
    late = replace(OPEN_TO_ALL, expires_at=at(3))
    morning = override(Span(at(2), at(2, 12)), "cy", "ana")
    directory = after(schedule("ana", "bo", "cy", "dee", overrides=(morning,)))
    assert accepted(late, "bo", directory, at(2, 12)).taker == "bo"
    with pytest.raises(RefusedError, match="not on call in all of"):
        accepted(late, "bo", directory, at(2, 11))


def test_nobody_accepts_after_it_has_expired() -> None:
    with pytest.raises(RefusedError, match="it is too late: swap 1 has expired"):
        accepted(SWAP, "bo", DIRECTORY, SWAP.expires_at)


Answer = Callable[[Swap], Swap]
ANSWERS: dict[str, Answer] = {
    "accepted": lambda swap: accepted(swap, "bo", DIRECTORY, NOW),
    "declined": lambda swap: declined(swap, "bo", NOW),
    "withdrawn": lambda swap: withdrawn(swap, "ana", Role.RESPONDER, NOW),
    "expired": lambda swap: expired(swap, NOW),
}


@pytest.mark.parametrize("first", ANSWERS)
@pytest.mark.parametrize("second", ["accepted", "declined", "withdrawn"])
def test_first_answer_is_final_and_the_same_again_changes_nothing(first: str, second: str) -> None:
    ended = ANSWERS[first](SWAP)
    if first == second:
        assert ANSWERS[second](ended) is ended
        return
    with pytest.raises(RefusedError, match=f"it is too late: swap 1 (was|has) {first}"):
        ANSWERS[second](ended)


def test_who_comes_second_is_told_who_was_first() -> None:
    taken = accepted(OPEN_TO_ALL, "cy", DIRECTORY, NOW)
    with pytest.raises(RefusedError, match="it is too late: swap 2 was accepted by cy"):
        accepted(taken, "dee", DIRECTORY, NOW)


def test_only_who_was_asked_declines() -> None:
    with pytest.raises(ForbiddenError, match="bo was asked"):
        declined(SWAP, "mia", NOW)


def test_nobody_declines_for_everybody() -> None:
    with pytest.raises(RefusedError, match="nobody declines for the others"):
        declined(OPEN_TO_ALL, "cy", NOW)


def test_manager_withdraws_for_somebody_and_nobody_else_does() -> None:
    assert withdrawn(SWAP, "mia", Role.MANAGER, NOW).answered_by == "mia"
    with pytest.raises(ForbiddenError, match="ana has asked"):
        withdrawn(SWAP, "cy", Role.RESPONDER, NOW)


def test_time_off_and_other_duty_are_warned_of() -> None:
    directory = replace(DIRECTORY, schedules={"engineers": ENGINEERS, "shop": schedule("bo")})
    away = [Absence("bo", Span(at(2, 12), at(9)), "skiing"), Absence("ana", day(2))]
    assert warnings(moves(SWAP, "bo"), "engineers", away, directory) == [
        "bo has time off (skiing): Mon 2026-03-02 12:00 to Tue 2026-03-03 00:00 (UTC)",
        "bo is on call for shop too: Mon 2026-03-02 00:00 to Tue 2026-03-03 00:00 (UTC)",
    ]
