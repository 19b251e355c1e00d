"""Requests over HTTP at a pace, or as fast as they are answered: from one thread, in prepared bytes, so that asking costs little."""

from __future__ import annotations

import math
import selectors
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

_BLANK = b"\r\n\r\n"
_LONGEST_SECONDS = 120.0


class Answered(NamedTuple):
    """One request, by its place: when it was to be sent by the monotonic clock, when its answer was there, and with which status."""

    number: int
    asked: float
    answered: float
    status: int

    @property
    def took(self) -> float:
        """Seconds until the answer, the waiting for a free connection included."""
        return self.answered - self.asked


def request(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """A POST of JSON as it goes over the line."""
    named = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join(lines).encode() + _BLANK + body


def at_a_pace(port: int, requests: Iterable[bytes], a_second: float, connections: int = 8) -> list[Answered]:
    """Send each at its instant, whether or not the earlier ones are answered, as far as connections are free."""
    return _Load(port, requests, connections, lambda number: number / a_second, math.inf).run()


def as_fast_as_answered(
    port: int, requests: Iterable[bytes], connections: int, seconds: float = math.inf
) -> list[Answered]:
    """Send the next on each connection as soon as the last is answered; no more are begun after so many seconds."""
    return _Load(port, requests, connections, lambda _number: 0.0, seconds).run()


def require_status(answers: Sequence[Answered], *expected: HTTPStatus) -> None:
    """Raise where any request was answered otherwise."""
    others = {answer.status for answer in answers} - {status.value for status in expected}
    if others:
        raise AssertionError(f"answered with {sorted(others)} instead of {[status.value for status in expected]}")


class _Load:
    def __init__(
        self, port: int, requests: Iterable[bytes], connections: int, due: Callable[[int], float], seconds: float
    ) -> None:
        self._selector = selectors.DefaultSelector()
        self._free = [_Line(port, self._selector) for _ in range(connections)]
        self._requests = enumerate(requests)
        self._due = due
        self._seconds = seconds
        self._answered: list[Answered] = []

    def run(self) -> list[Answered]:
        self._began = time.monotonic()
        self._next = next(self._requests, None)
        busy = 0
        while self._next is not None or busy:
            busy += self._send_due()
            for key, _ in self._selector.select(self._pause()):
                done = key.data.receive()
                if done is not None:
                    self._answered.append(done)
                    self._free.append(key.data)
                    busy -= 1
            if time.monotonic() - self._began > _LONGEST_SECONDS:
                raise TimeoutError(f"{busy} requests are not answered")
        for line in self._free:
            line.close()
        return self._answered

    def _send_due(self) -> int:
        begun = 0
        while self._free and self._next is not None:
            (number, content), now = self._next, time.monotonic()
            if now - self._began > self._seconds:
                self._next = None
            elif self._began + self._due(number) > now:
                break
            else:
                due = self._due(number)
                self._free.pop().send(number, content, self._began + due if due else now)
                self._next = next(self._requests, None)
                begun += 1
        return begun

    def _pause(self) -> float:
        if self._next is None or not self._free:
            return 1.0
        return max(0.0, self._began + self._due(self._next[0]) - time.monotonic())


class _Line:
    """One connection, opened again where the server has closed it meanwhile."""

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self._port, self._selector = port, selector
        self._content: bytes | None = None
        self._got = b""
        self._asked, self._number = 0.0, 0
        self._open()

    def send(self, number: int, content: bytes, asked: float) -> None:
        self._number, self._content, self._asked, self._got = number, content, asked, b""
        try:
            self._socket.sendall(content)
        except (BrokenPipeError, ConnectionResetError):
            self._open()
            self._socket.sendall(content)

    def receive(self) -> Answered | None:
        try:
            got = self._socket.recv(65536)
        except ConnectionResetError:
            got = b""
        if not got:
            self._open()
            if self._content is not None:
                self._socket.sendall(self._content)
            return None
        self._got += got
        if not _is_whole(self._got):
            return None
        self._content = None
        return Answered(self._number, self._asked, time.monotonic(), int(self._got[9:12]))

    def close(self) -> None:
        self._selector.unregister(self._socket)
        self._socket.close()

    def _open(self) -> None:
        if hasattr(self, "_socket"):
            self.close()
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(self._socket, selectors.EVENT_READ, self)


def _is_whole(got: bytes) -> bool:
    head, blank, body = got.partition(_BLANK)
    _, named, after = head.lower().partition(b"content-length:")
    return bool(blank) and (not named or len(body) >= int(after.split(b"\r\n", 1)[0]))


def numbered(make: Callable[[int], bytes], begin: int = 0) -> Iterator[bytes]:
    """Requests without end, each made from its number."""
    while True:
        yield make(begin)
        begin += 1
