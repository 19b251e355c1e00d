"""Texts and calls by Twilio, its faults, and looking up what was sent."""

from dataclasses import replace
from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from oncall.delivery.protocol import NotFound, Receipt
from oncall.errors import AddressError, DoubtError, ProviderError
from oncall.providers.twilio import TwilioProvider, build
from oncall.providers.twilio.faults import translate
from oncall.settings import TwilioSettings
from tests.clock import FrozenClock
from tests.oncall.providers.outgoing import ANAS_NUMBER, PUBLIC_URL, line, notice, page
from tests.vendors import Twilio
from tests.vendors.twilio_double import OUR_NUMBER

CLOSED_PORT = "http://127.0.0.1:1"
A_WHILE = timedelta(seconds=10)


@pytest.fixture
def provider(twilio: Twilio, clock: FrozenClock) -> TwilioProvider:
    return build(twilio.settings, PUBLIC_URL, clock)


def test_text_message_has_its_text_its_way_back_and_an_end_of_validity(
    provider: TwilioProvider, twilio: Twilio
) -> None:
    sent = page("sms", ANAS_NUMBER)

    receipt = provider.send(sent)

    (accepted,) = twilio.accepted()
    assert receipt == Receipt(accepted.sid)
    assert accepted.form == {
        "To": ANAS_NUMBER,
        "From": OUR_NUMBER,
        "Body": sent.text,
        "StatusCallback": f"{PUBLIC_URL}/twilio/sms/status?call={sent.id}",
        "ValidityPeriod": "300",
    }


@pytest.mark.parametrize(("valid_for", "seconds"), [(timedelta(0), "1"), (timedelta(days=2), "36000")])
def test_validity_stays_within_what_the_vendor_takes(
    provider: TwilioProvider, twilio: Twilio, valid_for: timedelta, seconds: str
) -> None:
    provider.send(replace(page("sms", ANAS_NUMBER), valid_for=valid_for))

    assert twilio.accepted()[0].form["ValidityPeriod"] == seconds


def test_text_too_long_for_a_message_is_cut_and_still_found(
    provider: TwilioProvider, twilio: Twilio, clock: FrozenClock
) -> None:
    sent = notice("sms", ANAS_NUMBER, "x" * 2000)

    receipt = provider.send(sent)

    assert len(twilio.accepted()[0].form["Body"]) == 1600
    assert provider.find(sent, clock.now()) == receipt


def test_call_rings_shortly_tells_machines_from_people_and_reports_back(
    provider: TwilioProvider, twilio: Twilio
) -> None:
    sent = page("voice", ANAS_NUMBER)

    receipt = provider.send(sent)

    (accepted,) = twilio.accepted()
    assert receipt == Receipt(accepted.sid)
    assert accepted.kind == "CA"
    assert accepted.form["MachineDetection"] == "Enable"
    assert accepted.form["Timeout"] == "25"
    assert accepted.form["StatusCallback"] == f"{PUBLIC_URL}/twilio/voice/status?call={sent.id}"
    assert f"{PUBLIC_URL}/twilio/voice/gather?call={sent.id}&amp;n=1" in accepted.form["Twiml"]


@pytest.mark.parametrize("code", [21211, 21217, 21610, 21614, 30005])
def test_final_word_on_a_number_is_an_address_error(provider: TwilioProvider, twilio: Twilio, code: int) -> None:
    twilio.refuse_next(code)

    with pytest.raises(AddressError, match=str(code)):
        provider.send(page("sms", ANAS_NUMBER))


@pytest.mark.parametrize("code", [20003, 21606, 21608, 21612, 21408, 99999])
def test_refusal_for_another_reason_is_permanent_but_leaves_the_method(
    provider: TwilioProvider, twilio: Twilio, code: int
) -> None:
    twilio.refuse_next(code)

    with pytest.raises(ProviderError, match=str(code)) as caught:
        provider.send(page("sms", ANAS_NUMBER))

    assert caught.value.permanent
    assert not isinstance(caught.value, AddressError)


def test_vendors_own_words_are_kept_short_and_name_no_number() -> None:
    said = f"The 'To' phone number {ANAS_NUMBER} is not reachable" + 500 * "."
    error = translate(TwilioRestException(400, "/Messages.json", said, code=99999))

    assert error.reason.startswith("Twilio refused it: The 'To' phone number …0006 is not reachable.")
    assert len(error.reason) < 250


@pytest.mark.parametrize(("code", "status"), [(30001, 400), (20500, 500), (20503, 503), (None, 502)])
def test_vendors_own_trouble_may_pass(provider: TwilioProvider, twilio: Twilio, code: int | None, status: int) -> None:
    twilio.refuse_next(code, status)

    with pytest.raises(ProviderError) as caught:
        provider.send(page("sms", ANAS_NUMBER))

    assert not caught.value.permanent


def test_too_many_requests_names_when_to_come_back(provider: TwilioProvider, twilio: Twilio) -> None:
    twilio.throttle_next(retry_after=7)

    with pytest.raises(ProviderError, match="too many") as caught:
        provider.send(page("sms", ANAS_NUMBER))

    assert not caught.value.permanent
    assert caught.value.retry_after == timedelta(seconds=7)
    assert twilio.accepted() == []


def test_number_that_opted_out_says_how_to_come_back(provider: TwilioProvider, twilio: Twilio) -> None:
    twilio.opt_out(ANAS_NUMBER)

    with pytest.raises(AddressError, match="texting START"):
        provider.send(page("sms", ANAS_NUMBER))


def test_wrong_token_says_which_settings_to_check(twilio: Twilio, clock: FrozenClock) -> None:
    stranger = replace(twilio.settings, auth_token="another")

    with pytest.raises(ProviderError, match="check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN") as caught:
        build(stranger, PUBLIC_URL, clock).send(page("sms", ANAS_NUMBER))

    assert caught.value.permanent


def test_server_that_is_not_there_may_come_back(clock: FrozenClock) -> None:
    nobody = TwilioSettings("AC1", "token", OUR_NUMBER, CLOSED_PORT)

    with pytest.raises(ProviderError, match="Twilio cannot be reached") as caught:
        build(nobody, PUBLIC_URL, clock).send(page("sms", ANAS_NUMBER))

    assert not caught.value.permanent
    assert not isinstance(caught.value, DoubtError), "nothing was sent"


def test_text_whose_answer_is_lost_is_looked_up_and_not_sent_again(provider: TwilioProvider, twilio: Twilio) -> None:
    twilio.lose_next()

    receipt = provider.send(page("sms", ANAS_NUMBER))

    assert [accepted.sid for accepted in twilio.accepted()] == [receipt.reference]


def test_text_taken_by_a_server_that_then_breaks_is_looked_up(provider: TwilioProvider, twilio: Twilio) -> None:
    twilio.break_next()

    receipt = provider.send(page("sms", ANAS_NUMBER))

    assert [accepted.sid for accepted in twilio.accepted()] == [receipt.reference]


def test_lost_text_that_no_list_shows_yet_counts_as_failed_for_now(provider: TwilioProvider, twilio: Twilio) -> None:
    twilio.lose_next()
    twilio.lag_behind(lists=1)

    with pytest.raises(ProviderError) as caught:
        provider.send(page("sms", ANAS_NUMBER))

    assert not caught.value.permanent


def test_text_of_a_worker_that_died_is_found_by_its_code(
    provider: TwilioProvider, twilio: Twilio, clock: FrozenClock
) -> None:
    claimed_at = clock.now()
    provider.send(page("sms", ANAS_NUMBER, line(11)))
    mine = page("sms", ANAS_NUMBER, line(12))
    receipt = provider.send(mine)
    provider.send(page("sms", "+15005550007", line(12)))
    clock.advance(timedelta(seconds=40))

    assert provider.find(mine, claimed_at) == receipt
    assert len(twilio.accepted()) == 3


def test_text_that_was_never_sent_is_absent(provider: TwilioProvider, clock: FrozenClock) -> None:
    provider.send(page("sms", ANAS_NUMBER, line(11)))

    assert provider.find(page("sms", ANAS_NUMBER, line(12)), clock.now() - A_WHILE) is NotFound.ABSENT


def test_text_is_known_by_its_code_where_it_is_worded_otherwise_by_now(
    provider: TwilioProvider, clock: FrozenClock
) -> None:
    sent = provider.send(page("sms", ANAS_NUMBER, line(12)))

    assert provider.find(page("sms", ANAS_NUMBER, line(12, severity="sev1")), clock.now() - A_WHILE) == sent
    others = (line(12, code="9999"), line(13, code=line(12).code))
    for other in others:
        assert provider.find(page("sms", ANAS_NUMBER, other), clock.now() - A_WHILE) is NotFound.ABSENT


def test_text_of_a_moment_ago_that_is_not_listed_yet_may_still_be(provider: TwilioProvider, clock: FrozenClock) -> None:
    assert provider.find(page("sms", ANAS_NUMBER), clock.now()) is NotFound.UNKNOWN
    assert provider.find(page("voice", ANAS_NUMBER), clock.now()) is NotFound.UNKNOWN


def test_call_that_nobody_took_has_rung(provider: TwilioProvider, twilio: Twilio, clock: FrozenClock) -> None:
    sent = replace(page("voice", ANAS_NUMBER), others=frozenset())
    rung = provider.send(sent)
    twilio.set_status(rung.reference, "no-answer")

    assert provider.find(sent, clock.now() - A_WHILE) == rung


def test_text_sent_long_before_is_not_this_one(provider: TwilioProvider, clock: FrozenClock) -> None:
    sent = page("sms", ANAS_NUMBER)
    provider.send(sent)
    clock.advance(timedelta(minutes=2))

    assert provider.find(sent, clock.now() - A_WHILE) is NotFound.ABSENT


def test_text_that_is_known_not_to_have_arrived_is_no_receipt(
    provider: TwilioProvider, twilio: Twilio, clock: FrozenClock
) -> None:
    sent = page("sms", ANAS_NUMBER)
    twilio.set_status(provider.send(sent).reference, "undelivered")

    assert provider.find(sent, clock.now() - A_WHILE) is NotFound.ABSENT


def test_call_is_ours_where_no_other_of_our_calls_is_it(provider: TwilioProvider, clock: FrozenClock) -> None:
    sent = page("voice", ANAS_NUMBER)
    assert provider.find(sent, clock.now() - A_WHILE) is NotFound.ABSENT
    other = provider.send(page("voice", ANAS_NUMBER, line(13))).reference

    assert provider.find(sent, clock.now()) is NotFound.UNKNOWN
    known = replace(sent, others=frozenset({other}))
    assert provider.find(known, clock.now() - A_WHILE) is NotFound.ABSENT

    ours = provider.send(sent)

    assert provider.find(known, clock.now()) == ours
    assert provider.find(replace(sent, others=frozenset()), clock.now()) is NotFound.UNKNOWN


def test_lookup_without_an_answer_is_unknown(clock: FrozenClock) -> None:
    nobody = TwilioSettings("AC1", "token", OUR_NUMBER, CLOSED_PORT)

    found = build(nobody, PUBLIC_URL, clock).find(page("sms", ANAS_NUMBER), clock.now())

    assert found is NotFound.UNKNOWN


def test_notice_by_phone_is_said_and_asks_for_nothing(provider: TwilioProvider, twilio: Twilio) -> None:
    provider.send(notice("voice", ANAS_NUMBER, "Your contact method mobile is disabled"))

    twiml = twilio.accepted()[0].form["Twiml"]
    assert "Your contact method mobile is disabled" in twiml
    assert "<Gather" not in twiml


def test_sensitive_page_says_nothing_but_the_number(provider: TwilioProvider, twilio: Twilio) -> None:
    provider.send(page("voice", ANAS_NUMBER, line(title=None, service="canary", severity="canary")))
    provider.send(page("sms", ANAS_NUMBER, line(title=None, service="canary", severity="canary")))

    call, text = (accepted.form for accepted in twilio.accepted())
    assert "Incident 12 is sensitive" in call["Twiml"]
    assert "#12" in text["Body"]
    assert "canary" not in call["Twiml"] + text["Body"]


@pytest.mark.parametrize(
    ("status", "fate"),
    [("queued", "out"), ("sending", "waits"), ("delivered", "delivered"), ("undelivered", "failed")],
)
def test_message_can_be_asked_after(provider: TwilioProvider, twilio: Twilio, status: str, fate: str) -> None:
    sent = provider.send(page("sms", ANAS_NUMBER))
    twilio.set_status(sent.reference, status)

    assert provider.fate(sent.reference, "sms").status == fate


def test_call_that_nobody_took_has_failed(provider: TwilioProvider, twilio: Twilio) -> None:
    started = provider.send(page("voice", ANAS_NUMBER))
    twilio.set_status(started.reference, "no-answer")

    fate = provider.fate(started.reference, "voice")
    assert (fate.status, fate.reason) == ("failed", "nobody answered")


def test_vendor_that_cannot_be_asked_raises(clock: FrozenClock) -> None:
    away = build(TwilioSettings("AC1", "token", OUR_NUMBER, CLOSED_PORT), PUBLIC_URL, clock)
    with pytest.raises(ProviderError):
        away.fate("SM1", "sms")
