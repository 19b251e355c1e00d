"""What every vendor's door answers to what it cannot take."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from flask import Blueprint, Response, current_app

from oncall.errors import InvalidInputError, UnavailableError
from oncall.operations.context import Context


def install_errors(blueprint: Blueprint) -> None:
    """Answer errors in plain words: vendors show them to whoever reads their logs."""
    blueprint.register_error_handler(InvalidInputError, _malformed)
    blueprint.register_error_handler(UnavailableError, _unavailable)


def context() -> Context:
    """The operations' context of the present application."""
    return cast("Context", current_app.extensions["oncall"])


def plain(text: str, status: HTTPStatus) -> Response:
    """An answer of one line."""
    return Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")


def _malformed(error: InvalidInputError) -> Response:
    return plain(str(error), HTTPStatus.BAD_REQUEST)


def _unavailable(error: UnavailableError) -> Response:
    return plain(str(error), HTTPStatus.SERVICE_UNAVAILABLE)
