"""Events as lines of JSON: what they become, and what is said of those that are wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oncall.domain.commands import (
    NAMES,
    Acknowledge,
    Classify,
    Confirm,
    CustomerReplied,
    Reassign,
    Snooze,
    Triage,
    Trigger,
    Update,
)
from oncall.errors import InvalidInputError
from oncall.simulate.event import Event
from oncall.simulate.lines import MOST_FAULTS, are_in_order, event_of, events_of
from oncall.simulate.verbs import VERBS

AT = datetime(2026, 3, 3, 2, 13, tzinfo=UTC)
SERVICES = {"cloud": None, "shop": None}


def line(do: str, **more: Any) -> str:
    return json.dumps({"at": "2026-03-03T02:13:00Z", "do": do, "incident": "a", **more})


def faults(*lines: str) -> list[str]:
    with pytest.raises(InvalidInputError) as caught:
        are_in_order(lines, SERVICES)
    return [str(fault) for fault in caught.value.faults]


def test_trigger_has_the_incidents_name_for_its_dedup_key_and_its_title() -> None:
    event = event_of(line("trigger", service="cloud"), SERVICES)

    assert event == Event(AT, "a", Trigger("", "cloud", dedup_key="a", title="a"))


def test_trigger_takes_whatever_a_door_takes() -> None:
    said = {
        "title": "down",
        "severity": "sev1",
        "plan": "premium",
        "ticket_type": "incident",
        "customer": "acme",
        "body": "it is",
        "sensitive": True,
        "fields": {"host": "db1"},
        "by": "integration:nagios",
    }

    event = event_of(line("trigger", service="cloud", **said), SERVICES)

    assert event is not None
    assert event.command == Trigger("", "cloud", "a", **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "command"),
    [
        (line("acknowledge"), Acknowledge("api")),
        (line("acknowledge", by="ana"), Acknowledge("ana")),
        (line("triage", by="mia"), Triage("mia")),
        (line("triage", by="mia", severity="sev2"), Triage("mia", "sev2")),
        (line("classify", by="mia", plan="premium"), Classify("mia", "premium")),
        (line("snooze", by="ana", **{"for": "2h"}), Snooze("ana", timedelta(hours=2))),
        (line("confirm", by="ana", condition="x"), Confirm("ana", "x")),
        (line("reassign", by="ana", to="bo"), Reassign("ana", "bo")),
        (line("update", by="ana"), Update("ana")),
        (
            line("update", by="ana", text="soon", next_by="2026-03-03T05:13:00+01:00"),
            Update("ana", "soon", AT + timedelta(hours=2)),
        ),
        (line("customer_replied", by="ana", fields={"host": "db1"}), CustomerReplied("ana", {"host": "db1"})),
    ],
)
def test_verb_is_a_command(said: str, command: object) -> None:
    event = event_of(said, SERVICES)

    assert event is not None
    assert event.command == command


def test_every_command_of_a_person_has_a_verb() -> None:
    assert {VERBS[name].command for name in NAMES.values()} == set(NAMES)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("[1]", "line 1: is no JSON object"),
        ("{", "line 1: is no JSON"),
        (line("acknowlege"), "line 1: do: unknown verb 'acknowlege'; did you mean 'acknowledge'?"),
        (line("zap"), "line 1: do: unknown verb 'zap'; known: acknowledge, "),
        (line("trigger"), "line 1: service: is missing"),
        (line("trigger", service="clod"), "line 1: service: unknown service 'clod'; did you mean 'cloud'?"),
        (line("trigger", service="cloud", titel="x"), "titel: does not belong to 'trigger'; did you mean 'title'?"),
        (line("trigger", service="cloud", sensitive="yes"), "sensitive: must be true or false, not 'yes'"),
        (line("trigger", service="cloud", fields=[]), "fields: must be an object, not []"),
        (line("trigger", service="cloud", severity=1), "severity: must be a text, not 1"),
        (line("trigger", service="cloud", title="\ud800"), "title: holds half of a character"),
        (line("resolve", severity="sev1"), "severity: does not belong to 'resolve'"),
        (line("set_severity", by="ana"), "severity: is missing"),
        (line("escalate"), "by: is missing"),
        (line("snooze", by="ana", **{"for": "2 business hours"}), "for: '2 business hours' must be elapsed time"),
        (line("snooze", by="ana", **{"for": "0h"}), "for: '0h' is no time at all"),
        (line("resolve", incident=""), "incident: must be a text, not nothing"),
        (line("resolve", at="2026-03-03T02:13:00"), "at: '2026-03-03T02:13:00' is no instant: give it an offset"),
        (line("update", by="ana", next_by="soon"), "next_by: 'soon' is not an instant"),
    ],
)
def test_line_that_is_wrong_is_refused_with_its_field(said: str, fault: str) -> None:
    (found,) = faults(said)
    assert fault in found


def test_all_lines_are_refused_at_once() -> None:
    assert faults(line("resolve"), "", line("triage"), line("zap", at="x")) == [
        "line 3: by: is missing",
        "line 4: at: 'x' is not an instant: write one like 2026-03-18T08:07:00Z or 2026-03-18T02:07:00-06:00",
        f"line 4: do: unknown verb 'zap'; known: {', '.join(sorted(VERBS))}",
    ]


def test_faults_beyond_a_hundred_are_counted() -> None:
    found = faults(*[line("triage")] * (MOST_FAULTS + 7))

    assert len(found) == MOST_FAULTS + 1
    assert found[-1] == "and 7 more faults"


@pytest.mark.parametrize(("minutes", "in_order"), [((0, 1, 1, 5), True), ((0, 2, 1), False), ((), True)])
def test_order_of_time_is_noticed(minutes: tuple[int, ...], *, in_order: bool) -> None:
    lines = [line("resolve", at=f"2026-03-03T02:{minute:02}:00Z") for minute in minutes]

    assert are_in_order(lines, SERVICES) is in_order


def test_blank_lines_are_nothing() -> None:
    assert [event.at for event in events_of(["\n", line("resolve"), "  "], SERVICES)] == [AT]


def test_line_that_turns_out_wrong_while_it_is_read_is_refused_where_it_stands() -> None:
    events = events_of([line("resolve"), line("zap")], SERVICES)

    assert next(events).at == AT
    with pytest.raises(InvalidInputError, match="line 2: do: unknown verb"):
        next(events)
