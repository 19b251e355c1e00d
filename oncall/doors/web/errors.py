"""What a page says when something cannot be done, and the headers that keep pages to their reader."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, render_template
from flask_wtf.csrf import CSRFError

from oncall.errors import ForbiddenError, NotFoundError, UnavailableError

Answer = tuple[str, int]

_SAID = frozenset({"text/html", "text/csv"})


def install(pages: Blueprint) -> None:
    """Let errors of the pages' views be answered by a page."""
    pages.register_error_handler(NotFoundError, not_found)
    pages.register_error_handler(ForbiddenError, forbidden)
    pages.register_error_handler(UnavailableError, unavailable)
    pages.register_error_handler(CSRFError, out_of_date)


def keep_to_the_reader(response: Response) -> Response:
    """Let no cache and no other site learn what a page says or where it was."""
    if response.mimetype in _SAID:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "same-origin"
        response.vary.update(["Cookie", "X-Live"])
    return response


def not_found(_error: NotFoundError) -> Answer:
    """404: what the address names does not exist."""
    return _page("There is nothing here", "What this address names does not exist.", HTTPStatus.NOT_FOUND)


def forbidden(error: ForbiddenError) -> Answer:
    """403: the reader's role does not allow it."""
    return _page("You may not do this", f"{error}. An administrator can change your role.", HTTPStatus.FORBIDDEN)


def unavailable(_error: UnavailableError) -> Answer:
    """503: the database is away."""
    return _page("The service cannot answer now", "Its database is away. Try again.", HTTPStatus.SERVICE_UNAVAILABLE)


def out_of_date(_error: CSRFError) -> Answer:
    """400: the form was not made for this log-in, so nothing was done."""
    text = "Nothing was changed: the page with the button is older than your log-in. Go back, load it again, and press once more."
    return _page("This page is out of date", text, HTTPStatus.BAD_REQUEST)


def _page(heading: str, text: str, status: HTTPStatus) -> Answer:
    return render_template("web/error.html", heading=heading, text=text), status
