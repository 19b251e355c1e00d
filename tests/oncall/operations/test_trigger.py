"""Triggers: one open incident a problem, stored with its pages before anybody is answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from oncall.domain.incident import State
from oncall.errors import InvalidInputError
from oncall.operations import act
from oncall.operations.trigger import TriggerRequest, trigger
from oncall.store.incidents import list_incidents
from tests.oncall.desk import MONDAY_8
from tests.oncall.floor import MINUTE, Floor


def request(**more: object) -> TriggerRequest:
    return TriggerRequest(**{"service": "cloud", "title": "db down", "by": "test", **more})  # type: ignore[arg-type]


def test_trigger_opens_an_incident_and_pages(floor: Floor) -> None:
    done = trigger(
        floor.context, request(dedup_key="db", severity="sev1", fields={"host": "a"}, links=({"href": "x"},))
    )
    assert not done.joined
    assert done.incident == floor.incident("1")
    assert (done.incident.fields, done.incident.links) == ({"host": "a"}, ({"href": "x"},))
    assert floor.events("1") == ["triggered", "paged"]
    assert floor.attempts("1") == {("ana", "sms"): "pending", ("ana", "voice"): "pending"}


def test_same_key_joins_and_pages_nobody(floor: Floor) -> None:
    first = trigger(floor.context, request(dedup_key="db"))
    again = trigger(floor.context, request(dedup_key="db", title="other words"))
    assert (again.joined, again.incident.id) == (True, first.incident.id)
    assert floor.events("1") == ["triggered", "paged", "joined"]


def test_same_key_of_another_service_is_another_problem(floor: Floor) -> None:
    trigger(floor.context, request(dedup_key="db"))
    assert not trigger(floor.context, request(dedup_key="db", service="shop")).joined


def test_key_of_a_resolved_incident_opens_a_new_one(floor: Floor) -> None:
    trigger(floor.context, request(dedup_key="db"))
    act.resolve(floor.context, "1", "ana")
    again = trigger(floor.context, request(dedup_key="db"))
    assert (again.joined, again.incident.number) == (False, 2)


def test_without_a_key_every_trigger_is_its_own(floor: Floor) -> None:
    numbers = [trigger(floor.context, request()).incident.number for _ in range(2)]
    assert numbers == [1, 2]


def test_long_keys_differ_to_their_end(floor: Floor) -> None:
    alike, other = "k" * 5000, "k" * 4999 + "x"
    assert not trigger(floor.context, request(dedup_key=alike)).joined
    assert not trigger(floor.context, request(dedup_key=other)).joined
    assert trigger(floor.context, request(dedup_key=alike)).joined
    assert act.resolve_by_key(floor.context, "cloud", other, "monitor") is not None


def test_unknown_severity_is_taken_as_the_default_with_a_warning(floor: Floor) -> None:
    done = trigger(floor.context, request(severity="apocalypse"))
    assert done.incident.severity == "sev2"
    assert "apocalypse" in done.warnings[0]


def test_unknown_service_is_refused_by_its_field_and_stores_nothing(floor: Floor) -> None:
    with pytest.raises(InvalidInputError) as caught:
        trigger(floor.context, request(service="clod"))
    assert [fault.path for fault in caught.value.faults] == ["service"]
    with floor.context.database.read() as session:
        assert list_incidents(session, floor.context.cipher) == ()


def test_fifty_at_once_open_one_incident(floor: Floor) -> None:
    with ThreadPoolExecutor(50) as pool:
        done = list(pool.map(lambda _: trigger(floor.context, request(dedup_key="db")), range(50)))
    assert [each.joined for each in done].count(False) == 1
    assert len({each.incident.id for each in done}) == 1
    assert floor.events(done[0].incident.id).count("paged") == 1
    assert floor.events(done[0].incident.id).count("joined") == 49


def test_customer_plan_and_ticket_type_reach_the_policy(desk: Floor) -> None:
    sent = request(
        severity="sev2", customer="acme", plan="basic", ticket_type="question", fields={"subscription": "S-1"}
    )
    done = trigger(desk.context, sent)
    assert (done.incident.customer, done.incident.plan, done.incident.ticket_type) == ("acme", "premium", "question")
    assert done.incident.respond_by == desk.clock.now() + 60 * MINUTE
    assert done.warnings == ("plan 'basic' was sent, but premium was agreed with acme",)
    assert done.incident == desk.incident("1")


def test_deferred_incident_says_until_when_and_pages_nobody(desk: Floor) -> None:
    done = trigger(desk.context, request(severity="sev3", fields={"subscription": "S-1"}))
    assert (done.incident.state, done.incident.deferred_until) == (State.DEFERRED, MONDAY_8)
    assert desk.attempts("1") == {}


def test_incident_with_missing_information_is_open_and_marked(desk: Floor) -> None:
    done = trigger(desk.context, request(severity="sev2"))
    assert done.incident.missing == ("subscription",)
    assert done.warnings == ("incomplete: subscription is missing",)
    assert desk.attempts("1") != {}
