"""Who comes on call, what they inherit, and what they are told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.domain.directory import Directory, EscalationPolicy, ScheduleTarget, Urgency, User
from oncall.domain.draft import Notice
from oncall.domain.handover import comers, inherited, next_change, notice
from oncall.domain.incident import Clock, Gate, Incident, Run, State, Wait, Waiting
from oncall.domain.policy import Do, Rule
from oncall.domain.wording import is_short
from schedules import Layer, Override, Rotation, Schedule, Shift, entries, parse_turn
from tests.oncall.domain.cast import MINUTE, directory, patient, person, steps

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LISTING = "https://pager.example.com"


def rotation(*users: str, turn: str = "1 day") -> Schedule:
    """These people in turns that begin at nine."""
    return Schedule("UTC", (Layer("days", Rotation(datetime(2026, 3, 2, 9), "UTC", parse_turn(turn), entries(users))),))  # noqa: DTZ001  a wall time


def names(shifts: tuple[Shift, ...]) -> list[str]:
    return [shift.user for shift in shifts]


def test_whoever_comes_at_the_handoff_has_come_and_who_stays_has_not() -> None:
    assert names(comers(rotation("ana", "bo"), MONDAY, MONDAY + DAY)) == ["bo"]
    assert names(comers(rotation("ana", "ana"), MONDAY, MONDAY + DAY)) == []


def test_nobody_comes_before_the_handoff() -> None:
    assert comers(rotation("ana", "bo"), MONDAY, MONDAY + DAY - MINUTE) == ()


def test_handoff_that_was_looked_at_is_over() -> None:
    assert comers(rotation("ana", "bo"), MONDAY + DAY, MONDAY + DAY + MINUTE) == ()


def test_of_what_an_outage_swallowed_the_present_shift_alone_counts() -> None:
    since, now = MONDAY, MONDAY + 4 * DAY + MINUTE

    assert names(comers(rotation("ana", "bo"), since, now)) == ["ana"]
    assert names(comers(rotation("ana", "bo", "cy"), since, now)) == ["bo"]


def test_outage_of_a_year_is_worked_out_from_its_last_month() -> None:
    assert names(comers(rotation("ana", "bo"), MONDAY - 400 * DAY, MONDAY + 2 * DAY)) == ["ana"]


def test_override_brings_somebody_and_its_end_brings_the_other_back() -> None:
    noon = datetime(2026, 3, 2, 12)  # noqa: DTZ001  a wall time
    known = replace(rotation("ana", "ana"), overrides=(Override(noon, noon + timedelta(hours=2), frozenset({"bo"})),))

    assert names(comers(known, MONDAY, MONDAY + timedelta(hours=3))) == ["bo"]
    assert names(comers(known, MONDAY + timedelta(hours=3), MONDAY + timedelta(hours=5))) == ["ana"]


@pytest.mark.parametrize(
    ("turn", "until"),
    [("1 hour", timedelta(hours=1)), ("1 week", 7 * DAY), ("4 weeks", 28 * DAY), ("1 year", 32 * DAY)],
)
def test_next_change_is_the_next_handoff_or_far_off(turn: str, until: timedelta) -> None:
    known = rotation("ana", "bo", turn="52 weeks" if turn == "1 year" else turn)

    assert next_change(known, MONDAY) == MONDAY + until


def test_schedule_in_which_nothing_changes_is_looked_at_again_in_a_month() -> None:
    assert next_change(rotation("ana"), MONDAY) == MONDAY + 32 * DAY
    assert next_change(Schedule("UTC"), MONDAY) == MONDAY + 32 * DAY


@given(st.integers(0, 3000), st.sampled_from(["7 hours", "1 day", "10 days"]))
def test_nobody_comes_or_goes_before_the_next_change(minutes: int, turn: str) -> None:
    known, now = rotation("ana", "bo", "cy", turn=turn), MONDAY + minutes * MINUTE

    change = next_change(known, now)

    assert known.on_call_at(change - MINUTE / 60) == known.on_call_at(now)
    assert comers(known, now, change - MINUTE / 60) == ()


PAGES_ENGINEERS = EscalationPolicy("engineering", steps("mia", ScheduleTarget("engineers")))
PAGES_MIA = EscalationPolicy("managers", steps("mia"))
DEFERS = Rule(1, Do.DEFER, "engineering")


def company(*people: User) -> Directory:
    """The company of the cast, with two escalation policies."""
    known = directory(*(people or (person("ana"), person("bo"), person("mia"))), policy=steps("mia"))
    return replace(known, escalation_policies={"engineering": PAGES_ENGINEERS, "managers": PAGES_MIA})


def incident(number: int = 12, **changes: object) -> Incident:
    """An incident that pages the engineers and that nobody has taken."""
    usual = Incident(
        id=f"i{number}",
        number=number,
        service="cloud",
        dedup_key=f"k{number}",
        title="database down",
        severity="sev1",
        urgency=Urgency.HIGH,
        state=State.TRIGGERED,
        created_at=MONDAY - timedelta(hours=7),
        run=Run(1, PAGES_ENGINEERS),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]  # names checked by replace()


def told(*incidents: Incident, user: str = "bo", known: Directory | None = None) -> Notice | None:
    """What the one who comes on Monday is told of these."""
    return notice("engineers", Shift(user, MONDAY, MONDAY + DAY), incidents, known or company(), LISTING)


def text(*incidents: Incident) -> str:
    """The words of that."""
    found = told(*incidents)
    assert found is not None
    return found.text


def test_inherited_is_what_pages_the_schedule_by_its_run_or_its_rule() -> None:
    run, rule, other = (
        incident(1),
        incident(2, run=None, rule=DEFERS, state=State.DEFERRED),
        incident(3, run=Run(1, PAGES_MIA), rule=Rule(1, Do.PAGE, "managers")),
    )

    assert inherited("engineers", [other, rule, run], company()) == (run, rule)
    assert inherited("managers", [run, rule, other], company()) == ()


def test_management_run_hands_over_too() -> None:
    beside = incident(run=Run(1, PAGES_MIA), management=(Run(2, PAGES_ENGINEERS),))

    assert inherited("engineers", [beside], company()) == (beside,)


def test_what_is_over_or_only_recorded_is_not_inherited() -> None:
    recorded = incident(run=None, rule=Rule(1, Do.RECORD, "engineering"))

    assert inherited("engineers", [incident(state=State.RESOLVED), recorded], company()) == ()


def test_urgent_ones_that_nobody_has_taken_come_first() -> None:
    taken, low, urgent = (
        incident(1, state=State.ACKNOWLEDGED, acknowledged_by="ana"),
        incident(2, urgency=Urgency.LOW),
        incident(3),
    )

    assert inherited("engineers", [taken, low, urgent], company()) == (urgent, taken, low)


def test_nothing_inherited_is_no_notice() -> None:
    assert told() is None


def test_nobody_is_told_who_cannot_be_reached_or_is_gone() -> None:
    lost = company(replace(person("bo"), contact_methods=()))

    assert told(incident(), known=lost) is None
    assert told(incident(), user="gone") is None


def test_notice_is_one_message_by_the_first_way_of_its_urgency() -> None:
    known = company(patient("bo"))
    high, low = told(incident(), known=known), told(incident(urgency=Urgency.LOW), known=known)

    assert high is not None
    assert low is not None
    assert (high.urgency, [way.type for way in high.attempts]) == (Urgency.HIGH, ["slack"])
    assert (low.urgency, [way.type for way in low.attempts]) == (Urgency.LOW, ["slack"])
    assert high.attempts[0].due_at == MONDAY


@pytest.mark.parametrize("state", [State.ACKNOWLEDGED, State.SNOOZED, State.DEFERRED])
def test_urgent_one_that_somebody_has_or_that_waits_is_no_reason_to_ring(state: State) -> None:
    found = told(incident(state=state))

    assert found is not None
    assert found.urgency is Urgency.LOW


def test_notice_says_of_each_where_it_stands() -> None:
    assert text(
        incident(1),
        incident(2, state=State.ACKNOWLEDGED, acknowledged_by="ana", acknowledged_at=MONDAY - 20 * MINUTE),
        incident(3, state=State.DEFERRED, wait=Wait(Waiting.RELEASE, 1, MONDAY + 10 * DAY)),
        incident(4, state=State.SNOOZED, wait=Wait(Waiting.SNOOZE, 1, MONDAY + 30 * MINUTE)),
        incident(5, state=State.TRIAGE),
    ).splitlines() == [
        "You are on call for engineers now and inherit 5 open incidents:",
        "#1 SEV1 cloud: database down (nobody has it, since Mon 02:00)",
        "#2 SEV1 cloud: database down (stays with Ana since Mon 08:40)",
        "#3 SEV1 cloud: database down (waits until 2026-03-12 09:00)",
        "#4 SEV1 cloud: database down (snoozed until Mon 09:30)",
        "#5 SEV1 cloud: database down (looked at first, since Mon 02:00)",
        LISTING,
    ]


def test_notice_names_an_open_gate_and_the_next_update() -> None:
    clock = Clock("update", 1, MONDAY, timedelta(hours=1), due_at=MONDAY + timedelta(hours=1))

    said = text(incident(state=State.ACKNOWLEDGED, acknowledged_by="bo", gate=Gate("ana", MONDAY, ()), update=clock))

    assert "(stays with you, the customer has escalated it, next update due Mon 10:00)" in said


def test_notice_tells_the_time_of_the_persons_own_zone() -> None:
    known = company(replace(person("bo"), time_zone="America/Denver"))
    found = told(incident(), known=known)

    assert found is not None
    assert "since Sun 19:00" in found.text


def test_of_a_sensitive_incident_nothing_but_the_number_is_told() -> None:
    said = text(incident(title="the merger leaked", service="secret", severity="canary", sensitive=True))

    assert said.splitlines()[1] == "#12 is sensitive: log in to read it"


def test_long_list_is_cut_to_a_message_that_is_read() -> None:
    said = text(*(incident(number, title="x" * 300) for number in range(1, 41)))

    named = said.count("#")
    assert 5 < named < 40
    assert f"and {40 - named} more" in said
    assert is_short(said, "sms")
