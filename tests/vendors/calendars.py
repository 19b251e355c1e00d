"""A server of calendars on loopback: it says what a test lays there, and breaks as the test says."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.vendors.raw import run_raw


@dataclass
class Shelf:
    """What stands at the server's addresses, by path, and the paths that were asked for."""

    port: int = 0
    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, path: str = "/days.ics") -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def lay(self, body: bytes, path: str = "/days.ics", *, status: str = "200 OK", head: str = "") -> str:
        """Answer with this from now on; returns the address."""
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{head}\r\n"
        self.answers[path] = head.encode() + body
        return self.url(path)

    def serve(self, line: socket.socket) -> None:
        """Answer one request."""
        read = b""
        while not read.endswith(b"\r\n\r\n"):
            part = line.recv(65536)
            if not part:
                return
            read += part
        path = read.split(b" ")[1].decode()
        self.asked.append(path)
        line.sendall(self.answers.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))


@contextmanager
def run_shelf() -> Iterator[Shelf]:
    """Lend a server of calendars, empty at first."""
    shelf = Shelf()
    with run_raw(shelf.serve) as server:
        shelf.port = server.port
        yield shelf


def whole_days(*days: date | str) -> bytes:
    """A calendar in which each of these days is a whole-day event."""
    return calendar(
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}\r\nDTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}\r\nSUMMARY:Closed"
        for day in (date.fromisoformat(one) if isinstance(one, str) else one for one in days)
    )


def calendar(events: Iterable[str]) -> bytes:
    """A calendar of events, each in the lines that are its own."""
    told = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}@example.com\r\nDTSTAMP:20260101T000000Z\r\n{event}\r\nEND:VEVENT\r\n"
        for number, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\n{told}END:VCALENDAR\r\n".encode()
