"""What a double does instead of answering well, when a test asks for it."""

import json
import random
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from flask import Flask, Response, jsonify, request

LONGEST_HOLD_SECONDS = 60.0

Kind = Literal["refuse", "break", "lose", "drop", "hold", "slow"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the next request that would take a message.

    `refuse` answers with `status`, `body` and `retry_after` and takes nothing; `break` takes the message and answers so all the
    same; `lose` takes it and cuts the connection, `drop` cuts it and takes nothing; `hold` takes it and answers only after
    `release`, `slow` after `seconds`.
    """

    kind: Kind
    status: int = 500
    body: dict[str, Any] = field(default_factory=dict)
    retry_after: int | None = None
    seconds: float = 0.0


class FaultPlan:
    """The faults to come, in order, and then by chance where a test wants the vendor to be unwell; else it is in good health."""

    def __init__(self) -> None:
        self._faults: deque[Fault] = deque()
        self._chances: Mapping[str, float] = {}
        self._random = random.Random()
        self._released = threading.Event()

    def register(self, app: Flask) -> None:
        """Let tests plan faults over HTTP."""
        app.add_url_rule("/double/faults", "plan_fault", self._plan, methods=["POST"])
        app.add_url_rule("/double/health", "be_unwell", self._be_unwell, methods=["POST"])
        app.add_url_rule("/double/release", "release", self._release, methods=["POST"])

    def around(self, take: Callable[[], Response]) -> Response:
        """Answer with what `take` returns once it took the message, or with the next fault."""
        fault = self._faults.popleft() if self._faults else self._drawn()
        if fault is None:
            return take()
        if fault.kind == "refuse":
            return _as_response(fault)
        if fault.kind == "drop":
            _cut()
            return _as_response(fault)
        taken = take()
        if taken.status_code >= 400 or (taken.is_json and taken.get_json().get("ok") is False):
            return taken
        return self._after_taking(fault, taken)

    def _after_taking(self, fault: Fault, taken: Response) -> Response:
        match fault.kind:
            case "break":
                return _as_response(fault)
            case "hold":
                self._released.wait(LONGEST_HOLD_SECONDS)
            case "slow":
                self._released.wait(fault.seconds)
            case _:
                _cut()
        return taken

    def _drawn(self) -> Fault | None:
        drawn = self._random.random()
        for kind, chance in self._chances.items():
            drawn -= chance
            if drawn < 0:
                return _BY_CHANCE[kind]
        return None

    def _plan(self) -> Response:
        self._released.clear()
        self._faults.append(Fault(**json.loads(request.data)))
        return jsonify(planned=len(self._faults))

    def _be_unwell(self) -> Response:
        asked = json.loads(request.data)
        self._random, self._chances = random.Random(asked["seed"]), asked["chances"]
        return jsonify(chances=self._chances)

    def _release(self) -> Response:
        self._released.set()
        return jsonify(released=True)


_TROUBLE = {"ok": False, "error": "internal_error", "code": 20500, "message": "Internal Server Error", "status": 500}
_TOO_MANY = {"ok": False, "error": "ratelimited", "code": 20429, "message": "Too Many Requests", "status": 429}
_BY_CHANCE: Mapping[str, Fault] = {
    "refuse": Fault("refuse", 500, _TROUBLE),
    "throttle": Fault("refuse", 429, _TOO_MANY, retry_after=1),
    "break": Fault("break", 500, _TROUBLE),
    "lose": Fault("lose"),
    "drop": Fault("drop"),
    "slow": Fault("slow", seconds=1.5),
}


def _cut() -> None:
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)


def _as_response(fault: Fault) -> Response:
    response = jsonify(fault.body)
    response.status_code = fault.status
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response
