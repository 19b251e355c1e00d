"""A text message is answered with the code of its page; nobody else's answer, and nothing forged, changes anything."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from tests.scenarios.world import NUMBERS, PUBLIC_URL, World
from tests.vendors import Text

MINUTE = timedelta(minutes=1)
CARRIER_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "START", "YES", "UNSTOP", "HELP", "INFO"}


def code_of(text: Text) -> str:
    """The code that a text message asks for."""
    found = re.search(r"Reply (\d{4,})", text.body)
    assert found is not None, text.body
    return found[1]


def test_code_from_the_number_that_was_paged_acknowledges(world: World) -> None:
    number = world.trigger("db down", "shop")
    phone = world.phone("bo")
    (text,) = phone.texts()

    answer = phone.reply_text(code_of(text))
    world.pass_time(60 * MINUTE)

    assert answer == f"#{number} is acknowledged: it is yours now."
    assert world.state(number) == "acknowledged"
    assert len(world.twilio.accepted()) == 1


def test_text_asks_for_no_word_that_carriers_act_on(world: World) -> None:
    world.trigger("db down", "shop")
    (text,) = world.phone("bo").texts()

    replies = re.findall(r"\d{4,}( [a-z]+)?", text.body)

    assert len(replies) >= 2
    assert not {reply.strip().upper() for reply in replies} & CARRIER_WORDS


def test_code_and_e_escalates_and_code_and_r_resolves(world: World) -> None:
    number = world.trigger("db down", "shop", severity="error")
    phone = world.phone("bo")
    code = code_of(phone.texts()[0])

    phone.reply(f" {code} E ")
    world.pass_time(timedelta(0))
    escalated = len(world.phone("mia").calls())
    phone.reply(f"{code} r")

    assert escalated == 1
    assert world.state(number) == "resolved"


def test_forged_signature_is_forbidden_and_changes_nothing(world: World) -> None:
    number = world.trigger("db down", "shop")
    code = code_of(world.phone("bo").texts()[0])
    form = {"From": NUMBERS["bo"], "Body": code, "MessageSid": "SMforged"}

    answer = world.post(
        f"{PUBLIC_URL}/twilio/sms", urlencode(form).encode(), {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}
    )

    assert answer.status == 403
    assert world.state(number) == "triggered"
    assert world.events(number) == ["triggered", "paged", "attempted"]


@pytest.mark.parametrize("shift", [1, 17])
def test_wrong_code_changes_nothing(world: World, shift: int) -> None:
    number = world.trigger("db down", "shop")
    phone = world.phone("bo")
    code = code_of(phone.texts()[0])

    answer = phone.reply_text(f"{(int(code) + shift) % 10000:04d}")

    assert answer == "That is not the code of a page sent to this number. Nothing was changed."
    assert world.state(number) == "triggered"


def test_right_code_from_another_number_changes_nothing(world: World) -> None:
    number = world.trigger("db down", "shop")
    code = code_of(world.phone("bo").texts()[0])

    world.phone("ana").reply(code)

    assert world.state(number) == "triggered"


def test_three_wrong_codes_lock_the_right_one(world: World) -> None:
    number = world.trigger("db down", "shop")
    phone = world.phone("bo")
    code = code_of(phone.texts()[0])

    for shift in (1, 2, 3):
        phone.reply(f"{(int(code) + shift) % 10000:04d}")
    phone.reply(code)

    assert world.state(number) == "triggered"


def test_replayed_answer_does_nothing_a_second_time(world: World) -> None:
    number = world.trigger("db down", "shop")
    phone = world.phone("bo")
    code = code_of(phone.texts()[0])

    first = phone.reply(f"{code} e", sid="SM1")
    again = phone.reply(f"{code} e", sid="SM1")

    assert first.text == again.text
    assert world.events(number).count("escalated") == 1


def test_undelivered_counts_as_a_failure_and_the_next_way_is_tried_at_once(world: World) -> None:
    number = world.trigger("db down", "shop")
    phone = world.phone("bo")
    (text,) = phone.texts()

    phone.report_text(text, "sent")
    phone.report_text(text, "undelivered", 30003)
    world.pass_time(timedelta(0))

    assert len(phone.calls()) == 1
    assert world.events(number) == ["triggered", "paged", "attempted", "attempt_failed", "attempted"]


def test_number_that_opted_out_is_disabled_and_everybody_concerned_is_told(world: World) -> None:
    world.twilio.opt_out(NUMBERS["bo"])

    number = world.trigger("db down", "shop")

    called = sorted(call.to for call in world.twilio.accepted() if call.kind == "CA")
    assert called == [NUMBERS["bo"], NUMBERS["bo"], NUMBERS["mia"]]
    assert world.events(number)[:3] == ["triggered", "paged", "attempt_failed"]


def test_vendor_that_is_down_is_asked_again_within_the_step(world: World) -> None:
    world.twilio.throttle_next(10)

    number = world.trigger("db down", "shop")
    none_yet = world.phone("bo").texts()
    world.pass_time(timedelta(seconds=10))

    assert none_yet == []
    assert len(world.phone("bo").texts()) == 1
    assert world.events(number) == ["triggered", "paged", "attempt_failed", "attempted"]
