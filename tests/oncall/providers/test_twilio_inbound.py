"""Twilio's signature, answers and reports."""

from itertools import permutations

import pytest
from werkzeug.datastructures import ImmutableMultiDict

from oncall.providers.twilio import (
    Report,
    TextMessage,
    call_report,
    is_from_twilio,
    key_pressed,
    text_message,
    text_report,
)
from tests.vendors.twilio import signature

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_signature_of_the_vendors_own_example_holds() -> None:
    assert is_from_twilio("12345", URL, FORM, SIGNATURE)
    assert signature(URL, FORM, "12345") == SIGNATURE


def test_signature_covers_address_every_parameter_and_every_value() -> None:
    assert not is_from_twilio("12345", URL.replace("foo=1", "foo=2"), FORM, SIGNATURE)
    assert not is_from_twilio("12345", URL, FORM | {"Digits": "1235"}, SIGNATURE)
    assert not is_from_twilio("12345", URL, FORM | {"Extra": ""}, SIGNATURE)
    assert not is_from_twilio("12345", URL, ImmutableMultiDict([*FORM.items(), ("Digits", "9")]), SIGNATURE)
    assert not is_from_twilio("54321", URL, FORM, SIGNATURE)


@pytest.mark.parametrize("wrong", [None, "", "ü", "RSOYDt4T1cUTdK1PDd93/VVr8B9="])
def test_missing_or_wrong_signature_is_refused(wrong: str | None) -> None:
    assert not is_from_twilio("12345", URL, FORM, wrong)


def test_text_message_is_taken_as_it_came() -> None:
    form = {"From": "+15005550006", "Body": " 4012 \n", "MessageSid": "SM1"}

    assert text_message(form) == TextMessage("+15005550006", " 4012 \n", "SM1")


def test_key_at_another_time_of_the_same_call_is_another_answer() -> None:
    first = key_pressed({"CallSid": "CA1", "Digits": "1"}, {"n": "1"})
    second = key_pressed({"CallSid": "CA1", "Digits": "1"}, {"n": "2"})

    assert (first.digits, first.time, second.time) == ("1", 1, 2)
    assert first.reference != second.reference
    assert key_pressed({"CallSid": "CA1", "Digits": "1"}, {"n": "1"}) == first


@pytest.mark.parametrize("number", ["", "x", "-1", "²"])
def test_count_that_is_no_number_counts_as_the_first(number: str) -> None:
    assert key_pressed({"CallSid": "CA1"}, {"n": number}).time == 1


@pytest.mark.parametrize("status", ["accepted", "queued", "sending", "sent", "scheduled", "", "new-word"])
def test_text_on_its_way_has_no_fate_yet(status: str) -> None:
    assert text_report({"MessageStatus": status}) is None


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("30005", "address"), ("21610", "address"), ("30003", "permanent"), ("30001", "transient"), ("", "permanent")],
)
def test_undelivered_is_a_failure_that_its_code_explains(code: str, verdict: str) -> None:
    report = text_report({"MessageStatus": "undelivered", "ErrorCode": code})

    assert report is not None
    assert (report.status, report.verdict) == ("failed", verdict)
    assert code in report.reason


def test_fate_of_a_text_is_the_same_in_whatever_order_its_statuses_come() -> None:
    for order in permutations(["queued", "sent", "delivered"]):
        reports = [text_report({"MessageStatus": status}) for status in order]
        assert [report for report in reports if report] == [Report("delivered")]


@pytest.mark.parametrize("status", ["queued", "initiated", "ringing", "in-progress", "completed", ""])
def test_call_under_way_or_taken_by_somebody_proves_nothing(status: str) -> None:
    assert call_report({"CallStatus": status, "AnsweredBy": "human" if status == "completed" else ""}) is None


@pytest.mark.parametrize(
    ("form", "verdict", "reason"),
    [
        ({"CallStatus": "busy"}, "transient", "busy"),
        ({"CallStatus": "no-answer"}, "transient", "nobody answered"),
        ({"CallStatus": "failed"}, "permanent", "could not be completed"),
        ({"CallStatus": "canceled"}, "permanent", "cancelled"),
        ({"CallStatus": "completed", "AnsweredBy": "machine_start"}, "transient", "answering machine"),
        ({"CallStatus": "completed", "AnsweredBy": "machine_end_beep"}, "transient", "answering machine"),
        ({"CallStatus": "completed", "AnsweredBy": "fax"}, "transient", "answering machine"),
    ],
)
def test_call_that_reached_nobody_is_a_failure(form: dict[str, str], verdict: str, reason: str) -> None:
    report = call_report(form)

    assert report is not None
    assert (report.status, report.verdict) == ("failed", verdict)
    assert reason in report.reason
