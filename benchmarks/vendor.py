"""A vendor that takes text messages and stamps when each one came.

It speaks as much of Twilio's API as sending needs, in a process of its own and at some 50 microseconds a message, so that it
takes little from what it measures. As a program: `python -m benchmarks.vendor SECONDS_TO_ANSWER`.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

ENVIRONMENT = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "twilio-auth-token",
    "TWILIO_FROM": "+15005550006",
}
"""The account that it takes messages of; its address, which is not known before it runs, is missing."""

_ANSWER = b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
_BLANK = b"\r\n\r\n"


class Message(NamedTuple):
    """A message that the vendor took: when, by the monotonic clock that the processes of a machine share, and for whom."""

    at: float
    to: str


@dataclass(frozen=True, slots=True)
class Vendor:
    """A running vendor and its address."""

    url: str

    def taken(self) -> list[Message]:
        """Every message since the last `forget`, in the order in which they came."""
        return [Message(at, parse_qs(body)["To"][0]) for at, body in json.loads(self._ask("GET", "/ledger"))]

    def count(self) -> int:
        """How many messages that is."""
        return int(self._ask("GET", "/count"))

    def forget(self) -> None:
        """Begin a new ledger."""
        self._ask("GET", "/forget")

    def _ask(self, method: str, path: str) -> bytes:
        with closing(http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)) as connection:
            connection.request(method, path)
            return connection.getresponse().read()


@contextmanager
def run_vendor(seconds_to_answer: float = 0.0) -> Iterator[Vendor]:
    """Lend a vendor that answers each message after so long."""
    command = [sys.executable, "-m", "benchmarks.vendor", str(seconds_to_answer)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Vendor(process.stdout.readline().strip())
        finally:
            process.kill()


class _Ledger:
    """What all connections of the vendor share."""

    def __init__(self, seconds_to_answer: float) -> None:
        self.seconds_to_answer = seconds_to_answer
        self._taken: list[tuple[float, str]] = []

    def take(self, body: bytes) -> bytes:
        self._taken.append((time.monotonic(), body.decode()))
        answer = b'{"sid": "SM%032x", "status": "queued"}' % len(self._taken)
        return _ANSWER % (201, len(answer), answer)

    def answer(self, path: bytes) -> bytes:
        if path == b"/forget":
            self._taken.clear()
        answers = {b"/ledger": self._taken, b"/count": len(self._taken)}
        answer = json.dumps(answers.get(path, {"messages": [], "calls": []})).encode()
        return _ANSWER % (200, len(answer), answer)


class _Line(asyncio.Protocol):
    """One connection, on which requests come one after the other."""

    def __init__(self, ledger: _Ledger) -> None:
        self._ledger = ledger
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        head, blank, rest = self._waiting.partition(_BLANK)
        length = _length(head)
        if not blank or len(rest) < length:
            return
        self._waiting = rest[length:]
        method, path, _ = head.split(b" ", 2)
        if method == b"GET":
            self._transport.write(self._ledger.answer(path))
        elif self._ledger.seconds_to_answer:
            answer = self._ledger.take(rest[:length])
            asyncio.get_running_loop().call_later(self._ledger.seconds_to_answer, self._transport.write, answer)
        else:
            self._transport.write(self._ledger.take(rest[:length]))


def _length(head: bytes) -> int:
    _, named, after = head.lower().partition(b"content-length:")
    return int(after.split(b"\r\n", 1)[0]) if named else 0


async def _serve(seconds_to_answer: float) -> None:
    ledger = _Ledger(seconds_to_answer)
    server = await asyncio.get_running_loop().create_server(lambda: _Line(ledger), "127.0.0.1", 0, backlog=1000)
    host, port = server.sockets[0].getsockname()
    print(f"http://{host}:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
