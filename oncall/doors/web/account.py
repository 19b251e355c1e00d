"""Logging in by a one-time link or a password, changing the password, logging out."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from oncall.domain.directory import Role, User
from oncall.doors.web.access import begin_session, context, needs, reader, safe_next, signed_in
from oncall.doors.web.presentation import sentence
from oncall.errors import NotFoundError, OncallError, RefusedError, UnauthenticatedError
from oncall.operations import logins
from oncall.operations.log_in import log_in

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000

account = Blueprint("account", __name__)


@account.get("/login")
def login() -> ResponseReturnValue:
    """The form that asks who it is."""
    if reader():
        return redirect(safe_next(request.args.get("next")), HTTPStatus.SEE_OTHER)
    return render_template("web/login.html")


@account.post("/login")
def use_password() -> ResponseReturnValue:
    """Log in by password; the answer to a failure does not tell whether the account exists."""
    name, password = request.form.get("user", ""), request.form.get("password", "")
    try:
        user = log_in(context(), name, password, address=request.remote_addr or "")
    except UnauthenticatedError as error:
        return _login_again(error, name), HTTPStatus.UNAUTHORIZED
    except RefusedError as error:
        return _login_again(error, name), HTTPStatus.TOO_MANY_REQUESTS
    begin_session(user)
    return redirect(safe_next(request.args.get("next")), HTTPStatus.SEE_OTHER)


@account.get("/login/link/<token>")
def link(token: str) -> ResponseReturnValue:  # noqa: ARG001  looking at a link does not use it: mail scanners look
    """The page with the button that uses the link."""
    return render_template("web/link.html")


@account.post("/login/link/<token>")
def use_link(token: str) -> ResponseReturnValue:
    """Log in by the link, which then works no more, and ask for a password."""
    try:
        user = logins.use_login_link(context(), token)
    except NotFoundError:
        text = "It was used already, or it is too old. Ask an administrator for another one."
        return render_template("web/error.html", heading="This link does not work", text=text), HTTPStatus.GONE
    begin_session(user)
    session["by_link"] = True
    return redirect(url_for(".password"), HTTPStatus.SEE_OTHER)


@account.get("/password")
@needs(Role.VIEWER)
def password() -> ResponseReturnValue:
    """The form for a new password; it asks for the present one unless the log-in was by a link."""
    return render_template("web/password.html", faults={}, asks_current=_asks_current())


@account.post("/password")
@needs(Role.VIEWER)
def set_password() -> ResponseReturnValue:
    """Set a new password, which ends every other log-in of this account."""
    user = signed_in()
    faults = _fresh_faults() or (_current_faults(user) if _asks_current() else {})
    if faults:
        page = render_template("web/password.html", faults=faults, asks_current=_asks_current())
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    logins.set_password(context(), user.id, request.form["fresh"])
    begin_session(user)
    flash("Your password is set.", "done")
    return redirect(url_for("web.home.show"), HTTPStatus.SEE_OTHER)


@account.post("/logout")
@needs(Role.VIEWER)
def logout() -> ResponseReturnValue:
    """Forget who it is."""
    logout_user()
    session.clear()
    return redirect(url_for(".login"), HTTPStatus.SEE_OTHER)


def _login_again(error: OncallError, name: str) -> str:
    return render_template("web/login.html", failure=f"{sentence(str(error))}.", name=name)


def _asks_current() -> bool:
    return not session.get("by_link")


def _fresh_faults() -> dict[str, str]:
    """What is wrong with the new password, by field."""
    fresh = request.form.get("fresh", "")
    if not SHORTEST_PASSWORD <= len(fresh) <= LONGEST_PASSWORD:
        return {"fresh": f"It needs at least {SHORTEST_PASSWORD} characters, and at most {LONGEST_PASSWORD}."}
    if fresh != request.form.get("again", ""):
        return {"again": "This is not the same as above."}
    return {}


def _current_faults(user: User) -> dict[str, str]:
    """What is wrong with the present password; trying it counts as trying to log in."""
    try:
        log_in(context(), user.id, request.form.get("current", ""), address=request.remote_addr or "")
    except UnauthenticatedError:
        return {"current": "This is not your present password."}
    except RefusedError as error:
        return {"current": f"{sentence(str(error))}."}
    return {}
