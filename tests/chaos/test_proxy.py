"""The line that can be broken: what each way of breaking it looks like to those who speak on it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from tests.chaos.proxy import Proxy, run_proxies
from tests.vendors.raw import run_raw

SHORT = 0.05
LONG = 10.0


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A line to a server that says everything back."""
    with run_raw(say_back) as server, run_proxies(server.port) as (proxy,):
        yield proxy


def say_back(line: socket.socket) -> None:
    while heard := line.recv(100):
        line.sendall(heard)


def connect(proxy: Proxy, patience: float = LONG) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=patience)


def told(line: socket.socket, text: bytes) -> bytes:
    line.sendall(text)
    return line.recv(100)


def test_line_carries_both_ways_and_adds_its_latency(proxy: Proxy) -> None:
    with connect(proxy) as line:
        assert told(line, b"hello") == b"hello"
        proxy.slow_down(SHORT)
        begun = time.monotonic()
        assert told(line, b"again") == b"again"
        assert time.monotonic() - begun >= 2 * SHORT


def test_line_that_is_cut_ends_and_one_that_is_reset_is_torn(proxy: Proxy) -> None:
    with connect(proxy) as line:
        assert told(line, b"hello") == b"hello"
        proxy.cut()
        assert line.recv(1) == b""
    with connect(proxy) as line:
        assert told(line, b"hello") == b"hello"
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            line.recv(1)


def test_silent_line_holds_back_what_is_said_until_it_speaks_again(proxy: Proxy) -> None:
    with connect(proxy, SHORT) as line:
        assert told(line, b"hello") == b"hello"
        proxy.fall_silent()
        with connect(proxy, SHORT) as late:
            late.sendall(b"late")
            with pytest.raises(TimeoutError):
                told(line, b"nobody hears")
            proxy.speak_again()
            line.settimeout(LONG)
            assert line.recv(100) == b"nobody hears"


def test_line_to_nobody_is_torn(proxy: Proxy) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = closed.getsockname()[1]
    proxy.lead_to(nobody)
    with pytest.raises(ConnectionResetError), connect(proxy) as line:
        line.recv(1)
