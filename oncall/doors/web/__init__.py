"""The pages that people look at: server-rendered, made for a phone at night, complete without JavaScript."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect

from oncall.doors.pictures.drawing import stylesheet
from oncall.doors.web import errors, schedule_edit, schedule_forms
from oncall.doors.web.access import IDLE_LIMIT, install_login, load_reader, page_values
from oncall.doors.web.account import account
from oncall.doors.web.calendars import calendars
from oncall.doors.web.home import home
from oncall.doors.web.incidents import incidents
from oncall.doors.web.policies import policies
from oncall.doors.web.presentation import install_filters
from oncall.doors.web.sandbox import FILE, sandbox
from oncall.doors.web.schedules import schedules
from oncall.doors.web.sending import sending
from oncall.doors.web.sessions import PageSessions
from oncall.doors.web.what_if import what_if
from oncall.settings import Settings


def register(app: Flask, settings: Settings) -> None:
    """Add the pages to an application whose `extensions["oncall"]` is the operations' context."""
    _configure(app, settings)
    Bootstrap5(app)
    install_filters(app)
    install_login(app)
    csrf = CSRFProtect(app)
    assets = Blueprint("assets", __name__, static_folder="static", static_url_path="/assets")
    assets.add_url_rule("/assets/timeline.css", "timeline", _timeline_colours)
    app.register_blueprint(assets)
    pages = Blueprint("web", __name__, template_folder="templates")
    # Here and not for the whole application: the other doors know tokens and signatures, no cookies.
    pages.before_request(csrf.protect)
    pages.before_request(load_reader)
    pages.context_processor(page_values)
    pages.after_request(errors.keep_to_the_reader)
    errors.install(pages)
    areas = [
        home,
        incidents,
        schedules,
        policies,
        what_if,
        account,
        calendars,
        sending,
        *([sandbox] if settings.sandbox_file else []),
    ]
    for area in areas:
        pages.register_blueprint(area)
    app.register_blueprint(pages)


def _timeline_colours() -> Response:
    """The stylesheet of timelines, made of the colours that pictures have."""
    answer = Response(stylesheet(), content_type="text/css; charset=utf-8")
    answer.cache_control.no_cache = True
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _configure(app: Flask, settings: Settings) -> None:
    """Set what the pages' extensions need: keys, the cookie, local assets."""
    app.session_interface = PageSessions()
    first, *older = settings.secret_keys
    secure = settings.public_url.startswith("https://")
    app.config.update(
        BOOTSTRAP_SERVE_LOCAL=True,
        PERMANENT_SESSION_LIFETIME=IDLE_LIMIT,
        SECRET_KEY=first,
        SECRET_KEY_FALLBACKS=older,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_NAME="__Host-oncall" if secure else "oncall",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        # An incident's page may lie open for hours before somebody presses its button.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    app.config[FILE] = settings.sandbox_file
