"""What a team rehearses is what happens: the engine on PostgreSQL and the simulator tell the same of the same events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncall.domain.commands import (
    Acknowledge,
    ApplyWorkaround,
    AwaitCustomer,
    Confirm,
    CustomerReplied,
    DeEscalate,
    Escalate,
    EscalateForCustomer,
    PersonCommand,
    Reassign,
    Release,
    Repage,
    Resolve,
    SetSeverity,
    Snooze,
    Triage,
    Trigger,
    Update,
)
from oncall.domain.directory import Directory
from oncall.domain.policy import policy_of
from oncall.simulate import Event
from schedules import parse_instant
from tests.oncall.desk import DESK
from tests.oncall.floor import Floor, open_floor
from tests.scenarios.alike import directory_of, lived, simulated

EXAMPLES = Path(__file__).parents[2] / "examples"
METHODS = frozenset({"sms", "voice", "slack", "email", "push", "slack_channel", "webhook"})
SUNDAY, MONDAY = "2026-11-22", "2026-11-23"
MINUTE = timedelta(minutes=1)


@contextmanager
def open_document(url: str, document: str) -> Iterator[Floor]:
    """The service with that configuration; whatever it sends gets through."""
    with open_floor(url, document) as floor:
        floor.vendor.methods = METHODS
        yield floor


@pytest.fixture
def desk(postgres_url: str) -> Iterator[Floor]:
    """A company with a policy, on PostgreSQL, whose messages all get through."""
    with open_document(postgres_url, DESK) as floor:
        yield floor


def at(instant: str, incident: str, command: Trigger | PersonCommand) -> Event:
    return Event(parse_instant(instant), incident, command)


def broken(instant: str, incident: str, severity: str, service: str = "cloud", **more: Any) -> Event:
    return at(instant, incident, Trigger("", service, incident, "it hurts", severity, **more))


NIGHTS = {
    "nobody answers until the fallback is asked": [broken(f"{SUNDAY}T02:13Z", "a", "sev2")],
    "triage runs out while another is triaged": [
        broken(f"{SUNDAY}T02:13Z", "a", "sev1"),
        broken(f"{SUNDAY}T02:14Z", "b", "sev1"),
        at(f"{SUNDAY}T02:15Z", "b", Triage("mia", "sev3")),
        at(f"{SUNDAY}T02:16Z", "a", Acknowledge("mia")),
    ],
    "what came in the night is released together": [
        *(broken(f"{SUNDAY}T0{hour}:13Z", name, "sev3") for hour, name in enumerate("abcdefg", start=1)),
        at(f"{SUNDAY}T09:00Z", "b", Acknowledge("bo")),
        at(f"{SUNDAY}T10:00Z", "c", Resolve("bo")),
        at(f"{SUNDAY}T11:00Z", "d", Release("mia")),
        at(f"{SUNDAY}T12:00Z", "d", Acknowledge("ana")),
        at(f"{SUNDAY}T12:01Z", "d", Resolve("ana")),
        broken(f"{SUNDAY}T13:00Z", "e", "sev2"),
        at(f"{SUNDAY}T13:20Z", "e", Resolve("ana")),
        at(f"{MONDAY}T08:00Z", "f", Acknowledge("ana")),
        at(f"{MONDAY}T08:01Z", "g", Acknowledge("ana")),
    ],
    "limits pass, and management is paged beside": [
        broken(f"{SUNDAY}T02:13Z", "a", "sev2", customer="acme"),
        at(f"{SUNDAY}T02:20Z", "a", AwaitCustomer("ana")),
        at(f"{SUNDAY}T02:50Z", "a", CustomerReplied("ana", {"subscription": "s-1"})),
        at(f"{SUNDAY}T04:00Z", "a", Acknowledge("bo")),
        at(f"{SUNDAY}T05:05Z", "a", Update("bo")),
    ],
    "a customer escalates, and the monitor's resolve waits for the gate": [
        broken(f"{SUNDAY}T02:13Z", "a", "sev2"),
        at(f"{SUNDAY}T02:15Z", "a", EscalateForCustomer("token:portal")),
        at(f"{SUNDAY}T02:16Z", "a", SetSeverity("ana", "sev3")),
        at(f"{SUNDAY}T02:17Z", "a", Resolve("integration:monitor")),
        at(f"{SUNDAY}T02:18Z", "a", Confirm("mia", "plan_accepted")),
        at(f"{SUNDAY}T02:19Z", "a", DeEscalate("mia")),
        at(f"{SUNDAY}T02:20Z", "a", Confirm("mia", "parties_agree")),
        at(f"{SUNDAY}T02:21Z", "a", DeEscalate("mia")),
    ],
    "everything at one instant": [
        broken(f"{MONDAY}T16:55Z", "a", "sev3"),
        broken(f"{MONDAY}T16:55Z", "b", "sev3"),
        broken(f"{MONDAY}T16:55Z", "c", "sev2", service="shop"),
        at(f"{MONDAY}T17:00Z", "a", SetSeverity("ana", "sev2")),
        at(f"{MONDAY}T17:00Z", "c", Escalate("bo")),
    ],
    "an acknowledgement and a snooze run out": [
        broken(f"{SUNDAY}T02:13Z", "a", "sev2"),
        broken(f"{SUNDAY}T02:13Z", "b", "sev2"),
        at(f"{SUNDAY}T02:14Z", "a", Acknowledge("ana")),
        at(f"{SUNDAY}T02:14Z", "b", Snooze("ana", timedelta(hours=2))),
        at(f"{SUNDAY}T03:14Z", "a", ApplyWorkaround("ana")),
        at(f"{SUNDAY}T03:14Z", "b", SetSeverity("ana", "sev1")),
        at(f"{SUNDAY}T03:30Z", "b", Reassign("mia", "bo")),
        at(f"{SUNDAY}T03:31Z", "b", Repage("mia")),
        at(f"{SUNDAY}T03:32Z", "b", Resolve("mia")),
        at(f"{SUNDAY}T04:10Z", "a", Update("ana")),
    ],
    "the same breaks again after it was resolved": [
        broken(f"{SUNDAY}T02:13Z", "a", "sev3"),
        broken(f"{SUNDAY}T02:14Z", "a", "sev2"),
        at(f"{SUNDAY}T02:15Z", "a", Resolve("integration:monitor")),
        broken(f"{SUNDAY}T02:15Z", "a", "sev1"),
    ],
}


@pytest.mark.parametrize("events", NIGHTS.values(), ids=NIGHTS.keys())
def test_night_is_lived_as_it_is_simulated(events: list[Event], desk: Floor) -> None:
    foreseen = simulated(events, directory_of(DESK))

    assert lived(events, desk) == foreseen
    assert any(line["event"] == "attempted" for told in foreseen.values() for line in told)


@st.composite
def nights(draw: st.DrawFn, directory: Directory) -> list[Event]:
    """Up to three incidents, and what people do about them within an hour or two, often at one instant."""
    names = draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True))
    service = {name: draw(st.sampled_from(sorted(directory.services))) for name in names}
    now = draw(st.sampled_from(["2026-11-20T23:40Z", "2026-11-22T05:10Z", "2026-11-23T14:30Z"]).map(parse_instant))
    events = [Event(now, name, draw(_triggers(directory, service[name], name))) for name in names]
    for minutes in draw(st.lists(st.sampled_from([0, 0, 1, 4, 15]), max_size=8)):
        now += minutes * MINUTE
        name = draw(st.sampled_from(names))
        commands = st.one_of(_triggers(directory, service[name], name), _commands(directory, service[name]))
        events.append(Event(now, name, draw(commands)))
    return events


def _triggers(directory: Directory, service: str, name: str) -> st.SearchStrategy[Trigger]:
    policy = policy_of(directory, service)
    severities = st.sampled_from([severity.id for severity in policy.severities])
    customers = st.sampled_from([None, *directory.customers])
    plans = st.sampled_from([None, *policy.plans])
    made = st.tuples(severities, customers, plans)
    return made.map(
        lambda said: Trigger("", service, name, "it hurts", said[0], "body", customer=said[1], plan=said[2])
    )


def _commands(directory: Directory, service: str) -> st.SearchStrategy[PersonCommand]:
    policy, people = policy_of(directory, service), st.sampled_from(sorted(directory.users))
    severities = st.sampled_from([severity.id for severity in policy.severities])
    gate = policy.customer_escalation.gate if policy.customer_escalation is not None else ()
    confirmations = [st.builds(Confirm, people, st.sampled_from(gate))] if gate else []
    return st.one_of(
        st.builds(Acknowledge, people),
        st.builds(Resolve, people | st.just("integration:monitor")),
        st.builds(Escalate, people),
        st.builds(Triage, people, st.none() | severities),
        st.builds(SetSeverity, people, severities),
        st.builds(ApplyWorkaround, people),
        st.builds(Snooze, people, st.sampled_from([10 * MINUTE, 240 * MINUTE])),
        st.builds(Release, people),
        st.builds(Reassign, people, people),
        st.builds(Repage, people),
        st.builds(Update, people),
        st.builds(AwaitCustomer, people),
        st.builds(CustomerReplied, people),
        st.builds(EscalateForCustomer, people),
        st.builds(DeEscalate, people),
        *confirmations,
    )


@pytest.mark.parametrize("document", ["desk", "jumpcloud", "macstadium", "stakater", "xstore"])
def test_whatever_happens_is_lived_as_it_is_simulated(document: str, postgres_url: str) -> None:
    written = DESK if document == "desk" else (EXAMPLES / f"{document}.yaml").read_text(encoding="utf-8")
    directory = directory_of(written)

    with open_document(postgres_url, written) as floor:

        @settings(max_examples=3, suppress_health_check=list(HealthCheck))
        @given(nights(directory))
        def lives_alike(events: list[Event]) -> None:
            assert lived(events, floor) == simulated(events, directory)

        lives_alike()
