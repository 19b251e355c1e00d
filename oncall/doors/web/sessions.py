"""When a browser's session cookie is written."""

from __future__ import annotations

from flask import Flask, Request, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin


class PageSessions(SecureCookieSessionInterface):
    """Renews the cookie with the pages that people open, and with nothing that loads behind them.

    An asset or a refreshed part that answers late would otherwise log in again somebody who has just logged out.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session that the browser's cookie holds; none for the API, which knows tokens alone."""
        return None if request.path.startswith("/api/") else super().open_session(app, request)

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Whether this answer carries the cookie: always when the session changed."""
        is_opened = "web" in request.blueprints and "X-Live" not in request.headers
        return session.modified or (is_opened and super().should_set_cookie(app, session))
