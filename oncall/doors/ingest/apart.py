"""The doors of monitors, served apart from those of people: what a session, a log-in and a form need costs a trigger nothing.

What comes as monitors send it is answered without Flask, which took a fifth of the time. Whatever is out of the ordinary, and every
fault, is for Flask.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask, Request
from flask.sessions import SessionInterface

from oncall.doors.body import LARGEST
from oncall.doors.errors import install_errors
from oncall.doors.ingest import alertmanager, pagerduty
from oncall.doors.ingest.handed import FAULT, JSON, Door, Handed, Told

PATHS = ("/v2/", "/integrations/")
"""How the addresses of monitors begin."""

_STATUS = {status: f"{status.value} {status.phrase.upper()}" for status in HTTPStatus}


class _NoSessions(SessionInterface):
    """Monitors have no sessions."""

    def open_session(self, app: Flask, request: Request) -> None:
        """Open none, whatever cookies there are."""


def serve_apart(app: Flask) -> Flask:
    """Let whatever is sent to `PATHS` be answered apart; returns the application of its own, with the same settings, that does.

    It is the `extensions["oncall_apart"]` of `app`, which knows the addresses too.
    """
    apart = Flask(app.import_name, static_folder=None)
    apart.url_map.strict_slashes = False
    apart.config, apart.extensions, apart.view_functions = app.config, app.extensions, app.view_functions
    apart.session_interface = _NoSessions()
    install_errors(apart)
    for blueprint in (pagerduty.blueprint, alertmanager.blueprint):
        app.register_blueprint(blueprint)
        apart.register_blueprint(blueprint)
    app.extensions["oncall_apart"] = apart
    others = app.wsgi_app

    def dispatch(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(PATHS):
            return others(environ, start_response)
        told = _told(apart, environ)
        if told is None:
            return apart.wsgi_app(environ, start_response)
        body = told.body
        start_response(_STATUS[told.status], [("Content-Type", JSON), ("Content-Length", str(len(body)))])
        return [body]

    app.wsgi_app = dispatch  # type: ignore[method-assign]  # as Flask documents it
    return apart


def _told(apart: Flask, environ: dict[str, Any]) -> Told | None:
    """What the monitor is told; None where Flask is to say it."""
    door, key = _door(environ["PATH_INFO"])
    length = environ.get("CONTENT_LENGTH") or ""
    is_plain = environ["REQUEST_METHOD"] == "POST" and length.isdecimal() and "HTTP_TRANSFER_ENCODING" not in environ
    if door is None or not is_plain or int(length) > LARGEST:
        return None
    body = environ["wsgi.input"].read(int(length))
    if len(body) < int(length):
        # The sender has hung up: nobody waits for an answer, and what there is of it counts for nothing.
        return None
    known = apart.extensions
    try:
        return door(Handed(known["oncall"], known["oncall_load"], body, _query(environ), key))
    except Exception as fault:  # noqa: BLE001  Flask knows what each is answered with, and logs what nobody foresaw
        environ[FAULT] = fault
        return None


def _door(path: str) -> tuple[Door | None, str]:
    """The door at a path as monitors spell it, and the key in it."""
    if path == pagerduty.PATH:
        return pagerduty.take_in, ""
    key = path.removeprefix(alertmanager.PATH)
    return (alertmanager.take_in, key) if key != path and key and "/" not in key and key.isascii() else (None, "")


def _query(environ: dict[str, Any]) -> dict[str, str]:
    text = environ.get("QUERY_STRING")
    return dict(reversed(parse_qsl(text, keep_blank_values=True))) if text else {}
