"""Answers by text message."""

import pytest

from tests.oncall.doors.callbacks.conftest import BOS_NUMBER, World
from tests.oncall.doors.callbacks.settings import PUBLIC_URL
from tests.vendors.twilio import signature


def code_of(world: World, place: int = -1) -> str:
    body = world.phone().texts()[place].body
    return body.split("Reply ")[1].split()[0]


def test_code_acknowledges_and_the_phone_is_told(world: World) -> None:
    incident = world.trigger()
    world.deliver()

    answer = world.phone().reply_text(code_of(world))

    assert answer == f"#{incident.number} is acknowledged: it is yours now."
    assert world.state(incident) == "acknowledged"
    (entry,) = world.log(incident, "acknowledged")
    assert entry.details["by"] == "ana"


def test_code_with_e_escalates_and_with_r_resolves(world: World) -> None:
    incident = world.trigger()
    world.deliver()
    code = code_of(world)

    assert world.phone().reply_text(f"{code} E") == f"#{incident.number} goes on to the next step."
    world.deliver()
    assert len(world.phone(BOS_NUMBER).texts()) == 1

    assert world.phone().reply_text(f" {code} r ") == f"#{incident.number} is resolved."
    assert world.state(incident) == "resolved"


def test_gravest_severity_is_not_resolved_by_a_reply(world: World) -> None:
    incident = world.trigger(severity="sev1")
    world.deliver()

    answer = world.phone().reply_text(f"{code_of(world)} r")

    assert answer is not None
    assert "log in" in answer
    assert world.state(incident) == "triggered"


def test_code_from_another_number_does_nothing_and_is_not_answered(world: World) -> None:
    incident = world.trigger()
    world.deliver()

    assert world.phone(BOS_NUMBER).reply_text(code_of(world)) is None
    assert world.state(incident) == "triggered"


def test_wrong_code_does_nothing_and_three_lock(world: World) -> None:
    incident = world.trigger()
    world.deliver()
    code = code_of(world)
    wrong = "0000" if code != "0000" else "1111"

    answers = [world.phone().reply_text(wrong) for _ in range(3)]
    assert [answer is not None and "not the code" in answer for answer in answers] == [True, True, True]

    world.phone().reply_text(code)
    assert world.state(incident) == "triggered"


def test_words_are_answered_with_how_to_answer_at_most_five_times(world: World) -> None:
    incident = world.trigger()
    world.deliver()

    answers = [world.phone().reply_text("ack please") for _ in range(7)]

    assert [answer is not None for answer in answers] == [True] * 5 + [False] * 2
    assert all("1234 acknowledges" in answer for answer in answers if answer)
    assert world.state(incident) == "triggered"


def test_message_told_twice_acts_once(world: World) -> None:
    incident = world.trigger()
    world.deliver()
    code = code_of(world)

    first = world.phone().reply(code, sid="SM7")
    again = world.phone().reply(code, sid="SM7")

    assert (first.status, first.text) == (again.status, again.text)
    assert len(world.log(incident, "acknowledged")) == 1


@pytest.mark.parametrize("path", ["sms", "sms/status", "voice", "voice/gather", "voice/status"])
@pytest.mark.parametrize("fault", ["none", "of another host", "of another form"])
def test_wrong_signature_is_refused_and_nothing_changes(world: World, path: str, fault: str) -> None:
    incident = world.trigger()
    world.deliver()
    form = {"MessageSid": "SM1", "From": world.phone().number, "Body": code_of(world)}
    signed = {
        "none": None,
        "of another host": signature(f"https://evil.example/twilio/{path}", form),
        "of another form": signature(f"{PUBLIC_URL}/twilio/{path}", form | {"Body": "1"}),
    }[fault]
    headers = {"X-Twilio-Signature": signed} if signed else {}

    with world.app.test_client() as client:
        answer = client.post(f"/twilio/{path}", data=form, headers=headers, base_url="https://evil.example")

    assert answer.status_code == 403
    assert world.state(incident) == "triggered"


def test_repeated_parameters_are_under_the_signature_too(world: World) -> None:
    form = {"MessageSid": "SM1", "From": world.phone().number, "Body": "1234"}
    headers = {"X-Twilio-Signature": signature(f"{PUBLIC_URL}/twilio/sms", form)}

    with world.app.test_client() as client:
        answer = client.post("/twilio/sms", data={**form, "Body": ["1234", "5678"]}, headers=headers)

    assert answer.status_code == 403


def test_message_without_a_sender_is_refused_by_name(world: World) -> None:
    form = {"MessageSid": "SM1", "Body": "1234"}
    answer = world.post(
        f"{PUBLIC_URL}/twilio/sms",
        b"MessageSid=SM1&Body=1234",
        {"X-Twilio-Signature": signature(f"{PUBLIC_URL}/twilio/sms", form)},
    )

    assert answer.status == 400
    assert "From: is missing" in answer.text


def test_undelivered_text_moves_the_page_to_the_next_way_at_once(world: World) -> None:
    incident = world.trigger()
    world.deliver()
    (text,) = world.phone().texts()

    assert world.phone().report_text(text, "sent").status == 204
    assert world.log(incident, "attempt_failed") == []

    assert world.phone().report_text(text, "undelivered", 30003).status == 204
    (failed,) = world.log(incident, "attempt_failed")
    assert failed.details["method"] == "sms"
    assert "30003" in failed.details["because"]


def test_delivered_text_is_in_the_log_and_a_late_status_changes_nothing(world: World) -> None:
    incident = world.trigger()
    world.deliver()
    (text,) = world.phone().texts()

    for status in ("delivered", "sent", "delivered"):
        world.phone().report_text(text, status)

    assert len(world.log(incident, "delivered")) == 1


def test_status_of_an_unknown_send_is_taken_and_forgotten(world: World) -> None:
    url = f"{PUBLIC_URL}/twilio/sms/status?call=nobody"
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}

    answer = world.post(url, b"MessageSid=SM1&MessageStatus=delivered", {"X-Twilio-Signature": signature(url, form)})

    assert answer.status == 204
