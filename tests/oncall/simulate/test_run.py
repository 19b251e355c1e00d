"""The simulator tells the same story as the engine, on a clock of its own."""

from __future__ import annotations

from datetime import timedelta

from oncall.domain.commands import Acknowledge, Resolve
from oncall.simulate import Event, simulate
from tests.oncall.domain.cast import MINUTE, NIGHT, directory, patient, person, steps, trigger


def test_story_is_told_in_order_until_somebody_acknowledges() -> None:
    known = directory(patient("ana"), person("bo"), policy=steps("ana", "bo", wait=2 * MINUTE))
    happened = [Event(NIGHT, "a", trigger()), Event(NIGHT + 150 * timedelta(seconds=1), "a", Acknowledge("bo"))]

    told = [(entry["at"][11:19], entry["event"], entry.get("user")) for entry in simulate(happened, known)]

    assert told == [
        ("02:13:00", "triggered", None),
        ("02:13:00", "paged", "ana"),
        ("02:13:00", "attempted", "ana"),
        ("02:14:00", "attempted", "ana"),
        ("02:15:00", "paged", "bo"),
        ("02:15:00", "attempted", "bo"),
        ("02:15:30", "acknowledged", None),
    ]


def test_end_includes_what_happens_at_that_instant() -> None:
    known = directory(policy=steps("ana", "bo"))

    told = [entry["event"] for entry in simulate([Event(NIGHT, "a", trigger())], known, until=NIGHT + 5 * MINUTE)]

    assert told == ["triggered", "paged", "attempted", "paged", "attempted"]


def test_what_falls_due_at_once_for_one_person_goes_out_as_one() -> None:
    known = directory(policy=steps("ana"))
    events = [Event(NIGHT, name, trigger()) for name in ("a", "b")]

    attempted = [entry for entry in simulate(events, known, until=NIGHT) if entry["event"] == "attempted"]

    assert [entry["incident"] for entry in attempted] == ["a", "b"]
    assert len({entry["bundle"] for entry in attempted}) == 1
    assert attempted[0]["bundle"] is not None


def test_trigger_after_a_resolve_opens_anew_and_strangers_are_refused() -> None:
    known = directory(policy=steps("ana"))
    events = [
        Event(NIGHT, "x", Acknowledge("ana")),
        Event(NIGHT, "a", trigger()),
        Event(NIGHT + MINUTE, "a", Resolve("ana")),
        Event(NIGHT + 2 * MINUTE, "a", trigger()),
    ]

    told = [(entry["incident"], entry["event"]) for entry in simulate(events, known, until=NIGHT + 2 * MINUTE)]

    assert told == [
        ("x", "refused"),
        ("a", "triggered"),
        ("a", "paged"),
        ("a", "attempted"),
        ("a", "resolved"),
        ("a", "triggered"),
        ("a", "paged"),
        ("a", "attempted"),
    ]
