"""The web application's composition root: every door on one context."""

from __future__ import annotations

from functools import partial

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from oncall.clock import Clock, SystemClock
from oncall.doorbell import Doorbell, doorbell_for
from oncall.doors import callbacks, web
from oncall.doors.api.routes import api_blueprint
from oncall.doors.body import LARGEST
from oncall.doors.clock import install_clock
from oncall.doors.errors import install_errors
from oncall.doors.feeds import feeds
from oncall.doors.headers import install_headers
from oncall.doors.health import health
from oncall.doors.ingest.apart import serve_apart
from oncall.doors.load import Load
from oncall.operations.context import open_context
from oncall.operations.refusals import count_refused
from oncall.settings import Settings


def create_app(settings: Settings, clock: Clock | None = None, doorbell: Doorbell | None = None) -> Flask:
    """The application for any WSGI server; it never runs the engine and touches no database before the first request.

    The operations' context is its `extensions["oncall"]`. Without a `doorbell` of its own it
    rings the workers through Redis where that is set; else they look every second.
    """
    # The pages bring their own files; the path is where the extensions put theirs.
    app = Flask("oncall", static_folder=None, static_url_path="/static")
    app.url_map.strict_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    context = app.extensions["oncall"] = open_context(
        settings, clock or SystemClock(), doorbell or doorbell_for(settings.redis_url)
    )
    context = app.extensions["oncall"]
    app.extensions["oncall_load"] = Load(context.clock, settings.most_triggers, partial(count_refused, context))
    if settings.proxies:
        # Of what proxies say, only who calls: by it tries of passwords are counted.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]  # as Flask documents it
    serve_apart(app)
    install_errors(app)
    install_headers(app, settings.public_url)
    if clock is None:
        install_clock(app, context)
    for blueprint in (api_blueprint(), feeds, health):
        app.register_blueprint(blueprint)
    callbacks.register(app, settings)
    web.register(app, settings)
    return app
