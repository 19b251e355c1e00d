"""Monitors that tell of what is wrong until they are answered, and people who acknowledge some of it."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from tests.chaos.company import service

SENDERS = 8
PATIENCE_SECONDS = 15.0
AGAIN_SECONDS = 0.1


@dataclass(slots=True)
class Told:
    """What a monitor was answered for: taken for sure at `accepted_at`, and acknowledged for sure at `acknowledged_at`."""

    service: str
    accepted_at: datetime
    acknowledged_at: datetime | None = None


@dataclass
class Monitors:
    """Several senders at once, `a_second` triggers together and `total` in all; what was accepted is kept by its dedup key.

    Each trigger is sent until it is answered with 2xx. Of every five one is acknowledged as soon as it is accepted, or up to two
    seconds later.
    """

    port: int
    token: str
    keys: tuple[str, ...]
    services: int
    a_second: float
    total: int
    accepted: dict[str, Told] = field(default_factory=dict)
    tries: int = 0

    def __post_init__(self) -> None:
        self._numbers = itertools.count()
        self._begun = monotonic()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Tell of it beside the block, after which all of it has been accepted."""
        with ThreadPoolExecutor(SENDERS) as pool:
            senders = [pool.submit(self._send) for _ in range(SENDERS)]
            yield
        for sender in senders:
            sender.result()

    def _send(self) -> None:
        line = _Line(self.port, self.token)
        later: list[tuple[float, str, int]] = []
        pace = threading.Event()
        while (number := next(self._numbers)) < self.total:
            pace.wait(max(0.0, self._begun + number / self.a_second - monotonic()))
            incident = self._tell(line, number)
            if incident is not None and number % 5 == 0:
                later.append((monotonic() + number % 3, f"t{number}", incident))
            while later and later[0][0] <= monotonic():
                self._acknowledge(line, *later.pop(0)[1:])
        for _, key, incident in later:
            self._acknowledge(line, key, incident)
        line.close()

    def _tell(self, line: _Line, number: int) -> int | None:
        """Tell of one thing until it is accepted; the incident's number where the answer has it."""
        key, name = f"t{number}", service(number % self.services)
        if number % 3 == 0 and number % self.services < len(self.keys):
            path = "/v2/enqueue"
            payload = {"summary": f"disk {number} full", "severity": "critical", "source": name}
            routing = self.keys[number % self.services]
            body: dict[str, Any] = {
                "routing_key": routing,
                "event_action": "trigger",
                "dedup_key": key,
                "payload": payload,
            }
        else:
            path = "/api/v1/incidents"
            body = {"service": name, "title": f"disk {number} full", "severity": "sev1", "dedup_key": key}
        answer = self._until_answered(line, path, body)
        self.accepted[key] = Told(name, datetime.now(UTC))
        return answer.get("number")

    def _acknowledge(self, line: _Line, key: str, incident: int) -> None:
        self._until_answered(line, f"/api/v1/incidents/{incident}/acknowledge", {})
        self.accepted[key].acknowledged_at = datetime.now(UTC)

    def _until_answered(self, line: _Line, path: str, body: object) -> dict[str, Any]:
        while True:
            self.tries += 1
            answer = line.post(path, body)
            if answer is not None:
                return answer
            # Whatever is wrong: it is told again.
            threading.Event().wait(AGAIN_SECONDS)


class _Line:
    """One sender's connection, made anew whenever it is lost."""

    def __init__(self, port: int, token: str) -> None:
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)

    def post(self, path: str, body: object) -> dict[str, Any] | None:
        """The answer, if it is 2xx; None if not, or if none comes."""
        try:
            self._connection.request("POST", path, json.dumps(body), self._headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return None
        if not 200 <= answer.status < 300:
            return None
        found: dict[str, Any] = json.loads(content)
        return found

    def close(self) -> None:
        self._connection.close()
