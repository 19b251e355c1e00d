"""One POST to an address that others chose: where it goes, and when it is over."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from oncall.errors import ProviderError
from oncall.providers.webhook.caller import MOST_READ, Answered, Caller
from tests.oncall.domain.test_web_address import CLOSED, NOWHERE
from tests.vendors.raw import certificate, run_raw

NAME = "hooks.example.com"
PATIENCE = 20


class Names:
    """A resolver that answers what the test says, each time the next, and counts how often it was asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self._answers[min(len(self.asked), len(self._answers)) - 1]


def answer(line: socket.socket, said: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") -> bytes:
    """Read a request to its end and answer it; what was read."""
    read = b""
    while not read.endswith(b"{}"):
        part = line.recv(65536)
        if not part:
            raise ConnectionResetError
        read += part
    line.sendall(said)
    return read


@pytest.mark.parametrize("url", [*CLOSED, *NOWHERE])
def test_address_that_is_not_public_is_neither_looked_up_nor_called(url: str) -> None:
    names = Names(["127.0.0.1"])

    with pytest.raises(ProviderError) as caught:
        Caller(private=False, resolve=names).post(url, b"{}", {})

    assert caught.value.permanent
    assert names.asked == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:169.254.169.254"],
        ["fe80::1%eth0"],
        ["64:ff9b::a9fe:a9fe"],
        ["93.184.216.34", "192.168.0.1"],
    ],
)
def test_name_that_leads_to_a_private_address_is_not_called(addresses: list[str]) -> None:
    with pytest.raises(ProviderError, match="which is no public address") as caught:
        Caller(private=False, resolve=Names(addresses)).post(f"https://{NAME}/x", b"{}", {})

    assert caught.value.permanent


def test_name_is_resolved_once_and_that_very_address_is_called() -> None:
    with run_raw(lambda line: void(answer(line))) as server:
        names = Names(["127.0.0.1"], ["192.0.2.1"])

        answered = Caller(private=True, resolve=names).post(f"http://{NAME}:{server.port}/x", b"{}", {})

    assert answered == Answered(200)
    assert names.asked == [(NAME, server.port)]


def test_name_without_an_address_may_have_one_later() -> None:
    def nobody(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(ProviderError, match=f"{NAME} has no address now") as caught:
        Caller(private=False, resolve=nobody).post(f"https://{NAME}/", b"{}", {})

    assert not caught.value.permanent


def test_request_names_the_host_and_not_the_address_and_nothing_else_of_ours() -> None:
    got: list[bytes] = []
    with run_raw(lambda line: got.append(answer(line))) as server:
        url = f"http://{NAME}:{server.port}/path;a?token=1&b=%2F"
        Caller(private=True, resolve=Names(["127.0.0.1"])).post(url, b"{}", {"webhook-id": "evt_1"})

    head = got[0].decode().partition("\r\n\r\n")[0].split("\r\n")
    assert head[0] == "POST /path;a?token=1&b=%2F HTTP/1.1"
    assert f"Host: {NAME}:{server.port}" in head
    assert "webhook-id: evt_1" in head
    assert [line for line in head if line.lower().startswith(("cookie", "authorization"))] == []


def test_next_address_is_called_where_the_first_takes_no_connection() -> None:
    with run_raw(lambda line: void(answer(line))) as server:
        names = Names(["::1", "127.0.0.1"])

        assert Caller(private=True, resolve=names).post(f"http://{NAME}:{server.port}/", b"{}", {}) == Answered(200)


def test_certificate_has_to_be_that_of_the_name(tmp_path: Path) -> None:
    ours, believed = certificate(NAME, tmp_path)
    with run_raw(lambda line: void(answer(line)), ours) as server:
        caller = Caller(private=True, resolve=Names(["127.0.0.1"]), tls=believed)

        assert caller.post(f"https://{NAME}:{server.port}/", b"{}", {}) == Answered(200)
        with pytest.raises(ProviderError, match=r"other\.example\.com cannot be reached"):
            caller.post(f"https://other.example.com:{server.port}/", b"{}", {})

    assert server.names == [NAME, "other.example.com"]


def test_certificate_that_nobody_vouches_for_is_not_believed(tmp_path: Path) -> None:
    ours, _ = certificate(NAME, tmp_path)
    with run_raw(lambda line: void(answer(line)), ours) as server:
        caller = Caller(private=True, resolve=Names(["127.0.0.1"]))

        with pytest.raises(ProviderError, match="self-signed certificate") as caught:
            caller.post(f"https://{NAME}:{server.port}/", b"{}", {})

    assert not caught.value.permanent


def test_answer_without_end_is_read_so_far_and_no_further() -> None:
    sent = [0]

    def without_end(line: socket.socket) -> None:
        answer(line, b"HTTP/1.1 202 Accepted\r\n\r\n")
        while True:
            sent[0] += line.send(b"x" * 4096)

    with run_raw(without_end) as server:
        answered = Caller(private=True).post(f"http://127.0.0.1:{server.port}/", b"{}", {})
        assert server.ended.wait(PATIENCE)

    assert answered == Answered(202)
    # What lies in the sockets' buffers was sent, but never read.
    assert sent[0] < 200 * MOST_READ


@pytest.mark.parametrize(
    "slow",
    [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200"],
    ids=["silent", "in a header", "in the status"],
)
def test_answer_that_drips_is_given_up_in_time(slow: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oncall.providers.webhook.caller.SECONDS", 0.3)

    def drip(line: socket.socket) -> None:
        answer(line, slow)
        line.settimeout(0.05)
        while line.send(b" ") and not _has_hung_up(line):
            continue

    with run_raw(drip) as server:
        with pytest.raises(ProviderError, match="did not answer within") as caught:
            Caller(private=True).post(f"http://127.0.0.1:{server.port}/", b"{}", {})
        assert server.ended.wait(PATIENCE)

    assert not caught.value.permanent


@pytest.mark.parametrize("length", [b"Content-Length: 100000\r\n", b""], ids=["with a length", "without"])
def test_body_that_drips_after_a_success_is_a_success(length: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oncall.providers.webhook.caller.SECONDS", 0.3)

    def drip(line: socket.socket) -> None:
        answer(line, b"HTTP/1.1 200 OK\r\n" + length + b"\r\n")
        line.settimeout(0.05)
        while line.send(b"x") and not _has_hung_up(line):
            continue

    with run_raw(drip) as server:
        assert Caller(private=True).post(f"http://127.0.0.1:{server.port}/", b"{}", {}) == Answered(200)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("-1", None),
        ("9" * 30, None),
    ],
)
def test_receiver_may_ask_to_be_left_alone_for_so_many_seconds(header: str, wait: timedelta | None) -> None:
    said = f"HTTP/1.1 503 Busy\r\nRetry-After: {header}\r\nContent-Length: 0\r\n\r\n".encode()
    with run_raw(lambda line: void(answer(line, said))) as server:
        assert Caller(private=True).post(f"http://127.0.0.1:{server.port}/", b"{}", {}) == Answered(503, wait)


def test_what_is_no_http_is_a_failure_that_may_pass() -> None:
    with (
        run_raw(lambda line: void(answer(line, b"220 smtp.example.com ESMTP\r\n"))) as server,
        pytest.raises(ProviderError, match="cannot be reached") as caught,
    ):
        Caller(private=True).post(f"http://127.0.0.1:{server.port}/", b"{}", {})

    assert not caught.value.permanent


def _has_hung_up(line: socket.socket) -> bool:
    try:
        return line.recv(1) == b""
    except TimeoutError:
        return False


def void(_result: object) -> None:
    """Give nothing back."""
