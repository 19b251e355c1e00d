"""What a double does instead of answering well, when a test asks for it."""

import json
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from flask import Flask, Response, jsonify, request

LONGEST_HOLD_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the next request that would take a message.

    `refuse` answers with `status`, `body` and `retry_after` and takes nothing; `break` takes the message and answers so all the
    same; `lose` takes it and cuts the connection; `hold` takes it and answers only after `release`.
    """

    kind: Literal["refuse", "break", "lose", "hold"]
    status: int = 500
    body: dict[str, Any] = field(default_factory=dict)
    retry_after: int | None = None


class FaultPlan:
    """The faults to come, in order; a double in good health has none."""

    def __init__(self) -> None:
        self._faults: deque[Fault] = deque()
        self._released = threading.Event()

    def register(self, app: Flask) -> None:
        """Let tests plan faults over HTTP."""
        app.add_url_rule("/double/faults", "plan_fault", self._plan, methods=["POST"])
        app.add_url_rule("/double/release", "release", self._release, methods=["POST"])

    def around(self, take: Callable[[], Response]) -> Response:
        """Answer with what `take` returns once it took the message, or with the next fault."""
        fault = self._faults.popleft() if self._faults else None
        if fault is None:
            return take()
        if fault.kind == "refuse":
            return _as_response(fault)
        taken = take()
        if taken.status_code >= 400 or (taken.is_json and taken.get_json().get("ok") is False):
            return taken
        if fault.kind == "break":
            return _as_response(fault)
        if fault.kind == "hold":
            self._released.wait(LONGEST_HOLD_SECONDS)
            return taken
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return taken

    def _plan(self) -> Response:
        self._released.clear()
        self._faults.append(Fault(**json.loads(request.data)))
        return jsonify(planned=len(self._faults))

    def _release(self) -> Response:
        self._released.set()
        return jsonify(released=True)


def _as_response(fault: Fault) -> Response:
    response = jsonify(fault.body)
    response.status_code = fault.status
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response
