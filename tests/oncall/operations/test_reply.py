"""Answers to pages: only by whom they were sent to, only once, and never more than the rules allow."""

from __future__ import annotations

import re

import pytest

from oncall.domain.commands import EscalateForCustomer
from oncall.domain.incident import State
from oncall.domain.reply import Action
from oncall.operations import act
from oncall.operations.apply import apply_document
from oncall.operations.reply import (
    PressedButton,
    ReplyByCode,
    ReplyOutcome,
    act_on_call,
    press_button,
    reply_by_code,
    unreadable_reply,
)
from tests.oncall.floor import ANAS_NUMBER, BOS_NUMBER, DOCUMENT, MINUTE, ROOTS_NUMBER, SECOND, Floor

MIAS_NUMBER = "+15005550008"
STRANGER = "+15005550099"


def reply(
    floor: Floor, code: str, action: Action = Action.ACKNOWLEDGE, sender: str = ANAS_NUMBER, reference: str = "SM1"
) -> ReplyOutcome:
    return reply_by_code(floor.context, ReplyByCode(sender, code, action, reference))


def paged(floor: Floor, **more: object) -> str:
    """Let something happen and return the code of the page that went out for it."""
    floor.trigger(**more)  # type: ignore[arg-type]
    floor.work()
    return floor.vendor.sent[-1].lines[-1].code


def wrong(*codes: str) -> str:
    return next(code for code in ("1111", "2222", "3333") if code not in codes)


def test_code_acknowledges(floor: Floor) -> None:
    outcome = reply(floor, paged(floor))
    assert outcome == ReplyOutcome("#1 is acknowledged: it is yours now.", acted=True)
    assert floor.incident("1").acknowledged_by == "ana"
    assert floor.log("1")[-1].details["via"] == "sms"


def test_code_escalates(floor: Floor) -> None:
    assert reply(floor, paged(floor), Action.ESCALATE).acted
    floor.work()
    assert floor.vendor.sent[-1].user == "bo"


def test_code_resolves_what_is_not_of_the_gravest_severity(floor: Floor) -> None:
    assert reply(floor, paged(floor, severity="sev2"), Action.RESOLVE).acted
    assert floor.incident("1").state is State.RESOLVED


def test_gravest_severity_is_not_resolved_by_a_reply(floor: Floor) -> None:
    outcome = reply(floor, paged(floor), Action.RESOLVE)
    assert not outcome.acted
    assert floor.incident("1").state is State.TRIGGERED


def test_code_from_another_number_does_nothing(floor: Floor) -> None:
    code = paged(floor)
    assert reply(floor, code, sender=STRANGER) == ReplyOutcome(None, acted=False)
    assert not reply(floor, code, sender=BOS_NUMBER, reference="SM2").acted
    assert floor.incident("1").state is State.TRIGGERED


def test_one_who_is_gone_by_now_answers_in_vain(floor: Floor) -> None:
    code = paged(floor)
    without_ana = DOCUMENT.replace("  ana:", "  kim:").replace("{user: ana}", "{user: kim}")
    apply_document(floor.context, without_ana, author="test", prune=True, dry_run=False)

    assert not reply(floor, code).acted
    assert not act_on_call(floor.context, floor.vendor.sent[-1].id, Action.ACKNOWLEDGE, "CA1").acted
    assert floor.incident("1").state is State.TRIGGERED


def test_wrong_code_changes_nothing_and_says_so(floor: Floor) -> None:
    outcome = reply(floor, wrong(paged(floor)))
    assert (outcome.acted, outcome.text) == (
        False,
        "That is not the code of a page sent to this number. Nothing was changed.",
    )
    assert floor.incident("1").state is State.TRIGGERED


def test_three_wrong_codes_lock_the_page_and_no_later_one(floor: Floor) -> None:
    code = paged(floor)
    for number in range(3):
        reply(floor, wrong(code), reference=f"wrong {number}")
    assert not reply(floor, code, reference="right").acted
    assert reply(floor, paged(floor, service="shop"), reference="later").acted
    assert (floor.incident("1").state, floor.incident("2").state) == (State.TRIGGERED, State.ACKNOWLEDGED)


def test_same_answer_delivered_twice_acts_once_and_is_answered_the_same(floor: Floor) -> None:
    code = paged(floor)
    first = reply(floor, code, Action.ESCALATE)
    assert reply(floor, code, Action.ESCALATE) == first
    assert floor.events("1").count("escalated") == 1


def test_useless_answers_are_answered_five_times_an_hour(floor: Floor) -> None:
    paged(floor)
    texts = [unreadable_reply(floor.context, ANAS_NUMBER, f"SM{n}", "what?").text for n in range(6)]
    assert texts == ["what?"] * 5 + [None]
    floor.pass_time(61 * MINUTE)
    assert unreadable_reply(floor.context, ANAS_NUMBER, "SM9", "what?").text == "what?"


def test_strangers_are_never_answered(floor: Floor) -> None:
    paged(floor)
    assert unreadable_reply(floor.context, STRANGER, "SM1", "what?") == ReplyOutcome(None, acted=False)


def test_who_has_it_is_said_to_the_one_who_is_late(floor: Floor) -> None:
    code = paged(floor)
    act.acknowledge(floor.context, "1", "bo")
    assert reply(floor, code).text == "#1 was already acknowledged by bo."


def test_answer_after_the_end_changes_nothing(floor: Floor) -> None:
    code = paged(floor)
    act.resolve(floor.context, "1", "bo")
    assert reply(floor, code) == ReplyOutcome("#1 was not changed: it was resolved by bo.", acted=False)


def test_escalation_asked_for_by_an_old_page_is_refused(floor: Floor) -> None:
    code = paged(floor)
    floor.pass_time(5 * MINUTE)
    outcome = reply(floor, code, Action.ESCALATE)
    assert not outcome.acted
    assert floor.events("1").count("paged") == 2


def test_codes_in_use_at_a_number_differ(floor: Floor) -> None:
    for number in range(30):
        floor.trigger(f"db {number}")
    floor.work()
    codes = [line.code for sent in floor.vendor.sent for line in sent.lines]
    assert len(codes) == len(set(codes)) == 30
    assert all(re.fullmatch(r"[0-9]{4}", code) for code in codes)


def test_key_on_the_phone_acts_on_every_incident_of_the_call(floor: Floor) -> None:
    floor.trigger("db down")
    floor.trigger("disk full")
    floor.pass_time(2 * MINUTE)
    call = floor.vendor.sent[-1]
    assert (call.method, len(call.lines)) == ("voice", 2)
    assert act_on_call(floor.context, call.id, Action.ACKNOWLEDGE, "CA1/4").acted
    assert [floor.incident(key).acknowledged_by for key in "12"] == ["ana", "ana"]


def test_key_in_an_unknown_call_does_nothing(floor: Floor) -> None:
    paged(floor)
    assert not act_on_call(floor.context, "nonsense", Action.ACKNOWLEDGE, "CA1/4").acted
    assert floor.incident("1").state is State.TRIGGERED


@pytest.mark.parametrize(
    ("account", "holder"),
    [("U0BO", "bo"), ("U0VIC", None), ("U0NOBODY", None)],
    ids=["responder", "viewer", "stranger"],
)
def test_button_acts_for_a_linked_account_that_may(floor: Floor, account: str, holder: str | None) -> None:
    paged(floor)
    page = floor.vendor.sent[-1].lines[0].page
    press = PressedButton(page, "slack", account, Action.ACKNOWLEDGE, "T1")
    assert press_button(floor.context, press).acted is (holder is not None)
    assert floor.incident("1").acknowledged_by == holder


def test_button_acts_for_the_one_who_was_paged_whatever_the_role(floor: Floor) -> None:
    paged(floor, service="watched")
    page = floor.vendor.sent[-1].lines[0].page
    press = PressedButton(page, "slack", "U0VIC", Action.ACKNOWLEDGE, "T1")

    assert press_button(floor.context, press).acted
    assert floor.incident("1").acknowledged_by == "vic"


def test_button_of_an_unknown_page_does_nothing(floor: Floor) -> None:
    press = PressedButton("nonsense", "slack", "U0BO", Action.ACKNOWLEDGE, "T1")
    assert not press_button(floor.context, press).acted


def test_code_of_a_shift_managers_page_silences_it_and_leaves_the_triage_to_be_done(desk: Floor) -> None:
    desk.trigger(severity="sev1")
    desk.work()
    desk.clock.advance(90 * SECOND)
    code = desk.vendor.sent[-1].lines[-1].code
    outcome = reply(desk, code, sender=MIAS_NUMBER)
    assert outcome.text == "#1 pages you no more, and goes on in 4 minutes unless somebody triages it."
    assert desk.incident("1").state is State.TRIAGE
    assert reply(desk, code, Action.ESCALATE, MIAS_NUMBER, "SM2").text == "#1 goes on without triage."
    assert desk.incident("1").state is State.TRIGGERED


def test_code_of_a_page_to_management_ends_it_and_leaves_the_incident_to_who_has_it(desk: Floor) -> None:
    desk.trigger(severity="sev2")
    act.acknowledge(desk.context, "1", "ana")
    act.act(desk.context, "1", EscalateForCustomer("token:desk"))
    desk.work()
    outcome = reply(desk, desk.vendor.sent[-1].lines[-1].code, sender=ROOTS_NUMBER)
    assert outcome == ReplyOutcome("#1 was already acknowledged by ana.", acted=True)
    assert desk.incident("1").management == ()
    assert desk.incident("1").acknowledged_by == "ana"


def test_code_of_a_page_whose_service_is_gone_is_answered(floor: Floor) -> None:
    code = paged(floor, service="shop")
    act.resolve(floor.context, "1", "ana")
    without = DOCUMENT.replace("  shop: {escalation_policy: engineering}\n", "")
    apply_document(floor.context, without, author="test", prune=True, dry_run=False)
    assert reply(floor, code, Action.RESOLVE).acted
    assert reply(floor, code, reference="SM2").text == "#1 was not changed: it was resolved by ana."
