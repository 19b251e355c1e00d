"""What every door answers when it cannot do what was asked: each caller in the shape that it understands."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from oncall.doors.ingest import pagerduty
from oncall.doors.problem import headers_of, problem, status_of
from oncall.errors import OncallError

Shape = Callable[[OncallError | HTTPException], Response]

_SHAPES: tuple[tuple[str, Shape], ...] = (
    ("/api/", problem),
    ("/integrations/", problem),
    ("/v2/", pagerduty.answer_error),
)


def install_errors(app: Flask) -> None:
    """Let every error that no blueprint answers itself be answered in the shape that belongs to its address."""
    app.register_error_handler(OncallError, _answer)
    app.register_error_handler(HTTPException, _answer)


def _answer(error: OncallError | HTTPException) -> Response:
    shapes = (shape for beginning, shape in _SHAPES if request.path.startswith(beginning))
    return next(shapes, _plain)(error)


def _plain(error: OncallError | HTTPException) -> Response:
    if isinstance(error, HTTPException):
        answer = error.get_response()
        return Response(f"{error.name}\n", answer.status_code, [each for each in answer.headers if each[0] == "Allow"])
    status = status_of(error)
    return Response(f"{error}\n", status, headers_of(status), content_type="text/plain; charset=utf-8")
