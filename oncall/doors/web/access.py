"""Who looks at a page, and what their role lets them do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user

from oncall.domain.directory import Role, User
from oncall.doors.web.times import Times
from oncall.errors import ForbiddenError, UnauthenticatedError
from oncall.operations import logins
from oncall.operations.context import Context
from oncall.store import holds

IDLE_LIMIT = timedelta(days=30)
"""After so long without a look at any page a log-in ends."""
LONGEST_LOGIN = timedelta(days=90)
"""A log-in ends after so long, however often it is used."""

View = ParamSpec("View")


@dataclass(frozen=True, slots=True)
class Reader(UserMixin):  # type: ignore[misc]  # flask-login publishes no types
    """Somebody logged in; `stamp` changes with the password and ends the log-ins made before."""

    user: User
    stamp: str

    def get_id(self) -> str:
        """What the session cookie keeps of the log-in."""
        return f"{self.user.id} {self.stamp}"


def context() -> Context:
    """What the operations need, of the present application."""
    found: Context = current_app.extensions["oncall"]
    return found


def reader() -> User | None:
    """Who is logged in; None where nobody is."""
    return current_user.user if current_user.is_authenticated else None


def signed_in() -> User:
    """Who is logged in, within a view that `needs` a role."""
    user = reader()
    if user is None:
        raise UnauthenticatedError("log in first")
    return user


def install_login(app: Flask) -> None:
    """Let the application know by their session cookie who is logged in."""
    manager = LoginManager(app, add_context_processor=False)
    # It would end a log-in whenever a phone changes from Wi-Fi to mobile.
    manager.session_protection = None
    manager.user_loader(_load)
    manager.unauthorized_handler(_ask_to_log_in)


def begin_session(user: User) -> None:
    """Log the user in with a session of its own; whatever the old one held is gone."""
    session.clear()
    session.permanent = True
    session["since"] = context().clock.now().timestamp()
    login_user(Reader(user, logins.session_stamp(context(), user.id)))


def load_reader() -> None:
    """Have at hand, for the page being made, who reads it, everybody's name, and the reader's time."""
    g.me = None
    g.me = user = reader()
    with context().database.read() as opened:
        directory = context().directory(opened)
        g.hold = holds.in_force(opened)
    g.directory = directory
    g.names = {each.id: each.name for each in directory.users.values()}
    g.times = Times(context().clock.now(), user.time_zone if user else "UTC")


def page_values() -> dict[str, object]:
    """What every template knows: who reads it, the reader's time, and the areas there are."""
    user: User | None = g.get("me")
    areas = [
        ("On call", "web.home.show"),
        ("Schedules", "web.schedules.index"),
        ("What if", "web.what_if.show"),
        ("Policies", "web.policies.index"),
    ]
    if "web.sandbox.show" in current_app.view_functions and user and user.role.allows(Role.RESPONDER):
        areas.append(("Sandbox", "web.sandbox.show"))
    return {"me": user, "hold": g.get("hold"), "times": g.get("times"), "areas": areas}


def needs(role: Role) -> Callable[[Callable[View, ResponseReturnValue]], Callable[View, ResponseReturnValue]]:
    """Open a view to those logged in whose role allows what `role` may; send others to log in, or raise ForbiddenError."""

    def guard(view: Callable[View, ResponseReturnValue]) -> Callable[View, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: View.args, **kwargs: View.kwargs) -> ResponseReturnValue:
            user = reader()
            if user is None:
                return _ask_to_log_in()
            if not user.role.allows(role):
                raise ForbiddenError(f"this needs the role {role}; yours is {user.role}")
            return view(*args, **kwargs)

        return guarded

    return guard


def safe_next(wanted: str | None) -> str:
    """Where to go after a log-in: a path of this site, the first page for anything else."""
    if wanted and wanted.startswith("/") and wanted[1:2] not in {"/", "\\"} and wanted.isprintable():
        parts = urlsplit(wanted)
        if not parts.scheme and not parts.netloc:
            return wanted
    return url_for("web.home.show")


def _ask_to_log_in() -> ResponseReturnValue:
    return redirect(url_for("web.account.login", next=_wanted(request)), 303)


def _wanted(asked: Request) -> str | None:
    if asked.method != "GET" or asked.path == url_for("web.home.show"):
        return None
    return asked.full_path.rstrip("?")


def _load(kept: str) -> Reader | None:
    """The reader that a cookie stands for; None where the log-in is too old, or its password has changed."""
    user_id, _, stamp = kept.partition(" ")
    since = datetime.fromtimestamp(session.get("since", 0), UTC)
    if context().clock.now() - since > LONGEST_LOGIN or stamp != logins.session_stamp(context(), user_id):
        return None
    with context().database.read() as opened:
        user = context().directory(opened).users.get(user_id)
    return Reader(user, stamp) if user else None
