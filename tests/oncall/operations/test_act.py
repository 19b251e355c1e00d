"""Acknowledge, escalate, resolve: stored before they are answered, refused where the rules say so."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from oncall.domain.commands import (
    NAMES,
    Acknowledge,
    AddNote,
    ApplyWorkaround,
    AwaitCustomer,
    Classify,
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
    Update,
)
from oncall.domain.incident import State
from oncall.errors import InvalidInputError, NotFoundError, RefusedError
from oncall.operations import act
from oncall.operations.claim import Call, claim_messages
from oncall.store.messages import Types
from tests.clock import SUNDAY_NIGHT
from tests.oncall.floor import MINUTE, Floor

ALL = Types(other_than=frozenset())


def test_acknowledge_stops_the_pages(floor: Floor) -> None:
    incident = floor.trigger()
    done = act.acknowledge(floor.context, incident.id, "ana", "page")
    assert (done.state, done.acknowledged_by) == (State.ACKNOWLEDGED, "ana")
    assert floor.attempts("1") == {("ana", "sms"): "void", ("ana", "voice"): "void"}
    floor.pass_time(60 * MINUTE)
    assert floor.vendor.sent == []


def test_incident_is_found_by_its_number_too(floor: Floor) -> None:
    incident = floor.trigger()
    assert act.resolve(floor.context, str(incident.number), "ana").id == incident.id


@pytest.mark.parametrize("key", ["7", "nonsense", "99999999999999999999", "", "\0"])
def test_unknown_incident_is_not_found(floor: Floor, key: str) -> None:
    with pytest.raises(NotFoundError):
        act.acknowledge(floor.context, key, "ana")


def test_refused_command_changes_nothing_and_is_in_the_log(floor: Floor) -> None:
    floor.trigger()
    resolved = act.resolve(floor.context, "1", "ana")
    with pytest.raises(RefusedError, match="resolved by ana"):
        act.acknowledge(floor.context, "1", "bo")
    assert floor.incident("1") == resolved
    assert floor.events("1")[-1] == "refused"


def test_escalate_pages_the_next_step_and_stales_the_timer_of_the_last(floor: Floor) -> None:
    floor.trigger()
    floor.work()
    act.escalate(floor.context, "1", "ana")
    floor.work()
    assert [sent.user for sent in floor.vendor.sent] == ["ana", "bo"]
    floor.pass_time(4 * MINUTE)
    floor.pass_time(MINUTE)
    assert [sent.user for sent in floor.vendor.sent if sent.method == "sms"] == ["ana", "bo", "ana"]


def test_key_without_an_open_incident_is_ignored(floor: Floor) -> None:
    assert act.resolve_by_key(floor.context, "cloud", "db", "monitor") is None
    assert act.acknowledge_by_key(floor.context, "cloud", "db", "monitor") is None


def test_monitor_acknowledges_and_resolves_by_its_key(floor: Floor) -> None:
    floor.trigger(dedup_key="db")
    acknowledged = act.acknowledge_by_key(floor.context, "cloud", "db", "monitor")
    resolved = act.resolve_by_key(floor.context, "cloud", "db", "monitor")
    assert acknowledged is not None
    assert resolved is not None
    assert (acknowledged.state, resolved.state) == (State.ACKNOWLEDGED, State.RESOLVED)
    assert act.resolve_by_key(floor.context, "cloud", "db", "monitor") is None


def test_of_an_acknowledgement_and_a_claim_at_once_the_later_sees_the_earlier(floor: Floor) -> None:
    for number in range(1, 11):
        floor.trigger(f"db {number}")
        start = threading.Barrier(2)

        def acknowledge(key: str = str(number), start: threading.Barrier = start) -> int:
            start.wait(20)
            act.acknowledge(floor.context, key, "ana")
            return len(floor.pages(key)[0].attempts[0].sends)

        def claim(start: threading.Barrier = start) -> tuple[Call, ...]:
            start.wait(20)
            return claim_messages(floor.context, "vendor", ALL, 1)

        with ThreadPoolExecutor(2) as pool:
            acknowledging, claiming = pool.submit(acknowledge), pool.submit(claim)
        # Whatever was claimed was recorded before the acknowledgement; nothing is claimed after it.
        assert acknowledging.result() == len(claiming.result())
        assert claim_messages(floor.context, "vendor", ALL, 1) == ()


@pytest.mark.parametrize(
    ("command", "field", "message"),
    [
        (SetSeverity("ana", "sev9"), "severity", "unknown severity 'sev9'"),
        (Triage("ana", "sve1"), "severity", "did you mean 'sev1'"),
        (Classify("ana", plan="gold"), "plan", "there are no plans here"),
        (Classify("ana", ticket_type="question"), "ticket_type", "there are no ticket types here"),
        (Reassign("ana", "boo"), "to", "did you mean 'bo'"),
        (Snooze("ana", 0 * MINUTE), "for", "longer than zero"),
        (Update("ana", next_by=SUNDAY_NIGHT), "next_by", "in the future"),
    ],
    ids=["severity", "triage", "plan", "ticket type", "reassign", "snooze", "update"],
)
def test_word_that_means_nothing_is_refused_by_its_field_and_changes_nothing(
    floor: Floor, command: PersonCommand, field: str, message: str
) -> None:
    floor.trigger()
    with pytest.raises(InvalidInputError) as caught:
        act.act(floor.context, "1", command)
    (fault,) = caught.value.faults
    assert fault.path == field
    assert message in fault.message
    assert floor.events("1") == ["triggered", "paged"]


def test_ticket_system_does_by_its_key_what_a_person_does_by_the_number(floor: Floor) -> None:
    floor.trigger(dedup_key="T-1")
    taken = act.act_by_key(floor.context, "cloud", "T-1", Acknowledge("token:desk"))
    assert taken is not None
    assert taken == floor.incident("1")
    assert taken.acknowledged_by == "token:desk"
    assert act.act_by_key(floor.context, "shop", "T-1", Acknowledge("token:desk")) is None
    with pytest.raises(InvalidInputError):
        act.act_by_key(floor.context, "cloud", "T-1", Reassign("token:desk", "nobody"))


def test_every_command_is_carried_out_and_stored(desk: Floor) -> None:
    desk.trigger("down", severity="sev1", dedup_key="T-1")
    commands: tuple[tuple[PersonCommand, str], ...] = (
        (Triage("mia", "sev2"), "triaged"),
        (Classify("mia", "premium", "question"), "classified"),
        (Acknowledge("ana"), "acknowledged"),
        (Update("ana", "looking"), "updated"),
        (AddNote("ana", "it is the disk"), "noted"),
        (AwaitCustomer("ana", "which disk?"), "awaiting_customer"),
        (CustomerReplied("token:desk", {"subscription": "S-1"}), "customer_replied"),
        (EscalateForCustomer("token:desk"), "customer_escalated"),
        (Confirm("mia", "plan_accepted"), "confirmed"),
        (Confirm("mia", "parties_agree"), "confirmed"),
        (SetSeverity("mia", "sev1"), "severity"),
        (Confirm("mia", "plan_accepted"), "confirmed"),
        (Confirm("mia", "parties_agree"), "confirmed"),
        (ApplyWorkaround("ana"), "workaround"),
        (DeEscalate("mia"), "de_escalated"),
        (Snooze("ana", 60 * MINUTE), "snoozed"),
        (Escalate("ana"), "escalated"),
        (Reassign("ana", "bo"), "reassigned"),
        (Repage("mia"), "repaged"),
        (SetSeverity("mia", "sev2"), "severity"),
        (SetSeverity("mia", "sev3"), "deferred"),
        (Release("ana"), "released"),
        (Resolve("ana"), "resolved"),
    )
    assert {type(command) for command, _ in commands} == NAMES.keys()
    for command, event in commands:
        before = len(desk.log("1"))
        done = act.act(desk.context, "1", command)
        assert done == desk.incident("1")
        assert event in desk.events("1")[before:]


def test_word_of_the_policy_is_known_however_it_is_written_and_a_wrong_one_is_not(desk: Floor) -> None:
    desk.trigger("down", severity="sev1")
    assert act.act(desk.context, "1", Triage("mia", "Critical")).severity == "sev1"
    assert act.act(desk.context, "1", Classify("mia", "PREMIUM")).plan == "premium"
    for command, told in (
        (SetSeverity("mia", "sev11"), "severity: unknown severity 'sev11'; did you mean 'sev1'?"),
        (SetSeverity("mia", " "), "severity: unknown severity ' '"),
        (Classify("mia", "premum", "issue"), "plan: unknown plan 'premum'; did you mean 'premium'?"),
    ):
        with pytest.raises(InvalidInputError, match=f"^{re.escape(told)}"):
            act.act(desk.context, "1", command)


def test_condition_that_the_gate_does_not_have_is_refused_by_its_field(desk: Floor) -> None:
    desk.trigger("down", severity="sev2")
    act.act(desk.context, "1", EscalateForCustomer("ana"))
    with pytest.raises(
        InvalidInputError, match=r"^condition: unknown condition 'plan_acepted'; did you mean 'plan_accep"
    ):
        act.act(desk.context, "1", Confirm("mia", "plan_acepted"))


def test_monitor_cannot_close_what_a_customer_has_escalated_and_is_told_no_error(desk: Floor) -> None:
    desk.trigger("down", severity="sev2", dedup_key="T-1")
    act.act(desk.context, "1", EscalateForCustomer("ana"))
    left = act.resolve_by_key(desk.context, "cloud", "T-1", "token:desk")
    assert left is not None
    assert left.state is State.TRIGGERED
    assert desk.events("1")[-1] == "resolve_waiting"
    for condition in ("plan_accepted", "parties_agree"):
        act.act(desk.context, "1", Confirm("mia", condition))
    assert act.act(desk.context, "1", DeEscalate("mia")).state is State.RESOLVED


def test_person_may_close_what_a_customer_has_escalated(desk: Floor) -> None:
    desk.trigger("down", severity="sev2")
    act.act(desk.context, "1", EscalateForCustomer("ana"))
    assert act.resolve(desk.context, "1", "ana").state is State.RESOLVED


def test_severity_is_not_lowered_while_the_gate_is_open_and_that_alone_is_in_the_log(desk: Floor) -> None:
    desk.trigger("down", severity="sev2")
    escalated = act.act(desk.context, "1", EscalateForCustomer("ana"))
    with pytest.raises(RefusedError, match="not confirmed yet are: plan_accepted, parties_agree"):
        act.act(desk.context, "1", SetSeverity("mia", "sev3"))
    assert desk.incident("1") == escalated
    assert desk.events("1")[-1] == "refused"
