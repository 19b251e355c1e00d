"""Whoever is on call stays so until the next handoff when their rotation is edited by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from oncall.document.anchor import kept_on_call
from oncall.document.calendars import Faults, schedule_of
from oncall.document.times import ScheduleSpec
from schedules import Schedule

WEDNESDAY = datetime(2026, 11, 18, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def spec(*users: object, turn: str = "1 week", start: str = "2026-11-02T09:00", **more: object) -> ScheduleSpec:
    layer = {"start": start, "turn": turn, "users": [*users], **more}
    return ScheduleSpec.model_validate({"time_zone": "UTC", "layers": [layer]})


def edited(before: ScheduleSpec, after: ScheduleSpec, now: datetime = WEDNESDAY) -> Schedule:
    made = schedule_of("desk", kept_on_call(before, after, now), {}, Faults())
    assert made is not None
    return made


def weeks(schedule: Schedule, count: int = 4) -> list[str]:
    """Who is on call now, and after each of the next handoffs of a week."""
    instants = [WEDNESDAY, *(MONDAY + index * WEEK for index in range(count - 1))]
    return ["+".join(sorted(schedule.on_call_at(at))) for at in instants]


BEFORE = spec("ana", "bo", "cy")
"""Cy is on call on Wednesday."""


def test_participant_removed_before_the_active_one_leaves_that_one_on_call() -> None:
    assert weeks(edited(BEFORE, spec("bo", "cy"))) == ["cy", "bo", "cy", "bo"]
    assert weeks(edited(BEFORE, spec("ana", "cy"))) == ["cy", "ana", "cy", "ana"]


def test_active_participant_removed_gives_the_turn_to_the_next_with_the_same_handoff() -> None:
    schedule = edited(BEFORE, spec("ana", "bo"))
    assert weeks(schedule) == ["ana", "bo", "ana", "bo"]
    assert schedule.shifts(WEDNESDAY, MONDAY + DAY)[0].end == MONDAY


def test_last_participant_removed_leaves_a_gap() -> None:
    schedule = edited(spec("ana"), spec())
    assert schedule.on_call_at(WEDNESDAY) == frozenset()


@pytest.mark.parametrize("users", [("dee", "ana", "bo", "cy"), ("ana", "dee", "bo", "cy"), ("ana", "bo", "cy", "dee")])
def test_participant_added_anywhere_changes_nobody_before_the_handoff(users: tuple[str, ...]) -> None:
    found = weeks(edited(BEFORE, spec(*users)), 5)
    at = users.index("cy")
    assert found == [users[(at + index) % 4] for index in range(5)]


def test_shorter_turn_keeps_the_one_on_call_until_the_next_handoff_of_the_new_length() -> None:
    schedule = edited(BEFORE, spec("ana", "bo", "cy", turn="1 day"))
    shifts = schedule.shifts(WEDNESDAY, WEDNESDAY + 3 * DAY)
    assert [shift.user for shift in shifts] == ["cy", "ana", "bo", "cy"]
    assert shifts[0].end == datetime(2026, 11, 19, 9, tzinfo=UTC)


def test_longer_turn_keeps_the_one_on_call() -> None:
    assert edited(spec("ana", "bo", "cy", turn="1 day"), BEFORE).on_call_at(WEDNESDAY) == {"bo"}
    assert spec_on_call(spec("ana", "bo", "cy", turn="1 day")) == {"bo"}


def spec_on_call(one: ScheduleSpec) -> frozenset[str]:
    made = schedule_of("desk", one, {}, Faults())
    assert made is not None
    return made.on_call_at(WEDNESDAY)


def test_one_put_in_the_place_of_the_active_one_takes_over() -> None:
    assert weeks(edited(BEFORE, spec("ana", "bo", "dee"))) == ["dee", "ana", "bo", "dee"]


def test_several_who_take_the_turn_together_are_one_entry() -> None:
    before = spec("ana", "bo", ["cy", "dee"])
    assert weeks(edited(before, spec("bo", ["dee", "cy"]))) == ["cy+dee", "bo", "cy+dee", "bo"]


def test_new_order_goes_on_from_the_one_on_call() -> None:
    assert weeks(edited(BEFORE, spec("cy", "bo", "ana"))) == ["cy", "bo", "ana", "cy"]


def test_monthly_turns_keep_their_day() -> None:
    before = spec("ana", "bo", turn="1 month", start="2026-01-31T09:00")
    after = kept_on_call(before, spec("bo", "ana", "cy", turn="1 month", start="2026-01-31T09:00"), WEDNESDAY)
    assert after.layers[0].start.day == 31
    schedule = edited(before, after)
    assert schedule.on_call_at(WEDNESDAY) == spec_on_call(before)


def test_turns_of_months_that_no_other_start_keeps_have_their_users_in_another_order() -> None:
    before = spec("ana", "bo", "cy", "dee", "eve", turn="3 months", start="2025-01-31T09:00")
    edit = spec("ana", "cy", "dee", "eve", turn="3 months", start="2025-01-31T09:00")
    after = kept_on_call(before, edit, datetime(2026, 10, 17, 7, tzinfo=UTC)).layers[0]
    assert (after.start, after.users) == (edit.layers[0].start, (("eve",), ("ana",), ("cy",), ("dee",)))


@pytest.mark.parametrize(
    "after",
    [
        spec("ana", "bo", start="2026-11-03T09:00"),
        spec("ana", "bo", "cy", end="2026-12-01T00:00"),
        spec("ana", "bo", "cy"),
        spec("dee", "bo", "cy"),
    ],
    ids=["another start", "an end", "nothing", "somebody who is not on call"],
)
def test_edit_that_says_so_itself_or_moves_no_turn_is_left_as_it_is(after: ScheduleSpec) -> None:
    assert kept_on_call(BEFORE, after, WEDNESDAY) == after


def test_rotation_that_is_not_under_way_is_left_as_it_is() -> None:
    late = datetime(2026, 1, 1, tzinfo=UTC)
    assert kept_on_call(BEFORE, spec("bo", "cy"), late) == spec("bo", "cy")


def test_layer_is_found_by_its_name_wherever_it_stands() -> None:
    named = spec("ana", "bo", "cy", name="days")
    moved = spec("bo", "cy", name="days")
    both = moved.model_copy(update={"layers": (*spec("zoe").layers, *moved.layers)})
    after = kept_on_call(named, both, WEDNESDAY)
    assert after.layers[0] == both.layers[0]
    alone = after.model_copy(update={"layers": after.layers[1:]})
    assert spec_on_call(alone) == {"cy"}
