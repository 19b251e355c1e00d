"""What the simulator keeps, and in which order it does what is due at one instant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from oncall.domain.commands import Acknowledge, AddNote, Resolve, Trigger
from oncall.simulate import Event, World, happenings, in_order, simulate
from tests.oncall.domain.cast import MINUTE, NIGHT, directory, patient, steps, trigger

HOUR = timedelta(hours=1)


def one_after_the_other(count: int) -> Iterator[Event]:
    """Incidents a minute apart, each acknowledged and resolved before the next."""
    for number in range(count):
        at = NIGHT + number * MINUTE
        yield Event(at, f"i{number}", trigger())
        yield Event(at + MINUTE / 4, f"i{number}", Acknowledge("ana"))
        yield Event(at + MINUTE / 2, f"i{number}", Resolve("ana"))


def most_kept(count: int) -> int:
    """The most that a world held at any time while it went through that many incidents."""
    world = World(directory(patient("ana"), policy=steps("ana", wait=24 * HOUR)), remembered=10)
    most = 0
    for _ in happenings(world, one_after_the_other(count)):
        most = max(most, world.kept)
    return most


def test_memory_does_not_grow_with_incidents_that_are_over() -> None:
    assert most_kept(800) == most_kept(400) < 150


def test_events_are_read_no_earlier_than_they_happen() -> None:
    read: list[datetime] = []

    def events() -> Iterator[Event]:
        for event in one_after_the_other(3):
            read.append(event.at)
            yield event

    log = simulate(events(), directory(policy=steps("ana")))

    assert next(log)["event"] == "triggered"
    assert read == [NIGHT]


def test_events_after_the_end_are_not_read() -> None:
    rest = iter(one_after_the_other(4))

    list(simulate(rest, directory(policy=steps("ana")), until=NIGHT + MINUTE))

    assert len(list(rest)) == 7


def test_events_out_of_order_are_a_mistake_of_the_caller() -> None:
    events = list(one_after_the_other(2))

    with pytest.raises(ValueError, match="comes after one at 2026-03-03T02:14:30Z"):
        list(simulate(reversed(events), directory(policy=steps("ana"))))
    assert in_order(reversed(events)) == events


def test_command_for_an_incident_that_is_over_is_still_answered_by_the_rules() -> None:
    events = [
        Event(NIGHT, "a", trigger()),
        Event(NIGHT, "a", Resolve("ana")),
        Event(NIGHT, "a", Acknowledge("bo")),
        Event(NIGHT, "a", AddNote("ana", "it was the disk")),
    ]

    told = list(simulate(events, directory(policy=steps("ana"))))

    assert [entry["event"] for entry in told[-2:]] == ["refused", "noted"]
    assert told[-2]["because"] == "it was resolved by ana"


def test_incident_of_the_same_name_at_another_service_is_another() -> None:
    known = directory(policy=steps("ana"))
    known = replace(known, services={**known.services, "shop": known.services["cloud"]})
    there = trigger()
    here = Trigger(id="", service="shop", dedup_key="", title="slow")
    events = [Event(NIGHT, "a", there), Event(NIGHT, "a", here), Event(NIGHT, "a", there), Event(NIGHT, "a", here)]

    told = [entry["event"] for entry in simulate(events, known, until=NIGHT)]

    assert [event for event in told if event != "attempted"] == ["triggered", "paged"] * 2 + ["joined"] * 2


def test_many_go_out_as_one_in_the_order_in_which_the_incidents_came() -> None:
    names = [f"i{number}" for number in range(250)]
    events = [Event(NIGHT, name, trigger()) for name in names]

    log = list(simulate(events, directory(policy=steps("ana", wait=HOUR)), until=NIGHT))
    sent = [(entry["incident"], entry["bundle"]) for entry in log if entry["event"] == "attempted"]

    assert sent == [(name, "bundle-1") for name in names]


def test_page_waits_until_the_minute_of_the_one_before_is_over() -> None:
    events = [Event(NIGHT + seconds * MINUTE / 60, f"at {seconds}", trigger()) for seconds in (0, 20, 40)]

    log = list(simulate(events, directory(policy=steps("ana", wait=HOUR)), until=NIGHT + 2 * MINUTE))
    sent = [(entry["at"][11:19], entry["incident"], entry["bundle"]) for entry in log if entry["event"] == "attempted"]

    assert sent == [("02:13:00", "at 0", None), ("02:14:00", "at 20", "bundle-1"), ("02:14:00", "at 40", "bundle-1")]


def test_page_that_waits_is_not_sent_once_somebody_has_acknowledged() -> None:
    events = [
        Event(NIGHT, "a", trigger()),
        Event(NIGHT + MINUTE / 3, "b", trigger()),
        Event(NIGHT + MINUTE / 2, "b", Acknowledge("bo")),
    ]

    log = list(simulate(events, directory(policy=steps("ana", wait=HOUR)), until=NIGHT + 2 * MINUTE))

    assert [entry["incident"] for entry in log if entry["event"] == "attempted"] == ["a"]
