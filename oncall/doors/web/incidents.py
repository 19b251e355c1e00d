"""One incident: what it is, who has it, everything that happened, and the buttons to act on it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from oncall.domain.directory import Role
from oncall.domain.incident import Incident
from oncall.doors.web.access import context, needs, signed_in
from oncall.doors.web.live import live_page
from oncall.doors.web.paged import paged
from oncall.doors.web.presentation import readable
from oncall.doors.web.words import words
from oncall.errors import RefusedError
from oncall.operations import act
from oncall.operations.context import Context
from oncall.store import incidents as rows
from oncall.store.deliveries import pages_of
from oncall.store.log import log_of

MOST_SHOWN = 100
_VIA = "page"

incidents = Blueprint("incidents", __name__, url_prefix="/incidents/<int:number>")


@incidents.get("")
@needs(Role.VIEWER)
def show(number: int) -> ResponseReturnValue:
    """The incident with its log in plain words and the pages it made."""
    with context().database.read() as session:
        incident = rows.get(session, context().cipher, str(number))
        entries = log_of(session, incident.id)
        pages = pages_of(session, incident.id)
    most = None if "all" in request.args else MOST_SHOWN
    return live_page(
        "web/incident.html",
        incident=readable(incident, signed_in().role),
        log=[(entry, words(entry, g.names, g.times)) for entry in reversed(entries)][:most],
        pages=paged(pages, g.names, signed_in())[:most],
        earlier=most is not None and len(entries) > most,
        may_act=signed_in().role.allows(Role.RESPONDER),
    )


@incidents.post("/acknowledge")
@needs(Role.RESPONDER)
def acknowledge(number: int) -> ResponseReturnValue:
    """Take it: nobody else is paged."""
    return _do(act.acknowledge, number, "You have it. Nobody else is paged for it now.")


@incidents.post("/escalate")
@needs(Role.RESPONDER)
def escalate(number: int) -> ResponseReturnValue:
    """Page the next step now."""
    return _do(act.escalate, number, "The next step is being paged.")


@incidents.post("/resolve")
@needs(Role.RESPONDER)
def resolve(number: int) -> ResponseReturnValue:
    """Close it."""
    return _do(act.resolve, number, "It is resolved.")


def _do(operation: Callable[[Context, str, str, str], Incident], number: int, done: str) -> ResponseReturnValue:
    """Do it, and show the incident as it then is, with what came of it or why it was refused."""
    try:
        operation(context(), str(number), signed_in().id, _VIA)
    except RefusedError as error:
        flash(f"Nothing was changed: {error}", "warning")
    else:
        flash(done, "done")
    return redirect(url_for(".show", number=number), HTTPStatus.SEE_OTHER)
