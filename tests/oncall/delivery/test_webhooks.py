"""Events for other systems: told in order, tried for a day, and never more than was asked for (docs/webhooks.md)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from oncall.delivery.deliver import Delivery
from oncall.domain.commands import AddNote, AwaitCustomer, CustomerReplied, SetSeverity, Update
from oncall.domain.webhooks import DEFAULT_EVENTS, METHOD
from oncall.operations import act
from oncall.operations.again import resend
from oncall.operations.claim import LEASE, claim_messages
from oncall.operations.receivers import WAITS
from oncall.operations.webhooks import enable_webhook, revoke_webhook, rotate_secret
from oncall.operations.webhooks import resend as send_again
from oncall.providers.webhook import Caller, build, page_secret
from oncall.store.messages import Types
from tests.oncall.floor import SECOND, Floor, Vendor, open_floor
from tests.oncall.listening import KEYS, Listening, listen_to
from tests.vendors import run_receiver

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EVENTS = Types(of=frozenset({METHOD}))
PAGED = """
version: 1
escalation_policies: {{hooks: {{steps: [{{notify: [{{webhook: "{}"}}], wait: 5m}}]}}}}
services: {{cloud: {{escalation_policy: hooks}}}}
"""
OWNED = """
version: 1
users: {{ana: {{contact_methods: {{bot: {{type: webhook, address: "{}"}}}}}}}}
escalation_policies: {{hooks: {{steps: [{{notify: [{{user: ana}}], wait: 5m}}]}}}}
services: {{cloud: {{escalation_policy: hooks}}}}
"""


@pytest.fixture
def listening(floor: Floor) -> Iterator[Listening]:
    with listen_to(floor) as listening:
        yield listening


@pytest.fixture
def supported(desk: Floor) -> Iterator[Listening]:
    with listen_to(desk) as listening:
        yield listening


def test_ticket_shows_who_acknowledged_and_who_resolved(listening: Listening) -> None:
    made = listening.subscribe()
    incident = listening.floor.trigger()
    act.acknowledge(listening.context, "1", "bo")
    act.resolve(listening.context, "1", "bo")
    listening.tell()

    got = listening.receiver.received()
    assert [one.said["type"] for one in got] == ["triggered", "acknowledged", "resolved"]
    assert [one.said["incident"]["state"] for one in got] == ["triggered", "acknowledged", "resolved"]
    said = got[1].said
    assert (said["id"], said["at"]) == (got[1].id, "2026-11-22T02:13:00Z")
    assert (said["incident"]["acknowledged_by"], said["incident"]["number"]) == ("bo", 1)
    assert said["incident"]["url"] == "https://pager.example.com/incidents/1"
    assert (said["entry"]["event"], said["entry"]["by"], said["entry"]["incident"]) == (
        "acknowledged",
        "bo",
        incident.id,
    )
    assert all(one.is_signed_with(made.secret) and one.attempt == 1 for one in got)
    places = [one.said["sequence"] for one in got]
    assert places == sorted(set(places))


def test_webhook_is_told_of_its_service_and_its_events_alone(listening: Listening) -> None:
    listening.subscribe(["acknowledged"], name="cloud")
    listening.subscribe(["resolved"], service=None, name="every")
    for number, service in (("1", "cloud"), ("2", "shop")):
        listening.floor.trigger(f"{service} down", service=service)
        act.acknowledge(listening.context, number, "bo")
        act.resolve(listening.context, number, "bo")
    listening.tell()

    assert listening.receiver.types("cloud") == ["acknowledged"]
    told = listening.receiver.received("every")
    assert sorted(one.said["incident"]["service"] for one in told) == ["cloud", "shop"]
    assert listening.receiver.types("every") == ["resolved", "resolved"]


def test_what_happened_before_it_was_asked_for_is_not_told(listening: Listening) -> None:
    listening.floor.trigger()
    listening.subscribe()
    act.acknowledge(listening.context, "1", "bo")
    listening.tell()

    assert listening.receiver.types() == ["acknowledged"]


def test_what_is_missing_is_asked_for_and_what_came_is_told(supported: Listening) -> None:
    supported.subscribe()
    supported.floor.trigger(severity="sev2")
    act.act(supported.context, "1", CustomerReplied("token:tickets", {"subscription": "s-1"}))
    supported.tell()

    got = {one.said["type"]: one.said for one in supported.receiver.received()}
    assert [one for one in supported.receiver.types() if one in {"triggered", "information_required", "completed"}] == [
        "triggered",
        "information_required",
        "completed",
    ]
    assert got["triggered"]["incident"]["missing"] == ["subscription"]
    assert got["information_required"]["incident"]["missing"] == ["subscription"]
    assert got["triggered"]["id"] != got["information_required"]["id"]
    assert got["completed"]["incident"]["missing"] == []


def test_severity_is_told_with_what_was_promised(supported: Listening) -> None:
    supported.subscribe(["severity"])
    supported.floor.trigger(severity="sev3")
    act.act(supported.context, "1", SetSeverity("ana", "sev2"))
    supported.tell()

    (got,) = supported.receiver.received()
    assert (got.said["entry"]["severity"], got.said["entry"]["was"]) == ("sev2", "sev3")
    assert got.said["incident"]["respond_by"] == got.said["entry"]["respond_by"] == "2026-11-22T06:13:00Z"


def test_receiver_that_is_not_well_is_left_alone_and_then_told_in_order(listening: Listening) -> None:
    listening.subscribe()
    listening.receiver.refuse_next(503)
    listening.floor.trigger()
    act.acknowledge(listening.context, "1", "bo")
    assert listening.tell() == 1
    act.resolve(listening.context, "1", "bo")
    assert listening.pass_time(WAITS[0] - SECOND) == 0
    assert listening.pass_time(SECOND) == 3

    got = listening.receiver.received()
    assert [(one.said["type"], one.attempt) for one in got] == [("triggered", 2), ("acknowledged", 1), ("resolved", 1)]
    assert [record.attempts for record in listening.events()] == [1, 1, 2]


def test_lost_answer_is_told_again_under_the_same_id(listening: Listening) -> None:
    listening.subscribe()
    listening.receiver.lose_next()
    listening.floor.trigger()
    listening.tell()
    listening.pass_time(WAITS[0])

    first, again = listening.receiver.received()
    assert (first.id, first.body) == (again.id, again.body)
    assert [first.attempt, again.attempt] == [1, 2]


def test_receiver_may_ask_for_a_longer_wait(listening: Listening) -> None:
    listening.subscribe()
    listening.receiver.refuse_next(429, retry_after=600)
    listening.floor.trigger()
    listening.tell()

    assert listening.pass_time(timedelta(seconds=599)) == 0
    assert listening.pass_time(SECOND) == 1


def test_what_is_refused_waits_by_itself_and_the_others_pass_it(listening: Listening) -> None:
    listening.subscribe()
    listening.receiver.refuse_next(422)
    listening.floor.trigger()
    act.acknowledge(listening.context, "1", "bo")
    listening.tell()
    assert listening.receiver.types() == ["acknowledged"]

    listening.pass_time(WAITS[0])
    assert listening.receiver.types() == ["acknowledged", "triggered"]


def test_dead_receiver_is_tried_ever_more_seldom_for_a_day_then_the_administrators_hear_of_it(
    listening: Listening,
) -> None:
    listening.subscribe()
    listening.receiver.answer_always(500)
    listening.floor.trigger()
    act.resolve(listening.context, "1", "bo")
    assert listening.tell() == 1
    for wait in (*WAITS, *[WAITS[-1]] * 4):
        assert listening.pass_time(wait - SECOND) == 0
        assert listening.pass_time(SECOND) == 1

    calls = listening.receiver.received()
    assert {one.said["type"] for one in calls} == {"triggered"}
    assert [one.attempt for one in calls] == list(range(1, 14))
    assert listening.pass_time(DAY) == 0
    records = listening.events()
    assert [record.state for record in records] == ["failed", "failed"]
    assert (records[-1].status, records[-1].error) == (500, "answered 500 Internal Server Error")
    notices = [sent.text for sent in listening.floor.vendor.sent if sent.user == "root"]
    assert len(notices) == 1
    assert "oncall webhook resend 1" in notices[0]


def test_what_was_given_up_is_sent_again_by_hand(listening: Listening) -> None:
    listening.subscribe(["triggered", "acknowledged"])
    listening.receiver.answer_always(500)
    listening.floor.trigger()
    listening.tell()
    for wait in (*WAITS, *[WAITS[-1]] * 4):
        listening.pass_time(wait)
    assert [record.state for record in listening.events()] == ["failed"]
    listening.receiver.answer_always(200)
    before = len(listening.receiver.received())

    assert send_again(listening.context, 1) == 1
    assert send_again(listening.context, 1) == 0
    listening.tell()

    again = listening.receiver.received()[before:]
    assert [(one.said["type"], one.attempt) for one in again] == [("triggered", 1)]
    assert again[0].id == listening.receiver.received()[0].id
    assert [record.state for record in listening.events()] == ["sent"]


def test_what_arrived_is_sent_again_where_it_is_named(listening: Listening) -> None:
    listening.subscribe(["triggered"])
    listening.floor.trigger()
    listening.tell()
    (record,) = listening.events()

    assert send_again(listening.context, 1) == 0
    assert send_again(listening.context, 1, [record.id, "evt_unknown"]) == 1
    listening.tell()
    assert [one.id for one in listening.receiver.received()] == [record.id, record.id]


def test_success_lets_all_that_was_put_off_go_at_once(listening: Listening) -> None:
    listening.subscribe(["triggered"])
    listening.receiver.answer_always(500)
    listening.floor.trigger()
    for wait in WAITS[:5]:
        listening.tell()
        listening.pass_time(wait)
    listening.floor.trigger("disk full")
    listening.receiver.answer_always(200)
    assert listening.tell() == 0

    enable_webhook(listening.context, 1)

    assert listening.tell() == 2
    assert [record.state for record in listening.events()] == ["sent", "sent"]


def test_receiver_that_is_gone_is_told_nothing_more_and_the_administrators_hear_of_it(listening: Listening) -> None:
    listening.subscribe()
    listening.receiver.refuse_next(410)
    listening.floor.trigger()
    act.acknowledge(listening.context, "1", "bo")
    listening.tell()
    act.resolve(listening.context, "1", "bo")
    assert listening.pass_time(DAY) == 0

    assert listening.receiver.received() == []
    assert [record.state for record in listening.events()] == ["failed", "failed"]
    notices = [sent.text for sent in listening.floor.vendor.sent if sent.user == "root"]
    assert len(notices) == 1
    assert "answered 410 Gone" in notices[0]
    assert listening.receiver.hook() not in notices[0]

    enable_webhook(listening.context, 1)
    listening.floor.trigger("disk full")
    listening.tell()
    assert listening.receiver.types() == ["triggered"]


def test_revoked_webhook_is_not_told_what_waits_for_it(listening: Listening) -> None:
    listening.subscribe()
    listening.floor.trigger()
    revoke_webhook(listening.context, 1)
    act.acknowledge(listening.context, "1", "bo")
    listening.tell()

    assert listening.receiver.received() == []
    assert [record.state for record in listening.events()] == ["void"]


def test_two_secrets_sign_while_the_newer_takes_over(listening: Listening) -> None:
    old = listening.subscribe(["triggered"]).secret
    new = rotate_secret(listening.context, 1, overlap=HOUR)
    listening.floor.trigger()
    listening.tell()
    listening.floor.trigger("later")
    listening.pass_time(HOUR)

    first, later = listening.receiver.received()
    assert first.is_signed_with(old)
    assert first.is_signed_with(new)
    assert not later.is_signed_with(old)
    assert later.is_signed_with(new)


def test_event_of_a_worker_that_died_is_sent_at_once_under_the_same_id(listening: Listening) -> None:
    listening.subscribe(["triggered", "acknowledged"])
    listening.floor.trigger()
    act.acknowledge(listening.context, "1", "bo")
    (lost,) = claim_messages(listening.context, METHOD, EVENTS, 8)
    assert listening.tell() == 0

    listening.pass_time(LEASE)

    got = listening.receiver.received()
    assert [(one.said["type"], one.attempt) for one in got] == [("triggered", 2), ("acknowledged", 1)]
    assert got[0].id == lost.messages[0].id


def test_event_that_was_sent_and_not_recorded_comes_twice_with_one_id(listening: Listening) -> None:
    listening.subscribe(["triggered"])
    listening.floor.trigger()
    (call,) = claim_messages(listening.context, METHOD, EVENTS, 8)
    assert resend(listening.context, call, "sent, then killed") is not None
    listening.pass_time(LEASE)
    listening.pass_time(LEASE)

    assert {one.id for one in listening.receiver.received()} == {call.messages[0].id}
    assert [record.state for record in listening.events()] == ["sent"]


def test_one_event_of_an_incident_goes_at_a_time_and_those_of_others_beside_it(listening: Listening) -> None:
    listening.subscribe(["triggered", "acknowledged", "resolved"])
    for number, title in enumerate(("db down", "disk full"), start=1):
        listening.floor.trigger(title)
        act.acknowledge(listening.context, str(number), "bo")
        act.resolve(listening.context, str(number), "bo")

    first = claim_messages(listening.context, METHOD, EVENTS, 8)
    second = claim_messages(listening.context, METHOD, EVENTS, 8)

    assert len(first) == 2
    assert second == ()


def test_several_workers_tell_each_event_once_and_those_of_an_incident_in_order(listening: Listening) -> None:
    listening.subscribe(["triggered", "noted", "acknowledged", "resolved"])
    for number in range(1, 4):
        listening.floor.trigger(f"disk {number} full")
        for text in ("looking", "found"):
            act.act(listening.context, str(number), AddNote("bo", text))
        act.acknowledge(listening.context, str(number), "bo")
        act.resolve(listening.context, str(number), "bo")

    def work() -> None:
        hooks = build(KEYS, listening.floor.clock, Caller(private=True))
        delivery = Delivery(listening.context, [listening.floor.vendor, *hooks], senders=2)
        while any(record.state in {"pending", "sending"} for record in listening.events()):
            delivery.deliver_due()
        delivery.stop()

    with ThreadPoolExecutor(3) as workers:
        for done in [workers.submit(work) for _ in range(3)]:
            done.result()

    got = listening.receiver.received()
    assert len({one.id for one in got}) == len(got) == 15
    for number in range(1, 4):
        told = [one.said for one in got if one.said["incident"]["number"] == number]
        assert [one["type"] for one in told] == ["triggered", "noted", "noted", "acknowledged", "resolved"]
        assert [one["sequence"] for one in told] == sorted(one["sequence"] for one in told)


def test_slow_receiver_holds_up_no_page(listening: Listening) -> None:
    let_go, paged = threading.Event(), threading.Event()
    listening.subscribe()
    vendor = Vendor(meanwhile=lambda _sent: paged.set())

    class Slow(Caller):
        def post(self, *arguments: object) -> object:  # type: ignore[override]
            let_go.wait(20)
            return super().post(*arguments)  # type: ignore[arg-type]

    hooks = build(KEYS, listening.floor.clock, Slow(private=True))
    delivery = Delivery(listening.context, [vendor, *hooks], senders=1)
    listening.floor.trigger()
    try:
        assert delivery.start_due() == 2
        assert paged.wait(20)
    finally:
        let_go.set()
        delivery.stop()
    assert listening.receiver.types() == ["triggered"]


def test_sensitive_incident_lets_nothing_out_but_that_something_happens(supported: Listening) -> None:
    canary = "xyzzy"
    supported.subscribe(None)
    supported.subscribe([*DEFAULT_EVENTS, "joined", "paged", "attempted", "refused"], service=None, name="all")
    said = {"body": canary, "fields": {canary: canary}, "dedup_key": f"{canary}-1", "links": ({"href": canary},)}
    supported.floor.trigger(canary, severity=f"{canary}?", sensitive=True, plan=canary, **said)
    act.act(supported.context, "1", CustomerReplied("ana", {"subscription": canary}))
    for each in (AddNote("ana", canary), Update("ana", canary), AwaitCustomer("ana", canary)):
        act.act(supported.context, "1", each)
    act.acknowledge(supported.context, "1", "bo")
    supported.tell()
    act.resolve(supported.context, "1", "bo")
    supported.tell()

    got = supported.receiver.received()
    assert {"triggered", "information_required", "completed", "noted", "updated", "acknowledged", "resolved"} <= {
        one.said["type"] for one in got
    }
    assert [one for one in got if canary in f"{one.headers} {one.body.decode()}".lower()] == []
    assert {frozenset(one.said["incident"]) for one in got} == {frozenset({"id", "number", "url", "state"})}
    acknowledged = next(one.said["entry"] for one in got if one.said["type"] == "acknowledged")
    assert acknowledged["by"] == "bo"


def test_page_to_a_webhook_is_tried_again_under_the_same_id(database_url: str) -> None:
    with run_receiver() as receiver, open_floor(database_url, PAGED.format(receiver.hook("pages"))) as floor:
        delivery = Delivery(floor.context, build(KEYS, floor.clock, Caller(private=True)))
        receiver.break_next(503)
        floor.trigger("db down")
        delivery.deliver_due()
        floor.clock.advance(5 * SECOND)
        delivery.deliver_due()
        delivery.stop()

        first, again = receiver.received("pages")
        assert first.id == again.id
        assert (first.said["type"], first.said["user"], first.said["incident"]["title"]) == ("paged", None, "db down")
        assert [first.attempt, again.attempt] == [1, 2]
        assert first.is_signed_with(page_secret(KEYS[0]))
        assert floor.attempts("1") == {(None, "webhook"): "sent"}


def test_page_of_a_sensitive_incident_to_a_webhook_has_its_number_and_no_more(database_url: str) -> None:
    with run_receiver() as receiver, open_floor(database_url, PAGED.format(receiver.hook("pages"))) as floor:
        delivery = Delivery(floor.context, build(KEYS, floor.clock, Caller(private=True)))
        floor.trigger("xyzzy", sensitive=True, body="xyzzy", fields={"xyzzy": "xyzzy"}, dedup_key="xyzzy")
        delivery.deliver_due()
        delivery.stop()

        (got,) = receiver.received("pages")
        assert b"xyzzy" not in got.body
        assert {*got.said["incident"]} == {"id", "number", "state", "url"}


def test_pages_to_a_persons_webhook_go_one_by_one(database_url: str) -> None:
    with run_receiver() as receiver, open_floor(database_url, OWNED.format(receiver.hook("ana"))) as floor:
        delivery = Delivery(floor.context, build(KEYS, floor.clock, Caller(private=True)))
        for number in range(1, 4):
            floor.trigger(f"disk {number} full")
        delivery.deliver_due()
        delivery.stop()

        got = sorted(receiver.received("ana"), key=lambda one: str(one.said["incident"]["number"]))
        assert [one.said["incident"]["number"] for one in got] == [1, 2, 3]
        assert {one.said["user"] for one in got} == {"ana"}
