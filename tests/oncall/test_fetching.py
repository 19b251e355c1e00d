"""Calendars from elsewhere: what is read, how much of it, for how long, and from where never."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from oncall.errors import FeedError
from oncall.fetching import LARGEST, Fetcher
from oncall.outbound import Outbound
from tests.oncall.domain.test_web_address import CLOSED
from tests.vendors.raw import certificate, run_raw

NAME = "calendars.example.com"
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
PATIENCE = 20

Serve = Callable[[socket.socket], None]


def said(status: str, body: bytes = b"", *more: str) -> Serve:
    """Read a request and answer it."""
    head = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *more, "", ""))
    return raw(head.encode() + body)


def raw(answer: bytes) -> Serve:
    """Read a request and answer it with these bytes."""

    def serve(line: socket.socket) -> None:
        read = b""
        while not read.endswith(b"\r\n\r\n"):
            part = line.recv(65536)
            if not part:
                return
            read += part
        line.sendall(answer)

    return serve


def on_loopback(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def near(url: str, port: int) -> bytes:
    """What somebody gets who may call this machine."""
    return Fetcher(Outbound(private=True, resolve=on_loopback))(url.format(port=port))


def refusal(serve: Serve, url: str = "http://127.0.0.1:{port}/days.ics") -> str:
    with run_raw(serve) as server, pytest.raises(FeedError) as caught:
        near(url, server.port)
    return str(caught.value)


def test_calendar_at_an_address_is_read_whole() -> None:
    with run_raw(said("200 OK", CALENDAR)) as server:
        assert near("http://127.0.0.1:{port}/days.ics?key=1", server.port) == CALENDAR


def test_calendar_of_a_private_address_is_not_asked_for() -> None:
    for url in CLOSED:
        with pytest.raises(FeedError, match="the address"):
            Fetcher(Outbound(private=False, resolve=on_loopback))(url)


@pytest.mark.parametrize(
    ("url", "because"),
    [
        ("http://calendars.example.com/days.ics", "is not encrypted: use https"),
        ("ftp://calendars.example.com/days.ics", "is not an http or https address"),
        ("webcal://calendars.example.com/days.ics", "write https:"),
        (
            "https://calendars.example.com/days.ics",
            "calendars.example.com leads to 127.0.0.1, which is no public address",
        ),
    ],
)
def test_address_of_a_wrong_kind_is_refused_with_the_right_one(url: str, because: str) -> None:
    with pytest.raises(FeedError, match=because):
        Fetcher(Outbound(private=False, resolve=on_loopback))(url)


def test_address_that_is_gone_is_named_with_its_status() -> None:
    assert refusal(said("404 Not Found", b"<html>")) == "127.0.0.1 answered 404 Not Found"


def test_calendar_that_has_moved_is_found_where_it_is_now() -> None:
    with (
        run_raw(said("200 OK", CALENDAR)) as there,
        run_raw(said("301 Moved Permanently", b"", f"Location: http://127.0.0.1:{there.port}/new.ics")) as here,
    ):
        assert near("http://127.0.0.1:{port}/old.ics", here.port) == CALENDAR


def test_redirects_in_a_circle_come_to_an_end() -> None:
    assert refusal(said("302 Found", b"", "Location: /days.ics")) == "it leads on more than 3 times"


def test_redirect_out_of_http_is_refused() -> None:
    assert "is not an http or https address" in refusal(said("302 Found", b"", "Location: file:///etc/passwd"))


@pytest.mark.parametrize(
    ("location", "because"),
    [
        ("https://10.0.0.1/days.ics", "leads to 10.0.0.1, which is no public address"),
        ("http://calendars.example.com/days.ics", "is not encrypted"),
        ("https://inside.example.com/days.ics", "inside.example.com leads to 10.0.0.2, which is no public address"),
    ],
)
def test_redirect_to_a_private_place_is_refused(
    location: str, because: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oncall.outbound.is_public", lambda address: address == "127.0.0.1")
    ours, believed = certificate(NAME, tmp_path)
    places = {NAME: ["127.0.0.1"], "inside.example.com": ["10.0.0.2"]}
    outbound = Outbound(private=False, resolve=lambda host, _port: places[host], tls=believed)

    with run_raw(said("302 Found", b"", f"Location: {location}"), ours) as server:
        with pytest.raises(FeedError, match=because):
            Fetcher(outbound)(f"https://{NAME}:{server.port}/days.ics")
        assert server.connections == 1


def test_certificate_has_to_be_that_of_the_name(tmp_path: Path) -> None:
    ours, believed = certificate(NAME, tmp_path)
    outbound = Outbound(private=True, resolve=on_loopback, tls=believed)

    with run_raw(said("200 OK", CALENDAR), ours) as server:
        assert Fetcher(outbound)(f"https://{NAME}:{server.port}/") == CALENDAR
        with pytest.raises(FeedError, match=r"other\.example\.com cannot be reached"):
            Fetcher(outbound)(f"https://other.example.com:{server.port}/")


def test_calendar_of_50_mb_is_cut_off_and_not_read() -> None:
    sent = [0]

    def endless(line: socket.socket) -> None:
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n")(line)
        while sent[0] < 10 * LARGEST:
            sent[0] += line.send(b"x" * 65536)

    with run_raw(endless) as server:
        with pytest.raises(FeedError, match="it is larger than 5 MB"):
            near("http://127.0.0.1:{port}/days.ics", server.port)
        assert server.ended.wait(PATIENCE)

    # What lies in the sockets' buffers was sent, but never read.
    assert sent[0] < 4 * LARGEST


def test_calendar_that_ends_too_early_is_not_taken_for_whole() -> None:
    assert "cannot be reached" in refusal(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + CALENDAR))


@pytest.mark.parametrize(
    "before",
    [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\nBEGIN:"],
    ids=["hangs", "drips in the status", "drips in a header", "drips in the calendar"],
)
def test_server_that_hangs_or_drips_is_given_up_in_time(before: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oncall.fetching.SECONDS", 0.3)

    def drip(line: socket.socket) -> None:
        raw(before)(line)
        line.settimeout(0.05)
        while not _has_hung_up(line):
            if before:
                line.send(b" ")

    assert "did not answer within" in refusal(drip)


def test_file_is_read_from_beside_the_document(tmp_path: Path) -> None:
    (tmp_path / "days.ics").write_bytes(CALENDAR)

    assert Fetcher(None, tmp_path)("days.ics") == CALENDAR
    assert Fetcher(None, Path("/nowhere"))(str(tmp_path / "days.ics")) == CALENDAR


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ics")
    (tmp_path / "large.ics").write_bytes(b"x" * (LARGEST + 1))

    for name, because in (("none.ics", "is no file"), ("pipe.ics", "is no file"), ("large.ics", "larger than 5 MB")):
        with pytest.raises(FeedError, match=because):
            Fetcher(None, tmp_path)(name)


def test_path_without_a_document_beside_it_is_refused() -> None:
    with pytest.raises(FeedError, match="only by the command that reads the document"):
        Fetcher(None)("days.ics")


def _has_hung_up(line: socket.socket) -> bool:
    try:
        return line.recv(1) == b""
    except TimeoutError:
        return False


def test_machine_that_refuses_the_connection_is_said_so_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(FeedError, match=r"127\.0\.0\.1 cannot be reached: it refuses the connection"):
        near("http://127.0.0.1:{port}/days.ics", port)
