"""What was promised of an incident, and the lists that put first what is late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from oncall.domain.directory import EscalationPolicy, Urgency
from oncall.domain.incident import Cause, Clock, Incident, Run, State, Wait, Waiting
from oncall.domain.policy import Do
from oncall.doors.web.lists import counted, lists
from oncall.doors.web.promises import Promise, Standing, promises, worst

NOW = datetime(2026, 11, 22, 2, 13, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def incident(number: int = 1, state: State = State.TRIGGERED, **more: object) -> Incident:
    plain = Incident(
        id=str(number),
        service="desk",
        dedup_key=str(number),
        title=f"Incident {number}",
        severity="sev1",
        urgency=Urgency.HIGH,
        state=state,
        created_at=NOW,
        number=number,
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # as the test says


def clock(due_in: timedelta | None, name: str = "respond", *, warned: bool = False, breached: bool = False) -> Clock:
    due_at = None if due_in is None else NOW + due_in
    return Clock(name, 1, NOW - timedelta(hours=1), timedelta(hours=4), due_at=due_at, warned=warned, breached=breached)


@pytest.mark.parametrize(
    ("running", "standing"),
    [
        (clock(31 * MINUTE), Standing.FINE),
        (clock(30 * MINUTE), Standing.SOON),
        (clock(90 * MINUTE, warned=True), Standing.SOON),
        (clock(0 * MINUTE), Standing.LATE),
        (clock(-MINUTE, breached=True), Standing.LATE),
        (clock(None), Standing.PAUSED),
    ],
)
def test_standing_of_a_limit(running: Clock, standing: Standing) -> None:
    assert [each.standing for each in promises(incident(respond=running), NOW)] == [standing]


def test_update_that_was_missed_is_late_as_long_as_management_is_told() -> None:
    run = Run(7, EscalationPolicy("management", ()), cause=Cause.BREACH)
    missed = incident(state=State.ACKNOWLEDGED, update=clock(59 * MINUTE, "update"), management=(run,))

    assert worst(missed, NOW) == Promise("update", Standing.LATE, None)
    assert worst(replace(missed, management=()), NOW) is None


def test_worst_is_what_is_late_and_then_what_is_due_first() -> None:
    both = incident(respond=clock(20 * MINUTE), update=clock(-MINUTE, "update"))

    assert worst(both, NOW) == Promise("update", Standing.LATE, NOW - MINUTE)
    assert worst(incident(respond=clock(20 * MINUTE)), NOW) == Promise("respond", Standing.SOON, NOW + 20 * MINUTE)
    assert worst(incident(respond=clock(None)), NOW) is None


def test_lists_come_in_the_order_in_which_they_need_somebody() -> None:
    every = [
        incident(1, State.DEFERRED),
        incident(2, State.SNOOZED),
        incident(3, doing=Do.RECORD),
        incident(4, State.ACKNOWLEDGED),
        incident(5),
        incident(6, State.TRIAGE),
    ]
    found = [(listing.heading, [row.incident.number for row in listing.rows]) for listing in lists(every, NOW)]

    assert found == [
        ("Needs triage", [6]),
        ("Pages now", [5]),
        ("Taken", [4]),
        ("Recorded, pages nobody", [3]),
        ("Snoozed", [2]),
        ("Deferred", [1]),
    ]


def test_list_puts_first_what_is_late_then_what_is_due_soon_then_the_newest() -> None:
    late, soon = clock(-MINUTE, breached=True), clock(10 * MINUTE)
    paging = [
        incident(1),
        incident(2, respond=soon),
        incident(3, respond=late),
        incident(4, respond=clock(20 * MINUTE)),
    ]
    listing = lists([*paging, incident(5)], NOW)

    assert [row.incident.number for row in listing[0].rows] == [3, 2, 4, 5, 1]
    assert counted(listing) == {Standing.LATE: 1, Standing.SOON: 2}


def test_deferred_are_in_the_order_of_their_release() -> None:
    waiting = [
        incident(number, State.DEFERRED, wait=Wait(Waiting.RELEASE, 1, NOW + hours * 60 * MINUTE))
        for number, hours in ((1, 3), (2, 30), (3, 1))
    ]

    rows = lists(waiting, NOW)[0].rows
    assert rows[0].until == NOW + 60 * MINUTE
    assert [row.incident.number for row in rows] == [3, 1, 2]
