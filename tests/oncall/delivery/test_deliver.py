"""Calls to vendors: side by side, recorded whatever happens, found out about after a crash (docs/semantics.md 6)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from oncall.delivery.deliver import Delivery
from oncall.delivery.protocol import NotFound, Outgoing, Receipt
from oncall.errors import AddressError, ProviderError, UnavailableError
from oncall.operations import act
from oncall.operations.again import LOOK_AGAIN
from oncall.operations.claim import LEASE, claim_messages
from oncall.operations.settle import Sent, settle
from oncall.store.database import Database
from oncall.store.messages import Types
from tests.oncall.floor import ANAS_NUMBER, BOS_NUMBER, MINUTE, ROOTS_NUMBER, SECOND, Floor, Vendor

ALL = Types(other_than=frozenset())
T = TypeVar("T")


def test_page_goes_out_with_everything_that_answers_it(floor: Floor) -> None:
    incident = floor.trigger("db down")
    floor.work()
    (sms,) = floor.vendor.sent
    (line,) = sms.lines
    assert (sms.method, sms.address, sms.user, sms.attempt) == ("sms", ANAS_NUMBER, "ana", 1)
    assert (line.number, line.title, line.may_resolve) == (incident.number, "db down", False)
    assert f"Reply {line.code} to acknowledge" in sms.text
    assert line.url == f"https://pager.example.com/incidents/{incident.number}"
    assert floor.attempts("1") == {("ana", "sms"): "sent", ("ana", "voice"): "pending"}


class Unheard(Database):
    """A database whose word that something was stored is lost, where that is asked for."""

    is_cut = False

    def write(self, work: Callable[[Session], T]) -> T:
        """Store it, and then say that nobody knows."""
        done = super().write(work)
        if self.is_cut:
            raise UnavailableError("the database does not answer")
        return done


def test_page_for_many_leads_to_those_of_which_that_person_was_paged(floor: Floor) -> None:
    for number in range(13):
        floor.trigger(f"db {number} down")
    floor.work()
    (sms,) = floor.vendor.sent
    assert sms.listing == "https://pager.example.com/?paged=ana"
    assert sms.listing in sms.text.splitlines()


def test_page_whose_claim_was_stored_unheard_is_not_late(floor: Floor, database_url: str) -> None:
    floor.trigger()
    database = Unheard(database_url)
    worker = Delivery(replace(floor.context, database=database), [floor.vendor])
    database.is_cut = True
    with pytest.raises(UnavailableError):
        worker.deliver_due()
    database.is_cut = False
    floor.vendor.found.append(NotFound.ABSENT)
    worker.deliver_due()
    worker.stop()
    database.dispose()
    assert floor.vendor.addresses() == [ANAS_NUMBER]


def test_sensitive_incident_lets_nothing_out_but_its_number(floor: Floor) -> None:
    floor.trigger("the merger leaked", body="all of it", sensitive=True)
    floor.work()
    (sms,) = floor.vendor.sent
    assert "merger" not in sms.text
    assert sms.lines[0].title is None
    assert "#1" in sms.text


def test_due_messages_to_one_person_go_out_as_one(floor: Floor) -> None:
    floor.trigger("db down")
    floor.trigger("disk full")
    floor.work()
    (sms,) = floor.vendor.sent
    assert [line.title for line in sms.lines] == ["db down", "disk full"]
    bundles = [entry.details["bundle"] for key in "12" for entry in floor.log(key) if entry.event == "attempted"]
    assert bundles == [sms.id, sms.id]


def test_next_rule_comes_after_its_wait(floor: Floor) -> None:
    floor.trigger()
    floor.work()
    floor.pass_time(MINUTE)
    assert [sent.method for sent in floor.vendor.sent] == ["sms"]
    floor.pass_time(MINUTE)
    assert [sent.method for sent in floor.vendor.sent] == ["sms", "voice"]


def test_acknowledged_incident_sends_nothing_more(floor: Floor) -> None:
    floor.trigger()
    floor.work()
    act.acknowledge(floor.context, "1", "ana")
    floor.pass_time(60 * MINUTE)
    assert len(floor.vendor.sent) == 1
    assert floor.attempts("1") == {("ana", "sms"): "sent", ("ana", "voice"): "void"}


def test_acknowledgement_during_the_call_only_logs_what_was_sent(floor: Floor) -> None:
    floor.vendor.meanwhile = lambda _sent: void(act.acknowledge(floor.context, "1", "ana"))
    floor.trigger()
    floor.work()
    assert floor.events("1") == ["triggered", "paged", "acknowledged", "attempted"]
    assert floor.attempts("1")["ana", "sms"] == "sent"


def test_passing_failure_is_tried_again_after_a_wait(floor: Floor) -> None:
    floor.vendor.answers.append(ProviderError("busy", permanent=False))
    floor.trigger()
    floor.work()
    floor.work()
    assert len(floor.vendor.sent) == 1
    floor.pass_time(5 * SECOND)
    assert [sent.attempt for sent in floor.vendor.sent] == [1, 2]
    assert floor.attempts("1")["ana", "sms"] == "sent"


def test_vendor_that_asks_to_wait_is_left_alone_so_long(floor: Floor) -> None:
    floor.vendor.answers.append(ProviderError("429", permanent=False, retry_after=timedelta(seconds=30)))
    floor.trigger()
    floor.work()
    floor.pass_time(29 * SECOND)
    assert len(floor.vendor.sent) == 1
    floor.pass_time(SECOND)
    assert len(floor.vendor.sent) == 2


def test_final_failure_goes_on_with_the_next_method_at_once(floor: Floor) -> None:
    floor.vendor.answers.append(ProviderError("too long", permanent=True))
    floor.trigger()
    floor.work()
    floor.work()
    assert [sent.method for sent in floor.vendor.sent] == ["sms", "voice"]
    assert floor.attempts("1") == {("ana", "sms"): "failed", ("ana", "voice"): "sent"}


def test_method_that_fails_has_none_tried_again_that_was_sent(floor: Floor) -> None:
    floor.trigger()
    floor.work()
    floor.vendor.answers.append(ProviderError("no such line", permanent=True))
    floor.pass_time(4 * MINUTE)
    assert [sent.method for sent in floor.vendor.sent] == ["sms", "voice"]
    assert floor.attempts("1") == {("ana", "sms"): "sent", ("ana", "voice"): "failed"}


def test_pages_that_were_sent_are_not_kept_with_the_run_for_ever(floor: Floor) -> None:
    floor.trigger()
    for _ in range(6):
        floor.pass_time(5 * MINUTE)
    run = floor.incident("1").run
    assert run is not None
    assert len(run.pages) <= 2
    assert len(floor.pages("1")) == 7


def test_bad_address_disables_the_method_and_tells_its_owner_and_the_administrator(floor: Floor) -> None:
    floor.vendor.answers.append(AddressError("the number does not exist"))
    floor.trigger()
    while floor.work():
        continue
    told = {(sent.user, sent.method): sent.text for sent in floor.vendor.sent if not sent.lines}
    assert told.keys() == {("ana", "voice"), ("root", "sms")}
    assert "the number does not exist" in told["root", "sms"]
    floor.trigger("again")
    floor.pass_time(2 * MINUTE)
    assert [sent.method for sent in floor.vendor.sent if sent.lines and sent.lines[0].number == 2] == ["voice"]


def test_notice_that_fails_is_tried_again(floor: Floor) -> None:
    floor.vendor.answers.extend([AddressError("gone"), None, ProviderError("busy", permanent=False)])
    floor.trigger()
    while floor.work():
        continue
    before = len(floor.vendor.sent)
    floor.pass_time(5 * SECOND)
    assert len(floor.vendor.sent) == before + 1


def test_fault_inside_a_provider_is_a_passing_failure(floor: Floor) -> None:
    floor.vendor.answers.append(KeyError("sid"))
    floor.trigger()
    floor.work()
    failed = floor.log("1")[-1]
    assert (failed.event, failed.details["because"]) == ("attempt_failed", "vendor failed inside: KeyError")
    floor.pass_time(5 * SECOND)
    assert floor.attempts("1")["ana", "sms"] == "sent"


def test_channel_without_a_provider_fails_at_once_and_the_next_is_tried(floor: Floor) -> None:
    floor.vendor.methods = ("voice",)
    delivery = Delivery(floor.context, [floor.vendor])
    floor.trigger()
    delivery.deliver_due()
    delivery.deliver_due()
    delivery.stop()
    assert [sent.method for sent in floor.vendor.sent] == ["voice"]
    assert "channel not configured" in next(e for e in floor.log("1") if e.event == "attempt_failed").details["because"]


def test_slow_provider_holds_up_no_other(floor: Floor) -> None:
    let_go, sent_meanwhile = threading.Event(), threading.Event()
    slow = Vendor("slow", ("voice",), meanwhile=lambda _sent: void(let_go.wait(20)))
    quick = Vendor("quick", ("sms",), meanwhile=lambda _sent: sent_meanwhile.set())
    delivery = Delivery(floor.context, [slow, quick], senders=1)
    floor.trigger()
    floor.clock.advance(2 * MINUTE)
    assert delivery.start_due() == 2
    try:
        assert sent_meanwhile.wait(20)
    finally:
        let_go.set()
        delivery.stop()
    assert floor.attempts("1") == {("ana", "sms"): "sent", ("ana", "voice"): "sent"}


def test_no_more_is_claimed_than_there_are_senders(floor: Floor) -> None:
    let_go = threading.Event()
    vendor = Vendor(meanwhile=lambda _sent: void(let_go.wait(20)))
    delivery = Delivery(floor.context, [vendor], senders=1)
    floor.trigger()
    act.escalate(floor.context, "1", "ana")
    floor.trigger("shop down", service="shop")
    assert delivery.start_due() == 1
    assert delivery.start_due() == 0
    let_go.set()
    delivery.stop()


def test_call_of_a_worker_that_died_is_not_made_again_when_the_vendor_has_it(floor: Floor) -> None:
    floor.trigger()
    (lost,) = claim_messages(floor.context, "vendor", ALL, 8)
    begun = floor.clock.now()
    floor.pass_time(LEASE - SECOND)
    assert not floor.vendor.asked
    floor.vendor.found.append(Receipt("found-1"))
    floor.pass_time(SECOND)
    assert floor.vendor.asked == [(lost.id, begun)]
    assert floor.vendor.sent == []
    assert [send.reference for send in floor.pages("1")[0].attempts[0].sends] == ["found-1"]
    assert floor.events("1") == ["triggered", "paged", "attempted"]


def test_vendor_that_is_asked_for_a_call_is_told_of_the_others_to_that_address(floor: Floor) -> None:
    floor.trigger()
    floor.work()
    floor.trigger("shop down", service="shop")
    claim_messages(floor.context, "vendor", ALL, 8)
    floor.vendor.found.append(Receipt("found-1"))
    floor.pass_time(LEASE)
    assert floor.vendor.told_of == [frozenset({"ref-1"})]


def test_vendor_that_is_asked_for_a_call_is_told_of_no_others_where_one_is_not_known(floor: Floor) -> None:
    floor.trigger()
    claim_messages(floor.context, "vendor", ALL, 8)
    floor.trigger("shop down", service="shop")
    claim_messages(floor.context, "vendor", ALL, 8)
    floor.vendor.found.extend([Receipt("found-1"), Receipt("found-2")])
    floor.pass_time(LEASE)
    assert floor.vendor.told_of == [None, None]


def test_call_that_never_arrived_is_made_again_and_the_log_says_so(floor: Floor) -> None:
    floor.trigger()
    claim_messages(floor.context, "vendor", ALL, 8)
    floor.vendor.found.append(NotFound.ABSENT)
    floor.pass_time(LEASE)
    assert floor.vendor.addresses() == [ANAS_NUMBER]
    assert floor.events("1") == ["triggered", "paged", "resent", "attempted"]
    assert [send.state for send in floor.pages("1")[0].attempts[0].sends] == ["lost", "sent"]


def test_call_of_which_the_vendor_cannot_say_is_asked_for_twice_then_made_again(floor: Floor) -> None:
    floor.trigger()
    claim_messages(floor.context, "vendor", ALL, 8)
    floor.vendor.found.extend([NotFound.UNKNOWN, NotFound.UNKNOWN])
    floor.pass_time(LEASE)
    assert (len(floor.vendor.asked), len(floor.vendor.sent)) == (1, 0)
    floor.pass_time(LOOK_AGAIN)
    assert (len(floor.vendor.asked), len(floor.vendor.sent)) == (2, 1)
    assert "cannot say" in next(entry for entry in floor.log("1") if entry.event == "resent").details["because"]


def test_call_of_which_a_part_was_recorded_is_known_to_have_been_made(floor: Floor) -> None:
    floor.trigger("db down")
    floor.trigger("disk full")
    (call,) = claim_messages(floor.context, "vendor", ALL, 8)
    settle(floor.context, replace(call, messages=call.messages[:1]), Sent("ref"))
    floor.pass_time(LEASE)
    assert (floor.vendor.asked, floor.vendor.sent) == ([], [])
    assert [floor.attempts(key)["ana", "sms"] for key in "12"] == ["sent", "sent"]
    assert [floor.pages(key)[0].attempts[0].sends[0].reference for key in "12"] == ["ref", "ref"]


def test_call_of_a_worker_that_died_is_not_made_again_once_acknowledged(floor: Floor) -> None:
    floor.trigger()
    claim_messages(floor.context, "vendor", ALL, 8)
    act.acknowledge(floor.context, "1", "ana")
    floor.vendor.found.append(NotFound.ABSENT)
    floor.pass_time(LEASE)
    assert floor.vendor.sent == []
    assert floor.attempts("1")["ana", "sms"] == "void"


def test_vendor_that_fails_to_look_counts_as_not_knowing(floor: Floor) -> None:
    floor.trigger()
    claim_messages(floor.context, "another vendor", ALL, 8)
    floor.pass_time(LEASE)
    floor.pass_time(LOOK_AGAIN)
    assert floor.vendor.asked == []
    assert len(floor.vendor.sent) == 1


def test_nobody_left_to_tell_fires_the_next_step_at_once(floor: Floor) -> None:
    floor.vendor.answers.extend([ProviderError("no", permanent=True)] * 2)
    floor.trigger()
    while floor.work():
        continue
    assert floor.vendor.addresses() == [ANAS_NUMBER, ANAS_NUMBER, BOS_NUMBER]
    assert ROOTS_NUMBER not in floor.vendor.addresses()


@pytest.mark.parametrize("outage", [1, 3])
def test_outage_of_the_database_loses_no_outcome(floor: Floor, monkeypatch: pytest.MonkeyPatch, outage: int) -> None:
    floor.trigger()
    write = floor.context.database.write
    left = [outage]

    def failing(work: object) -> object:
        if left[0]:
            left[0] -= 1
            raise UnavailableError("away")
        return write(work)  # type: ignore[arg-type]

    def cut(_sent: Outgoing) -> None:
        monkeypatch.setattr(floor.context.database, "write", failing)

    floor.vendor.meanwhile = cut
    monkeypatch.setattr("oncall.delivery.settler._AGAIN_SECONDS", 0.01)
    floor.work()
    assert floor.attempts("1")["ana", "sms"] == "sent"
    assert len(floor.vendor.sent) == 1


def void(_result: object) -> None:
    """Give nothing back."""
