"""The page on which people make and revoke the addresses at which their calendar programs read shifts."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from oncall.domain.directory import Role, User
from oncall.doors.web.access import context, needs, signed_in
from oncall.errors import NotFoundError
from oncall.operations.feeds import Owner, create_feed, feeds_of, revoke_feed
from oncall.store.feeds import FeedKind, concerns

calendars = Blueprint("calendars", __name__)

_NEW = "new_calendar"


@calendars.get("/calendar")
@needs(Role.VIEWER)
def show() -> ResponseReturnValue:
    """The addresses of the reader's, and the one that was just made, this once."""
    user = signed_in()
    mine = [feed for feed in feeds_of(context(), _owner(user)) if concerns(feed, user.id)]
    url: str | None = session.pop(_NEW, None)
    return render_template("web/calendars.html", feeds=mine, url=url, schedules=sorted(g.directory.schedules))


@calendars.post("/calendar")
@needs(Role.RESPONDER)
def create() -> ResponseReturnValue:
    """Make an address of the reader's own shifts, or of a schedule's."""
    user, schedule = signed_in(), request.form.get("schedule", "")
    kind, target = (FeedKind.SCHEDULE, schedule) if schedule else (FeedKind.USER, user.id)
    try:
        made = create_feed(context(), kind, target, _owner(user))
    except NotFoundError:
        abort(HTTPStatus.BAD_REQUEST)
    session[_NEW] = made.url
    return redirect(url_for(".show"), HTTPStatus.SEE_OTHER)


@calendars.post("/calendar/<int:number>/revoke")
@needs(Role.RESPONDER)
def revoke(number: int) -> ResponseReturnValue:
    """Make an address lead nowhere from now on."""
    revoke_feed(context(), number, _owner(signed_in()))
    flash("The address leads nowhere any more.", "done")
    return redirect(url_for(".show"), HTTPStatus.SEE_OTHER)


def _owner(user: User) -> Owner:
    return Owner(user.id, user.role)
