"""Events and pages for other systems: signed, told once a call, and what an answer means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from oncall.delivery.protocol import NotFound, Outgoing, Receipt
from oncall.domain.webhooks import METHOD
from oncall.errors import AddressError, ProviderError
from oncall.providers.webhook import Caller, WebhookProvider, build, page_secret, sign
from tests.clock import FrozenClock
from tests.oncall.providers.outgoing import PUBLIC_URL, line, notice, page
from tests.vendors import Receiver, run_receiver

KEYS = ("the first key of these tests", "an older key of these tests")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with run_receiver() as receiver:
        yield receiver


@pytest.fixture
def providers(clock: FrozenClock) -> tuple[WebhookProvider, WebhookProvider]:
    return build(KEYS, clock, Caller(private=True))


@pytest.fixture
def pages(providers: tuple[WebhookProvider, WebhookProvider]) -> WebhookProvider:
    return providers[0]


@pytest.fixture
def events(providers: tuple[WebhookProvider, WebhookProvider]) -> WebhookProvider:
    return providers[1]


def event(url: str, **changes: object) -> Outgoing:
    said = json.dumps({"id": "evt_1", "type": "acknowledged", "title": "Größe"}, ensure_ascii=False)
    usual = replace(notice(METHOD, url, said), user=None, message="evt_1", secrets=(SECRET,))
    return replace(usual, **changes)  # type: ignore[arg-type]  # names checked by replace()


def test_signature_is_that_of_the_standard() -> None:
    signed = sign([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_event_goes_out_as_it_was_written_down(events: WebhookProvider, receiver: Receiver, clock: FrozenClock) -> None:
    sent = event(receiver.hook(), attempt=3)

    assert events.send(sent) == Receipt("200")

    (got,) = receiver.received()
    assert got.body == sent.text.encode()
    assert (got.id, got.attempt, got.headers["content-type"]) == ("evt_1", 3, "application/json")
    assert int(got.headers["webhook-timestamp"]) == clock.now().timestamp()
    assert got.is_signed_with(SECRET)
    assert not got.is_signed_with(page_secret(KEYS[0]))


def test_event_is_signed_with_both_secrets_while_one_takes_over(events: WebhookProvider, receiver: Receiver) -> None:
    newer = "whsec_" + "A" * 43 + "="

    events.send(event(receiver.hook(), secrets=(newer, SECRET)))

    (got,) = receiver.received()
    assert got.is_signed_with(newer)
    assert got.is_signed_with(SECRET)


def test_event_whose_secret_cannot_be_read_is_not_sent_unsigned(events: WebhookProvider, receiver: Receiver) -> None:
    with pytest.raises(ProviderError, match="rotate") as caught:
        events.send(event(receiver.hook(), secrets=()))

    assert caught.value.permanent
    assert receiver.received() == []


def test_page_says_what_is_wrong_and_is_signed_by_the_installation(pages: WebhookProvider, receiver: Receiver) -> None:
    outside = {"number": 12, "state": "triggered", "url": f"{PUBLIC_URL}/incidents/12"}
    sent = replace(page("webhook", receiver.hook("pages"), line(outside=outside)), message="m.1")

    pages.send(sent)

    (got,) = receiver.received("pages")
    assert got.said == {
        "id": got.id,
        "type": "paged",
        "at": "2026-11-22T02:13:00Z",
        "user": "ana",
        "text": sent.text,
        "incident": outside,
        "page": "page-12",
    }
    assert all(got.is_signed_with(page_secret(key)) for key in KEYS)


def test_page_sent_again_is_known_by_the_same_id_and_another_is_not(pages: WebhookProvider, receiver: Receiver) -> None:
    first = replace(page("webhook", receiver.hook()), message="m.1")
    for sent in (first, replace(first, id="another call", attempt=2), replace(first, message="m.2")):
        pages.send(sent)

    one, again, other = (got.id for got in receiver.received())
    assert one == again != other
    assert "." not in one


def test_notice_to_a_person_is_text(pages: WebhookProvider, receiver: Receiver) -> None:
    pages.send(notice("webhook", receiver.hook(), "Your mobile is disabled"))

    (got,) = receiver.received()
    assert (got.said["type"], got.said["text"]) == ("notice", "Your mobile is disabled")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_refusal_is_of_what_was_sent_and_trying_at_once_again_is_of_no_use(
    status: int, events: WebhookProvider, receiver: Receiver
) -> None:
    receiver.refuse_next(status)

    with pytest.raises(ProviderError, match=f"answered {status}") as caught:
        events.send(event(receiver.hook()))

    assert (caught.value.permanent, caught.value.reference) == (True, str(status))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_receiver_that_is_not_well_may_be_tried_again(status: int, events: WebhookProvider, receiver: Receiver) -> None:
    receiver.refuse_next(status, retry_after=90)

    with pytest.raises(ProviderError, match=f"answered {status}") as caught:
        events.send(event(receiver.hook()))

    assert (caught.value.permanent, caught.value.retry_after) == (False, timedelta(seconds=90))


def test_receiver_that_is_gone_is_a_bad_address(events: WebhookProvider, receiver: Receiver) -> None:
    receiver.refuse_next(410)

    with pytest.raises(AddressError, match="410 Gone"):
        events.send(event(receiver.hook()))


def test_lost_answer_is_a_failure_that_may_pass(events: WebhookProvider, receiver: Receiver) -> None:
    receiver.lose_next()

    with pytest.raises(ProviderError, match="cannot be reached") as caught:
        events.send(event(receiver.hook()))

    assert not caught.value.permanent
    assert len(receiver.received()) == 1


def test_redirect_is_not_followed(events: WebhookProvider, receiver: Receiver) -> None:
    with pytest.raises(ProviderError, match="redirect, which is not followed"):
        events.send(event(f"{receiver.url}/elsewhere"))

    assert [got.name for got in receiver.received()] == ["elsewhere"]


def test_nobody_has_to_be_asked_what_came_of_a_call(events: WebhookProvider, clock: FrozenClock) -> None:
    assert events.find(event("https://hooks.example.com"), clock.now()) is NotFound.REPEATABLE
