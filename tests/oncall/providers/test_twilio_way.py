"""Twilio by the proxy and with the certificates that the environment names."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from oncall.delivery.protocol import Receipt
from oncall.errors import ProviderError
from oncall.providers.twilio import build
from oncall.settings import TwilioSettings
from tests.clock import FrozenClock
from tests.oncall.providers.outgoing import ANAS_NUMBER, PUBLIC_URL, page
from tests.vendors import Twilio
from tests.vendors.raw import certificate, run_raw
from tests.vendors.twilio_double import OUR_NUMBER

ELSEWHERE = "http://api.twilio.example"
CLOSED_PORT = "http://127.0.0.1:1"
ANSWER = b'HTTP/1.1 201 Created\r\nContent-Length: 14\r\n\r\n{"sid": "SM1"}'


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with an environment that names neither."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def send(account: TwilioSettings, clock: FrozenClock) -> Receipt:
    """Send a text message from that account."""
    return build(account, PUBLIC_URL, clock).send(page("sms", ANAS_NUMBER))


def take(line: socket.socket) -> None:
    """Take a message, whatever it says."""
    request = b""
    while b"ValidityPeriod" not in request:
        request += line.recv(65536)
    line.sendall(ANSWER)


def test_message_goes_by_the_proxy_of_the_environment(
    twilio: Twilio, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", twilio.url)

    receipt = send(replace(twilio.settings, api_base=ELSEWHERE), clock)

    assert [accepted.sid for accepted in twilio.accepted()] == [receipt.reference]


def test_message_goes_past_the_proxy_where_the_environment_says_so(
    twilio: Twilio, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", CLOSED_PORT)
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    receipt = send(twilio.settings, clock)

    monkeypatch.delenv("http_proxy")
    assert [accepted.sid for accepted in twilio.accepted()] == [receipt.reference]


def test_tunnel_that_a_proxy_refuses_has_carried_nothing(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", CLOSED_PORT)

    with pytest.raises(ProviderError) as caught:
        send(TwilioSettings("AC1", "token", OUR_NUMBER), clock)

    assert type(caught.value) is ProviderError


def test_certificates_of_the_environment_are_believed_and_no_others(
    clock: FrozenClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, _ = certificate("localhost", tmp_path)
    with run_raw(take, server) as listening:
        account = TwilioSettings("AC1", "token", OUR_NUMBER, f"https://localhost:{listening.port}")
        with pytest.raises(ProviderError, match="cannot be reached"):
            send(account, clock)

        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "localhost.pem"))
        assert send(account, clock) == Receipt("SM1")


def test_certificates_that_are_not_there_are_told(
    twilio: Twilio, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")

    with pytest.raises(ProviderError, match="the proxy or the certificates") as caught:
        send(replace(twilio.settings, api_base="https://127.0.0.1:1"), clock)

    assert not caught.value.permanent
