"""Every endpoint as a Flask route: who asks, what, once; then the answer or the problem."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, jsonify, request

from oncall.doors.api import (
    actions,
    duty,
    explain,
    feeds,
    incidents,
    integrations,
    loads,
    overrides,
    pictures,
    schedules,
    sending,
    simulations,
    swaps,
    time_off,
    time_off_feeds,
    tokens,
    webhooks,
)
from oncall.doors.api.asker import ask
from oncall.doors.api.endpoint import Call, Endpoint, read_body, read_query
from oncall.doors.api.once import answer_once, request_key
from oncall.doors.api.openapi import openapi
from oncall.errors import NotFoundError
from oncall.operations.context import Context

ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    *incidents.ENDPOINTS,
    *actions.ENDPOINTS,
    *explain.ENDPOINTS,
    *duty.ENDPOINTS,
    *schedules.ENDPOINTS,
    *overrides.ENDPOINTS,
    *pictures.ENDPOINTS,
    *loads.ENDPOINTS,
    *swaps.ENDPOINTS,
    *time_off.ENDPOINTS,
    *time_off_feeds.ENDPOINTS,
    *feeds.ENDPOINTS,
    *simulations.ENDPOINTS,
    *integrations.ENDPOINTS,
    *webhooks.ENDPOINTS,
    *tokens.ENDPOINTS,
    *sending.ENDPOINTS,
)


def api_blueprint() -> Blueprint:
    """The native API under /api/v1, and its description at /api/openapi.json."""
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    for endpoint in ENDPOINTS:
        view = _view(endpoint)
        for path in (endpoint.path, *endpoint.aliases):
            rule = "/v1" + path.replace("{", "<").replace("}", ">")
            blueprint.add_url_rule(rule, endpoint.name, view, methods=[endpoint.method])
    blueprint.add_url_rule("/openapi.json", "openapi", _description)
    return blueprint


def _view(endpoint: Endpoint[Any, Any]) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        context: Context = current_app.extensions["oncall"]
        asker = ask(context, request.headers.get("Authorization"), endpoint.role)
        _require_printable(path)
        key = request_key(request, asker)
        query = read_query(endpoint.query, request.args)
        body = read_body(endpoint.body, request.get_data())
        call = Call(context=context, asker=asker, path=path, query=query, body=body, key=key)
        return answer_once(context, asker, key, request, lambda: _perform(endpoint, call))

    return view


def _perform(endpoint: Endpoint[Any, Any], call: Call[Any, Any]) -> Response:
    answer = endpoint.handle(call)
    text = answer.value.model_dump_json() if answer.value is not None else answer.text
    response = Response(text, answer.status, content_type=endpoint.media)
    if endpoint.media == pictures.SVG:
        response.headers["Content-Security-Policy"] = pictures.POLICY
    if answer.following is not None:
        part = urlencode({**request.args.to_dict(), "cursor": answer.following})
        response.headers["Link"] = f'<{call.context.public_url}{request.path}?{part}>; rel="next"'
    return response


def _require_printable(path: dict[str, str]) -> None:
    """No id has a character that a database refuses to look for."""
    if not all(part.isprintable() for part in path.values()):
        raise NotFoundError("there is nothing of that name")


def _description() -> Response:
    context: Context = current_app.extensions["oncall"]
    return jsonify(_described(context.public_url))


@cache
def _described(public_url: str) -> dict[str, Any]:
    """The description, worked out once: it takes a while, and anybody may ask for it."""
    return openapi(ENDPOINTS, public_url)
