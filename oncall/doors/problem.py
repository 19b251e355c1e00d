"""Errors as RFC 9457 problems, and the one table of what each error means in HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from math import ceil
from typing import Any

from flask import Response
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from oncall.doors.body import LARGEST
from oncall.errors import (
    BusyError,
    FieldFault,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    OncallError,
    OverloadedError,
    RefusedError,
    SettingsError,
    UnauthenticatedError,
    UnavailableError,
    UnknownKeyError,
)

CONTENT_TYPE = "application/problem+json"
TOO_LARGE = f"is larger than {LARGEST} bytes"

_STATUS: dict[type[OncallError], HTTPStatus] = {
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnauthenticatedError: HTTPStatus.UNAUTHORIZED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    UnknownKeyError: HTTPStatus.NOT_FOUND,
    RefusedError: HTTPStatus.CONFLICT,
    SettingsError: HTTPStatus.SERVICE_UNAVAILABLE,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    OverloadedError: HTTPStatus.TOO_MANY_REQUESTS,
}

_PLAINER = {
    "Field required": "is missing or blank",
    "String should match pattern '\\S'": "is missing or blank",
    "Extra inputs are not permitted": "is not known here",
    "List should have at least 1 item after validation, not 0": "must name at least one",
    "Input should be a valid boolean, unable to interpret input": "must be true or false",
}


class FieldProblem(BaseModel):
    """What is wrong with one field; `field` is its path, empty for the body as a whole."""

    model_config = ConfigDict(extra="forbid")

    field: str
    message: str


class Problem(BaseModel):
    """What went wrong; `errors` names every field at fault."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


def status_of(error: OncallError) -> HTTPStatus:
    """The HTTP status that says what `error` means; 400 where the body is not even JSON, 500 for what no door foresees."""
    if isinstance(error, InvalidInputError) and any(not fault.path for fault in error.faults):
        return HTTPStatus.BAD_REQUEST
    return _STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)


def headers_of(status: int, error: Exception | None = None) -> dict[str, str]:
    """The headers that a sender needs beside such a status; when to try again, where `error` knows."""
    if isinstance(error, OverloadedError):
        return {"Retry-After": str(ceil(error.retry_after.total_seconds()))}
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return {"WWW-Authenticate": "Bearer"}
        case HTTPStatus.SERVICE_UNAVAILABLE:
            return {"Retry-After": "5"}
        case _:
            return {}


def problem(error: OncallError | HTTPException) -> Response:
    """The answer for `error`, whichever part raised it."""
    if isinstance(error, HTTPException):
        found = error.get_response()
        large = [FieldFault("body", TOO_LARGE)] if isinstance(error, RequestEntityTooLarge) else []
        answer = _answer(found.status_code, error.description or error.name, large)
        if "Allow" in found.headers:
            answer.headers["Allow"] = found.headers["Allow"]
        return answer
    faults = error.faults if isinstance(error, InvalidInputError) else ()
    detail = "the request cannot be accepted" if faults else str(error)
    status = status_of(error)
    return _answer(status, detail, faults, headers_of(status, error))


def unavailable(error: OverloadedError) -> Response:
    """The answer for senders that send again what is answered 503, and drop what is answered 429."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return _answer(status, str(error), (), headers_of(status, error))


def faults_of(error: ValidationError) -> list[FieldFault]:
    """Every fault that pydantic found, with paths as people write them (`links[0].href`) and without what was sent."""
    return [FieldFault(_path(each["loc"]), _message(each["msg"])) for each in error.errors()]


def _message(text: str) -> str:
    plain = _PLAINER.get(text, text.removeprefix("Value error, "))
    return plain.replace("Input should be", "must be", 1).replace("should", "must", 1)


def _path(location: Iterable[int | str]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _answer(
    status: int, detail: str, faults: Iterable[FieldFault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "errors": [{"field": fault.path or "body", "message": fault.message} for fault in faults],
    }
    return Response(json.dumps(body), status, headers or headers_of(status), content_type=CONTENT_TYPE)
