"""What every door answers when it cannot do what was asked: each caller in the shape that it understands."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask, Response, has_request_context, request
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
    """Let every error that no blueprint answers itself be answered in the shape that belongs to its address.

    What the log says of a fault of ours names the rule of its address: the address itself may hold a key or a link's secret.
    """
    logging.getLogger(app.name).addFilter(_by_its_rule)
    app.register_error_handler(OncallError, _answer)
    app.register_error_handler(HTTPException, _answer)


def _by_its_rule(record: logging.LogRecord) -> bool:
    if has_request_context():
        record.msg = record.getMessage().replace(request.path, str(request.url_rule))
        record.args = None
    return True


def _answer(error: OncallError | HTTPException) -> Response:
    shapes = (shape for beginning, shape in _SHAPES if request.path.startswith(beginning))
    return next(shapes, _plain)(error)


def _plain(error: OncallError | HTTPException) -> Response:
    if isinstance(error, HTTPException):
        answer = error.get_response()
        return Response(f"{error.name}\n", answer.status_code, [each for each in answer.headers if each[0] == "Allow"])
    status = status_of(error)
    return Response(f"{error}\n", status, headers_of(status), content_type="text/plain; charset=utf-8")
