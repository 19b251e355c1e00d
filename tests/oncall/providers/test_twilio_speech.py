"""What is said on the phone: always valid, always short, never without end."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.providers.twilio import farewell, message, silence, speech
from tests.oncall.providers.outgoing import PUBLIC_URL, line

LONGEST_TWIML = 4000
# Lone surrogates come in as JSON escapes; whatever stands in a title must not silence the call.
ANY_TEXT = st.text(st.characters(codec=None), max_size=400)


def parsed(twiml: str) -> ET.Element:
    return ET.fromstring(twiml.encode())  # noqa: S314  our own output


def said(twiml: str) -> str:
    return "".join(parsed(twiml).itertext())


def test_call_says_what_is_wrong_and_which_keys_help() -> None:
    twiml = speech([line()], PUBLIC_URL, "call-1")

    assert said(twiml) == (
        "This is oncall. Incident 12, sev2, service cloud. database down. "
        "Press 4 to acknowledge. Press 5 to escalate. Press 6 to resolve. Press 1 to hear this again."
    )


def test_gravest_severity_offers_no_resolve() -> None:
    assert "6" not in said(speech([line(may_resolve=False)], PUBLIC_URL, "call-1"))
    assert "6" not in said(speech([line(1), line(2, may_resolve=False)], PUBLIC_URL, "call-1"))


def test_key_goes_to_its_own_address_also_when_none_is_pressed() -> None:
    gather = parsed(speech([line()], PUBLIC_URL, "call 1&2", time=3)).find("Gather")

    assert gather is not None
    assert gather.attrib == {
        "action": f"{PUBLIC_URL}/twilio/voice/gather?call=call+1%262&n=3",
        "actionOnEmptyResult": "true",
        "method": "POST",
        "numDigits": "1",
        "timeout": "8",
    }


def test_bundle_says_how_many_and_the_first_three() -> None:
    text = said(speech([line(number) for number in range(1, 6)], PUBLIC_URL, "call-1"))

    assert text.startswith("This is oncall. 5 incidents. Incident 1, ")
    assert "Incident 3, " in text
    assert "Incident 4, " not in text
    assert "And 2 more." in text
    assert text.endswith(
        "Press 4 to acknowledge all of them. Press 5 to escalate all of them. Press 6 to resolve all of them. "
        "Press 1 to hear this again."
    )


@given(title=ANY_TEXT, name=ANY_TEXT, before=ANY_TEXT)
def test_keys_are_told_however_much_there_is_to_say(title: str, name: str, before: str) -> None:
    lines = [line(number, title=title, service=name, severity=name) for number in range(100)]

    assert said(speech(lines, PUBLIC_URL, "call-1", before=before)).endswith("Press 1 to hear this again.")


def test_title_cannot_put_verbs_into_the_call() -> None:
    twiml = speech([line(title="</Say><Dial>+1900</Dial>&<>\x00")], PUBLIC_URL, "call-1")

    assert [element.tag for element in parsed(twiml).iter()] == ["Response", "Gather", "Say"]
    assert "</Say><Dial>+1900</Dial>&<>" in said(twiml)


@given(title=ANY_TEXT, service=ANY_TEXT, before=ANY_TEXT)
def test_any_text_makes_a_valid_call_with_one_say(title: str, service: str, before: str) -> None:
    lines = [line(number, title=title, service=service) for number in range(5)]

    twiml = speech(lines, PUBLIC_URL, "call-1", before=before)

    assert [element.tag for element in parsed(twiml).iter()] == ["Response", "Gather", "Say"]


@given(st.text(st.sampled_from("&<>\"'"), min_size=300, max_size=400))
def test_call_stays_within_what_the_vendor_takes(title: str) -> None:
    assert len(speech([line(number, title=title) for number in range(5)], PUBLIC_URL, "call-1")) <= LONGEST_TWIML


@given(ANY_TEXT)
def test_any_text_makes_a_valid_answer_by_text_message(text: str) -> None:
    assert [element.tag for element in parsed(message(f"x{text}")).iter()] == ["Response", "Message"]


@pytest.mark.parametrize("twiml", [farewell("Acknowledged."), farewell("\x00")])
def test_call_ends_with_a_farewell(twiml: str) -> None:
    assert [element.tag for element in parsed(twiml)] == ["Say", "Hangup"]
    assert said(twiml).endswith("Goodbye.")


def test_silence_is_an_empty_response() -> None:
    assert list(parsed(silence())) == []
