"""One incident: what it is, who has it, everything that happened, and the buttons to act on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from flask import Blueprint, flash, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from oncall.domain.directory import Role, User
from oncall.domain.explain import explain
from oncall.domain.incident import Incident, State
from oncall.domain.itself import service_of
from oncall.domain.log import Entry
from oncall.domain.policy import policy_of
from oncall.domain.readable import readable, readable_entry
from oncall.doors.web.access import context, needs, signed_in
from oncall.doors.web.choices import ANSWERS, Choices, choices
from oncall.doors.web.live import live_page
from oncall.doors.web.orders import ORDERS, Order
from oncall.doors.web.paged import paged
from oncall.doors.web.promises import promises
from oncall.doors.web.words import Words, words
from oncall.errors import ForbiddenError, InvalidInputError, RefusedError
from oncall.operations import act
from oncall.store import incidents as rows
from oncall.store.deliveries import PageRecord, pages_of
from oncall.store.log import log_of

MOST_SHOWN = 100
"""So many entries of the log, and so many pages."""
MOST_EXPLAINED = 20
"""So many phases, and in each so many pages."""

incidents = Blueprint("incidents", __name__, url_prefix="/incidents/<int:number>")


@incidents.get("")
@needs(Role.VIEWER)
def show(number: int) -> ResponseReturnValue:
    """The incident with its log in plain words and the pages it made."""
    return _page(number, {})


def _page(number: int, faults: Mapping[str, str], asked: str | None = None) -> ResponseReturnValue:
    """The incident's page; after a form that could not be understood with that form open, and what is wrong with it."""
    me = signed_in()
    with context().database.read() as session:
        incident = rows.get(session, context().cipher, str(number))
        entries = log_of(session, context().cipher, incident.id)
        pages = pages_of(session, incident.id)
    most, most_explained = (None, None) if "all" in request.args else (MOST_SHOWN, MOST_EXPLAINED)
    return live_page(
        "web/incident.html",
        incident=readable(incident, me.role),
        policy=policy_of(g.directory, incident.service) if service_of(g.directory, incident.service) else None,
        because=_because(entries, incident.state),
        promises=promises(incident, g.times.now),
        choices=_choices(incident, pages, me),
        log=[(entry, _words(entry, incident, me)) for entry in entries[::-1][:most]],
        pages=paged(pages, g.names, me)[:most],
        phases=explain(entries, g.times.now).phases[::-1][:most_explained],
        most_explained=most_explained,
        earlier=most is not None and len(entries) > most,
        orders=ORDERS,
        asked=asked,
        faults=faults,
    )


def _carry_out(number: int, name: str, order: Order) -> ResponseReturnValue:
    """Do what is asked for, and show the incident as it then is, with what came of it or why it was refused."""
    me = signed_in()
    if not me.role.allows(Role.RESPONDER):
        _require_paged(number, name, me)
    try:
        act.act(context(), str(number), order.command(me.id, request.form, g.times))
    except InvalidInputError as error:
        answer = make_response(_page(number, {fault.path: fault.message for fault in error.faults}, name))
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return answer
    except RefusedError as error:
        flash(f"Nothing was changed: {error}", "warning")
    else:
        flash(order.done, "done")
    return redirect(url_for(".show", number=number), HTTPStatus.SEE_OTHER)


def _require_paged(number: int, name: str, me: User) -> None:
    """Let whoever was paged answer, and nobody else of that role do anything (docs/semantics.md 7.6)."""
    with context().database.read() as session:
        incident = rows.get(session, context().cipher, str(number))
        was_paged = _was_paged(pages_of(session, incident.id), me)
    if name not in ANSWERS or not was_paged:
        raise ForbiddenError(f"this needs the role {Role.RESPONDER}; yours is {me.role}")


def _choices(incident: Incident, pages: Iterable[PageRecord], me: User) -> Choices:
    if me.role.allows(Role.RESPONDER):
        return choices(incident, g.directory, g.times.now, me.id)
    if _was_paged(pages, me):
        return choices(incident, g.directory, g.times.now, me.id, ANSWERS)
    return Choices()


def _was_paged(pages: Iterable[PageRecord], me: User) -> bool:
    return any(page.user == me.id for page in pages)


def _because(entries: Iterable[Entry], state: State) -> str | None:
    """Why it is in the state in which it is, in the words of its log."""
    reason = None
    for entry in entries:
        if entry.details.get("state") == state:
            reason = entry.details.get("because")
    return reason


def _words(entry: Entry, incident: Incident, me: User) -> Words:
    """The entry in plain words, as that person may read it."""
    return words(readable_entry(entry, incident, me.role), g.names, g.times)


def _route(name: str, order: Order) -> None:
    def ask(number: int) -> ResponseReturnValue:
        return _carry_out(number, name, order)

    incidents.add_url_rule(f"/{name}", name, needs(Role.VIEWER)(ask), methods=["POST"])


for _name, _order in ORDERS.items():
    _route(_name, _order)
