"""The story that a simulation tells to people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from oncall.domain.commands import (
    NAMES,
    Acknowledge,
    AddNote,
    AwaitCustomer,
    Command,
    Confirm,
    CustomerReplied,
    DeEscalate,
    EscalateForCustomer,
    Reassign,
    Release,
    Resolve,
    SetSeverity,
    Snooze,
    Triage,
    Trigger,
    Update,
)
from oncall.simulate.event import Event
from oncall.simulate.sayings import severity_name
from oncall.simulate.timeline import Timeline
from tests.oncall.simulate.support import company

SATURDAY_NIGHT = datetime(2026, 2, 28, 9, 13, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PAGES = "rule 1 of standard for sev1, plan basic, incident, in closed hours pages at once"
WAITS = "rule 2 of standard for sev2, plan basic, incident, in closed hours waits for 08:00 of the next working day"


def event(after: timedelta, command: Command, incident: str = "db") -> Event:
    return Event(SATURDAY_NIGHT + after, incident, command)  # type: ignore[arg-type]  # any but the timers'


def down(severity: str = "sev1", **more: object) -> Trigger:
    complete = {"body": "x", "fields": {"host": "db1"}, **more}
    return Trigger("", "cloud", "", "disk full", severity, **complete)  # type: ignore[arg-type]


def told(*events: Event, hours: float = 0.1) -> list[str]:
    """The lines, with their runs of spaces as one."""
    until = SATURDAY_NIGHT + hours * HOUR
    return [" ".join(line.split()) for line in Timeline(company()).told(events, until)]


def test_day_and_times_are_those_of_the_policys_calendar() -> None:
    assert told(event(timedelta(0), down()))[:5] == [
        "Saturday 28 February 2026, America/Denver",
        f"02:13 db Sev 1 on cloud: disk full; {PAGES}; the response is due by 03:13",
        "triage pages Max Weber (on call in managers) by SMS",
        "02:18 db nobody triaged it within 5 minutes",
        "step 1 of engineering pages Bo Lindqvist (on call in engineers) by SMS",
    ]


def test_deferral_is_explained_and_the_next_day_told_under_its_own_date() -> None:
    lines = told(event(timedelta(0), down("sev2")), hours=60)

    assert lines[1:] == [
        "02:13 db Sev 2 on cloud: disk full",
        f"deferred until Mon 2 Mar 08:00: nobody is paged before, as {WAITS}",
        "",
        "Monday 2 March 2026, America/Denver",
        "08:00 db released: the time to which it was deferred has come",
        "step 1 of tickets pages Ana Ruiz (on call in engineers) by Slack",
        "... db and so on until Mon 2 Mar 14:00: 6 more pages to Ana Ruiz",
        "",
        "Still open at the end:",
        "db triggered",
    ]


def test_what_is_only_recorded_says_so() -> None:
    lines = told(event(timedelta(0), down("sev3")))

    assert "is recorded and pages nobody" in lines[1]
    assert lines[2:] == ["", "Still open at the end:", "db triggered"]


def test_later_ways_of_a_page_are_told_when_they_come() -> None:
    monday = timedelta(days=2, hours=8)

    lines = told(event(monday, down()), event(monday + MINUTE, Triage("mia")), hours=60)

    assert "step 1 of engineering pages Ana Ruiz (on call in engineers) by Slack" in lines
    assert any(line.endswith("db by SMS as well: Ana Ruiz") for line in lines)


def test_release_by_hand_names_who_released_it() -> None:
    lines = told(event(timedelta(0), down("sev2")), event(MINUTE, Release("bo")))

    assert "02:14 db released by Bo Lindqvist" in lines


def test_rounds_that_repeat_are_counted_and_what_cannot_be_paged_is_told_once() -> None:
    lines = told(event(timedelta(0), down()), event(10 * HOUR, Acknowledge("bo")), hours=10)

    assert sum("cannot page Cy Okafor: no usable contact method" in line for line in lines) == 1
    (repeated,) = (line for line in lines if "and so on until Sat 28 Feb 12:03" in line)
    assert repeated.endswith(": 38 more pages to Bo Lindqvist")
    assert lines.index(repeated) + 1 == lines.index(
        "12:13 db Bo Lindqvist acknowledges; the next update is due by 12:43"
    )


def test_breach_stands_out() -> None:
    lines = told(event(timedelta(0), down()), hours=1)

    assert "03:03 db SOON: the response is due by 03:13" in lines
    assert "03:13 db BREACH: nobody has responded by 03:13" in lines
    assert "step 1 of management pages Lea Novak (named in the step; the response is late) by SMS" in lines


@pytest.mark.parametrize(
    ("commands", "says"),
    [
        ([Triage("mia", "sev2")], "Mia Sato triages it as Sev 2"),
        ([SetSeverity("mia", "sev2")], "Mia Sato changes it from Sev 1 to Sev 2"),
        ([SetSeverity("mia", "sev9")], "REFUSED to set the severity: severity 'sev9' is not known here"),
        (
            [Triage("mia"), Acknowledge("bo"), SetSeverity("mia", "sev2"), SetSeverity("mia", "sev1")],
            "from Sev 2 to Sev 1; the next update is due by 02:44",
        ),
        ([Triage("mia"), Reassign("bo", "ana")], "Bo Lindqvist passes it on to Ana Ruiz"),
        ([Triage("mia"), Snooze("bo", 2 * HOUR)], "Bo Lindqvist snoozes it until 04:14"),
        ([Triage("mia"), Acknowledge("bo"), Update("bo", "on it")], "gives an update; the next update is due by 02:44"),
        ([AddNote("bo", "look at\nthe disk")], "Bo Lindqvist notes: look at the disk"),
        ([AwaitCustomer("bo")], "Bo Lindqvist waits for the customer: the clocks pause"),
        (
            [AwaitCustomer("bo"), CustomerReplied("bo")],
            "has the customer's answer: the clocks go on; the response is due by",
        ),
        ([EscalateForCustomer("bo")], "Bo Lindqvist escalates it for the customer"),
        ([EscalateForCustomer("bo"), Confirm("bo", "plan_accepted")], "Bo Lindqvist confirms: plan accepted"),
        ([EscalateForCustomer("bo"), DeEscalate("bo")], "REFUSED to end the customer's escalation: not confirmed yet"),
        ([EscalateForCustomer("bo"), Resolve("token:nagios")], "the token nagios asks to resolve it, which waits"),
        ([Resolve("bo")], "Bo Lindqvist resolves it"),
    ],
)
def test_command_is_told_in_words(commands: list[Command], says: str) -> None:
    lines = told(event(timedelta(0), down()), *(event(MINUTE, command) for command in commands), hours=0.02)

    assert any(says in line.replace("\N{REPLACEMENT CHARACTER}", " ") for line in lines), lines


def test_every_line_is_one_line_whatever_a_person_wrote() -> None:
    lines = told(event(timedelta(0), down()), event(MINUTE, AddNote("bo", "a\nb\x1b[31m")), hours=0.02)

    assert all(line.isprintable() for line in lines)


def test_sensitive_incident_keeps_its_title() -> None:
    lines = told(event(timedelta(0), down(sensitive=True)))

    assert "disk full" not in " ".join(lines)
    assert lines[1].startswith("02:13 db Sev 1 on cloud: (sensitive);")


def test_name_that_comes_again_at_the_same_instant_is_told_anew() -> None:
    again = Trigger("", "cloud", "", "disk full again", "sev3")

    lines = told(
        event(timedelta(0), down("sev3")), event(MINUTE, Resolve("bo")), event(MINUTE, again, "db"), hours=0.02
    )

    assert lines[2] == "02:14 db Bo Lindqvist resolves it"
    assert lines[3].startswith("02:14 db Sev 3 on cloud: disk full again; rule 3")


def test_end_says_how_each_open_incident_stands() -> None:
    lines = told(
        event(timedelta(0), down(), "a"),
        event(timedelta(0), down(), "b"),
        event(timedelta(0), down("sev2"), "c"),
        event(timedelta(0), down(), "d"),
        event(MINUTE, Triage("mia"), "a"),
        event(MINUTE, Acknowledge("bo"), "a"),
        event(MINUTE, Resolve("bo"), "d"),
        hours=0.02,
    )

    assert lines[lines.index("Still open at the end:") + 1 :] == [
        "a acknowledged by Bo Lindqvist until Sat 28 Feb 04:14",
        "b being triaged",
        "c deferred until Mon 2 Mar 08:00",
    ]


def test_nothing_is_a_story_too() -> None:
    assert told() == ["Nothing happens."]


def test_severity_of_another_name_is_said_as_it_is() -> None:
    assert [severity_name(each) for each in ("sev1", "critical", "severe")] == ["Sev 1", "critical", "severe"]


def test_refusal_names_every_verb_in_words() -> None:
    lines = told(*(Event(SATURDAY_NIGHT, "x", Resolve("bo")) for _ in NAMES))

    assert lines[1] == "09:13 x REFUSED to resolve: there is no open incident of that name"
