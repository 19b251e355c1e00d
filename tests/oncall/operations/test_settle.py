"""What came of a call, and what vendors report later: in any order, twice, late (docs/semantics.md 6.4)."""

from __future__ import annotations

from itertools import permutations
from typing import Literal

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from oncall.domain.commands import AttemptFailed, Command, EscalateForCustomer
from oncall.domain.incident import Incident
from oncall.domain.outcomes import RETRY_WAITS
from oncall.domain.transition import Transition
from oncall.operations import act
from oncall.operations import settle as operation
from oncall.operations.again import resend
from oncall.operations.claim import LEASE, Call, claim_messages
from oncall.operations.record import Recording, carry_out
from oncall.operations.settle import Failed, Sent, Verdict, receipt, settle
from oncall.store import incidents
from oncall.store.incidents import IncidentRow
from oncall.store.messages import MessageRow, Types
from tests.oncall.floor import SECOND, Floor

ALL, SMS = Types(other_than=frozenset()), Types(of=frozenset({"sms"}))
Report = Literal["delivered", "failed"]


def claimed(floor: Floor) -> Call:
    floor.trigger()
    (call,) = claim_messages(floor.context, "vendor", ALL, 8)
    return call


def report(floor: Floor, call: Call, status: Report) -> bool:
    return receipt(floor.context, call.id, status, "30005 unknown handset", "permanent")


def test_settled_twice_is_settled_once(floor: Floor) -> None:
    call = claimed(floor)
    settle(floor.context, call, Sent("ref"))
    settle(floor.context, call, Sent("ref"))
    assert floor.events("1").count("attempted") == 1


def test_acknowledged_meanwhile_a_failure_is_only_logged(floor: Floor) -> None:
    call = claimed(floor)
    act.acknowledge(floor.context, "1", "ana")
    settle(floor.context, call, Failed("busy", "transient"))
    assert floor.events("1")[-1] == "attempt_failed"
    assert floor.attempts("1") == {("ana", "sms"): "failed", ("ana", "voice"): "void"}


def test_method_that_went_out_while_a_failure_was_decided_is_not_sent_again(floor: Floor) -> None:
    claimed(floor)
    (sms, voice) = floor.incident("1").run.pages[0].attempts  # type: ignore[union-attr]  # it was just paged

    def decide(session: Session) -> None:
        incident = incidents.lock(session, floor.context.cipher, "1")
        settled = update(MessageRow).where(MessageRow.id == voice.id).values(state="sent")
        session.execute(settled.execution_options(synchronize_session=False))
        failed = AttemptFailed(sms.id, "ana", sms.method, "sms", "busy", "permanent")
        carry_out(floor.context, session, incident, failed, floor.clock.now())

    floor.context.database.write(decide)
    assert floor.attempts("1")["ana", "voice"] == "sent"


def test_receipt_tells_that_it_arrived(floor: Floor) -> None:
    call = claimed(floor)
    settle(floor.context, call, Sent("ref"))
    assert report(floor, call, "delivered")
    assert floor.attempts("1")["ana", "sms"] == "delivered"
    assert floor.events("1")[-1] == "delivered"


def test_undelivered_is_a_failure_and_the_next_method_comes_at_once(floor: Floor) -> None:
    call = claimed(floor)
    settle(floor.context, call, Sent("ref"))
    report(floor, call, "failed")
    floor.work()
    assert [sent.method for sent in floor.vendor.sent] == ["voice"]
    assert floor.attempts("1") == {("ana", "sms"): "failed", ("ana", "voice"): "sent"}


def test_undelivered_for_a_passing_reason_is_sent_again(floor: Floor) -> None:
    call = claimed(floor)
    settle(floor.context, call, Sent("ref"))
    receipt(floor.context, call.id, "failed", "carrier busy", "transient")
    assert floor.attempts("1")["ana", "sms"] == "pending"


def test_receipt_before_the_caller_has_recorded_the_call_counts(floor: Floor) -> None:
    call = claimed(floor)
    report(floor, call, "delivered")
    settle(floor.context, call, Sent("ref"))
    (send,) = floor.pages("1")[0].attempts[0].sends
    assert (send.state, send.reference) == ("delivered", "ref")
    assert floor.events("1") == ["triggered", "paged", "attempted", "delivered"]


@pytest.mark.parametrize("order", sorted(set(permutations(["delivered", "delivered", "failed"]))))
def test_first_final_report_holds(floor: Floor, order: tuple[Report, ...]) -> None:
    call = claimed(floor)
    settle(floor.context, call, Sent("ref"))
    for status in order:
        report(floor, call, status)
    assert floor.attempts("1")["ana", "sms"] == order[0]
    assert len([event for event in floor.events("1") if event in {"delivered", "attempt_failed"}]) == 1


def test_receipt_for_an_unknown_call_is_none_of_ours(floor: Floor) -> None:
    assert not receipt(floor.context, "nonsense", "delivered", "", "permanent")


def test_late_word_of_a_worker_that_was_given_up_changes_only_its_own_send(floor: Floor) -> None:
    slow = claimed(floor)
    floor.clock.advance(LEASE)
    (taken,) = claim_messages(floor.context, "vendor", ALL, 8)
    fresh = resend(floor.context, taken, "lost")
    assert fresh is not None
    settle(floor.context, slow, Failed("timeout", "transient"))
    assert floor.attempts("1")["ana", "sms"] == "sending"
    settle(floor.context, fresh, Sent("ref"))
    assert floor.attempts("1")["ana", "sms"] == "sent"
    assert floor.events("1") == ["triggered", "paged", "resent", "attempted"]


def test_late_failure_of_a_worker_that_was_given_up_leaves_the_answer_to_the_one_that_asks(floor: Floor) -> None:
    slow = claimed(floor)
    floor.clock.advance(LEASE)
    (taken,) = claim_messages(floor.context, "vendor", ALL, 8)
    settle(floor.context, slow, Failed("timeout", "transient"))
    settle(floor.context, taken, Sent("found"))
    assert floor.attempts("1")["ana", "sms"] == "sent"
    assert floor.events("1") == ["triggered", "paged", "attempted"]


def test_bundle_is_settled_for_each_of_its_incidents(floor: Floor) -> None:
    floor.trigger("db down")
    floor.trigger("disk full")
    (call,) = claim_messages(floor.context, "vendor", ALL, 8)
    act.acknowledge(floor.context, "1", "ana")
    settle(floor.context, call, Sent("ref"))
    report(floor, call, "failed")
    assert floor.attempts("1") == {("ana", "sms"): "failed", ("ana", "voice"): "void"}
    floor.work()
    assert [[line.number for line in sent.lines] for sent in floor.vendor.sent] == [[2]]


def test_log_says_how_urgent_the_page_was_and_not_the_incident(desk: Floor) -> None:
    desk.trigger(severity="sev3")
    act.act(desk.context, "1", EscalateForCustomer("ana"))
    desk.work()
    attempted = next(entry for entry in desk.log("1") if entry.event == "attempted")
    assert (attempted.details["user"], attempted.details["urgency"]) == ("root", "high")
    assert desk.incident("1").urgency == "low"


def test_page_of_a_damaged_incident_is_tried_as_often_as_any_other(floor: Floor) -> None:
    call = damaged(floor)
    settle(floor.context, call, Failed("busy", "transient"))
    assert claim_messages(floor.context, "vendor", ALL, 8) == ()
    floor.clock.advance(RETRY_WAITS[0])
    (again,) = claim_messages(floor.context, "vendor", ALL, 8)
    assert (again.type, again.attempt) == ("sms", 2)


def test_page_of_a_damaged_incident_goes_by_the_next_way_at_once_and_then_to_the_administrators(floor: Floor) -> None:
    settle(floor.context, damaged(floor), Failed("no such number", "permanent"))
    (voice,) = claim_messages(floor.context, "vendor", ALL, 8)
    assert (voice.user, voice.type) == ("ana", "voice")
    settle(floor.context, voice, Failed("no such number", "permanent"))
    (plain,) = claim_messages(floor.context, "vendor", ALL, 8)
    said = "Nobody could be told of this: Incident #1, details unavailable: https://pager.example.com/incidents/1"
    assert (plain.user, plain.messages[0].text) == ("root", said)


def test_failure_of_a_page_whose_decision_fails_leaves_nobody_untold(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = claimed(floor)

    class Faulty(Recording):
        def carry_out(self, incident: Incident, command: Command) -> Transition:
            raise KeyError(incident.id, command)

    monkeypatch.setattr(operation, "Recording", Faulty)
    settle(floor.context, call, Failed("no such number", "permanent"))
    (voice,) = claim_messages(floor.context, "vendor", ALL, 8)
    assert voice.type == "voice"


@pytest.mark.parametrize("verdict", ["permanent", "transient"])
def test_what_waited_for_a_page_that_then_failed_goes_out_at_once(floor: Floor, verdict: Verdict) -> None:
    call = claimed(floor)
    floor.clock.advance(SECOND)
    floor.trigger("disk full")
    assert claim_messages(floor.context, "vendor", SMS, 8) == ()
    settle(floor.context, call, Failed("refused", verdict))
    (freed,) = claim_messages(floor.context, "vendor", SMS, 8)
    assert [message.incident.title for message in freed.messages if message.incident] == ["disk full"]


def test_what_waits_for_its_own_next_try_is_not_brought_forward(floor: Floor) -> None:
    call = claimed(floor)
    floor.clock.advance(SECOND)
    floor.trigger("disk full")
    claim_messages(floor.context, "vendor", SMS, 8)
    settle(floor.context, call, Failed("refused", "permanent"))
    (freed,) = claim_messages(floor.context, "vendor", SMS, 8)
    settle(floor.context, freed, Failed("busy", "transient"))
    assert claim_messages(floor.context, "vendor", SMS, 8) == ()


def damaged(floor: Floor) -> Call:
    """The call of a page whose incident can no longer be read."""
    call = claimed(floor)
    spoilt = update(IncidentRow).values(run={"nonsense": 1})
    floor.context.database.write(lambda session: session.execute(spoilt))
    return call
