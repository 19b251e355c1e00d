"""`GET /ical/SECRET.ics`: whoever knows the address reads the calendar, and asks as often as they like for what is new."""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus

from flask import Blueprint, Response, current_app, request

from oncall.errors import NotFoundError
from oncall.operations.calendars import shown_calendar
from oncall.operations.context import Context
from oncall.operations.feeds import find_feed

feeds = Blueprint("feeds", __name__)

_NOWHERE = "There is no calendar here: the address is unknown, or it was revoked.\n"
_END = ".ics"


@feeds.get("/ical/<path:address>")
def calendar(address: str) -> Response:
    """The calendar at a secret address, or 304 where the asker has it already."""
    from oncall.doors.feeds.written import written  # noqa: PLC0415  slow to import, and not everybody has calendars

    secret = address.rstrip("/")
    if not secret.endswith(_END):
        raise NotFoundError(_NOWHERE)
    context: Context = current_app.extensions["oncall"]
    with context.database.read() as session:
        feed = find_feed(context, session, secret.removesuffix(_END))
        if feed is None:
            raise NotFoundError(_NOWHERE)
        shown = shown_calendar(context, session, feed)
    text = written(shown, context.public_url)
    response = Response(text, content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, max-age=300"
    response.headers["X-Robots-Tag"] = "noindex"
    response.set_etag(sha256(text).hexdigest()[:32])
    response.last_modified = shown.changed_at
    response.make_conditional(request)
    return response


@feeds.errorhandler(NotFoundError)
def nowhere(_error: NotFoundError) -> Response:
    """404, in the same words whatever is wrong with the address."""
    return Response(_NOWHERE, HTTPStatus.NOT_FOUND, content_type="text/plain; charset=utf-8")
