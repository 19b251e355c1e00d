"""What a monitor hands in at its door, and what it is told: the same whether Flask brings it or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from flask import Response, current_app, request

from oncall.doors.load import Load, load
from oncall.operations.context import Context

FAULT = "oncall.fault"
"""Where the environment of a request holds what a door raised that was asked without Flask: Flask then answers it."""

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Handed:
    """One request of a monitor; `key` is that in its address, where the dialect has it there."""

    context: Context
    load: Load
    body: bytes
    query: Mapping[str, str]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What the monitor is told, as JSON."""

    status: HTTPStatus
    value: Mapping[str, Any]

    @property
    def body(self) -> bytes:
        """The JSON, its keys in the order of the alphabet."""
        return json_body(self.value)


Door = Callable[[Handed], Told]
"""Does what is asked, and says so after the commit."""


def json_body(value: object) -> bytes:
    """The value as a body that says JSON."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def by_flask(door: Door, key: str = "") -> Response:
    """The door's answer to Flask's present request; raises what it raised where it was asked before."""
    fault: Exception | None = request.environ.pop(FAULT, None)
    if fault is not None:
        raise fault
    context: Context = current_app.extensions["oncall"]
    told = door(Handed(context, load(), request.get_data(), request.args, key))
    return Response(told.body, told.status, content_type=JSON)
