"""The doors of monitors, served apart from those of people: what a session, a log-in and a form need costs a trigger nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, Request
from flask.sessions import SessionInterface

from oncall.doors.errors import install_errors
from oncall.doors.ingest import alertmanager, pagerduty

PATHS = ("/v2/", "/integrations/")
"""How the addresses of monitors begin."""


class _NoSessions(SessionInterface):
    """Monitors have no sessions."""

    def open_session(self, app: Flask, request: Request) -> None:
        """Open none, whatever cookies there are."""


def serve_apart(app: Flask) -> Flask:
    """Let whatever is sent to `PATHS` be answered by an application of its own with the same settings; returns that one.

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
        answering = apart.wsgi_app if environ["PATH_INFO"].startswith(PATHS) else others
        return answering(environ, start_response)

    app.wsgi_app = dispatch  # type: ignore[method-assign]  # as Flask documents it
    return apart
