"""What may be asked: duty that somebody has, of somebody who can take it, in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oncall.domain.directory import Directory
from oncall.domain.swap import SwapState
from oncall.domain.swap_asking import Request, asked_people, new_swap
from oncall.errors import InvalidInputError, NotFoundError
from schedules import Layer, Rotation, Schedule, Span, When, Window, entries, parse_turn, parse_wall
from tests.oncall.domain.rota import (
    COVER,
    DIRECTORY,
    NOW,
    OPEN_TO_ALL,
    PEOPLE,
    SWAP,
    SWAP_OF_DAYS,
    after,
    at,
    day,
    override,
    schedule,
)


def faults(request: Request, directory: Directory = DIRECTORY, now: datetime = NOW) -> list[str]:
    """What is wrong with a request, a line each."""
    with pytest.raises(InvalidInputError) as caught:
        new_swap(request, directory, now)
    return [str(fault) for fault in caught.value.faults]


def test_swap_is_asked_and_expires_when_the_first_of_its_times_starts() -> None:
    assert (SWAP.state, SWAP.give, SWAP.take) == (SwapState.ASKED, day(2), day(3))
    assert SWAP.expires_at == at(2)
    assert asked_people(SWAP, DIRECTORY) == ("bo",)


def test_time_taken_may_come_before_the_time_given() -> None:
    asked = new_swap(replace(SWAP_OF_DAYS, give=day(6), take=day(3)), DIRECTORY, NOW)
    assert asked.expires_at == at(3)


def test_earlier_expiry_may_be_named() -> None:
    asked = new_swap(replace(COVER, expires_at=at(1, 18)), DIRECTORY, NOW)
    assert asked.expires_at == at(1, 18)


@pytest.mark.parametrize(("expires_at", "says"), [(at(1, 12), "is over already"), (at(2, 1), "Mon 2026-03-02 00:00")])
def test_expiry_that_is_over_or_too_late_is_refused(expires_at: datetime, says: str) -> None:
    (fault,) = faults(replace(COVER, expires_at=expires_at))
    assert fault.startswith("expires_at: ")
    assert says in fault


def test_cover_for_all_goes_to_everybody_else_of_the_rotation() -> None:
    assert asked_people(OPEN_TO_ALL, DIRECTORY) == ("bo", "cy", "dee")


def test_cover_for_all_does_not_go_to_those_who_are_on_call_then_anyway() -> None:
    directory = after(Schedule("UTC", (_layer([["ana", "bo"], "cy", "dee"]),)))
    asked = new_swap(COVER, directory, NOW)
    assert asked_people(asked, directory) == ("cy", "dee")


def test_cover_may_be_asked_of_one_who_takes_no_turns() -> None:
    assert new_swap(replace(COVER, asked_of="eli"), DIRECTORY, NOW).taker == "eli"


def test_part_of_a_duty_can_be_given() -> None:
    part = Span(at(2, 9), at(2, 12))
    assert new_swap(replace(COVER, give=part), DIRECTORY, NOW).give == part


def test_time_is_narrowed_to_the_duty_in_it() -> None:
    evening = override(Span(at(2, 15), at(3)), "cy", "ana")
    directory = after(schedule("ana", "bo", "cy", "dee", overrides=(evening,)))
    asked = new_swap(replace(COVER, give=Span(at(2, 13), at(2, 18))), directory, NOW)
    assert asked.give == Span(at(2, 13), at(2, 15))


def test_duty_with_a_break_is_to_be_asked_for_part_by_part() -> None:
    (fault,) = faults(replace(COVER, give=Span(at(2), at(8))))
    assert fault == (
        "give: ana is on call in parts of it only; ask for each of them: Mon 2026-03-02 00:00 to Tue 2026-03-03 00:00"
        " and Fri 2026-03-06 00:00 to Sat 2026-03-07 00:00"
    )


def test_duty_under_way_can_be_given_from_now_on() -> None:
    now = at(2, 10) + timedelta(seconds=30)
    asked = new_swap(COVER, DIRECTORY, now)
    assert (asked.give, asked.expires_at) == (Span(at(2, 10), at(3)), at(3))


def test_all_that_is_wrong_with_the_times_is_named() -> None:
    assert faults(replace(SWAP_OF_DAYS, give=day(4), take=day(5))) == [
        "give: ana is not on call for engineers then: cy",
        "take: bo is not on call for engineers then: dee",
    ]


def test_nobody_takes_what_they_have_anyway() -> None:
    directory = after(Schedule("UTC", (_layer([["ana", "bo"], "bo"]),)))
    (fault,) = faults(SWAP_OF_DAYS, directory)
    assert fault == "give: bo is on call for engineers then anyway: Mon 2026-03-02 00:00 to Tue 2026-03-03 00:00"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"asked_by": "anna"}, "as: there is no user 'anna'; did you mean 'ana'?"),
        ({"asked_of": "boo"}, "asked_of: there is no user 'boo'; did you mean 'bo'?"),
        (
            {"asked_of": "ana"},
            "asked_of: is the one who asks: name somebody else, or nobody to ask everybody for cover",
        ),
        ({"asked_of": "vic"}, "asked_of: vic has the role viewer, and who takes a duty needs the role responder"),
        (
            {"asked_of": None},
            "asked_of: is missing: a time is taken of somebody; leave out take to ask everybody for cover",
        ),
        ({"give": Span(at(3), at(2))}, "give.end: must be after the start"),
        ({"give": Span(at(2), at(2) + timedelta(days=400))}, "give.end: must be at most 366 days after the start"),
        (
            {"give": Span(at(1), at(1, 12))},
            "give.end: is over already: only duty that is still to come can change hands",
        ),
    ],
)
def test_request_that_cannot_be_asked_is_refused(change: dict[str, Any], fault: str) -> None:
    assert faults(replace(SWAP_OF_DAYS, **change)) == [fault]


def test_cover_for_all_is_refused_where_there_is_nobody_else() -> None:
    assert faults(COVER, after(schedule("ana"))) == ["asked_of: is missing: nobody else takes turns in engineers"]


def test_unknown_schedule_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="no schedule 'enginers'; did you mean 'engineers'"):
        new_swap(replace(COVER, schedule="enginers"), DIRECTORY, NOW)


def test_time_that_the_wall_shows_only_as_another_is_refused() -> None:
    layer = _layer(["ana", "bo"], zone="America/Denver", start="2026-10-31T00:00", turn="1 week")
    directory = Directory(users=PEOPLE, schedules={"engineers": Schedule("America/Denver", (layer,))})
    second = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)  # 01:30 on the wall, for the second time
    (fault,) = faults(replace(COVER, give=Span(second, second + timedelta(hours=4))), directory)
    assert fault.startswith("give.start: lies in the hour that comes twice that night")


def test_silent_layer_leaves_nobody_to_give() -> None:
    quiet = When.weekly("UTC", [Window.daily(["fri"], "09:00", "17:00")])
    directory = after(Schedule("UTC", (replace(_layer(["ana", "bo"]), when=quiet),)))
    assert faults(COVER, directory) == ["give: ana is not on call for engineers then: nobody is"]


def _layer(users: list[Any], zone: str = "UTC", start: str = "2026-03-02T00:00", turn: str = "1 day") -> Layer:
    return Layer("days", Rotation(parse_wall(start), zone, parse_turn(turn), entries(users)))
