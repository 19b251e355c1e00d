"""The first page: what is open, and who is on call now."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from oncall.domain.directory import Role
from oncall.domain.incident import Incident, State
from oncall.domain.readable import readable
from oncall.doors.web.access import context, needs, signed_in
from oncall.doors.web.duties import duty
from oncall.doors.web.lists import counted, lists
from oncall.doors.web.live import live_page
from oncall.store import incidents, pages

MOST_SHOWN = 200
"""Of each kind: what needs somebody, and what somebody has or what waits."""
_NEEDS_SOMEBODY = (State.TRIAGE, State.TRIGGERED)
_WAITS = (State.ACKNOWLEDGED, State.SNOOZED, State.DEFERRED)

home = Blueprint("home", __name__)


@home.get("/")
@needs(Role.VIEWER)
def show() -> ResponseReturnValue:
    """Open incidents, those that need somebody first, and the people on call by each schedule; with `paged` one person's alone."""
    paged = request.args.get("paged", "")
    found, total = _paged(paged) if paged else _open()
    listings = lists([readable(incident, signed_in().role) for incident in found], g.times.now)
    return live_page(
        "web/home.html",
        listings=listings,
        counted=counted(listings),
        total=total,
        hidden=total - len(found),
        paged=paged,
        duties=[duty(name, schedule, g.times.now) for name, schedule in g.directory.schedules.items()],
    )


def _open() -> tuple[Sequence[Incident], int]:
    """The open incidents that are shown, and how many there are."""
    with context().database.read() as session:
        found = [
            incident
            for states in (_NEEDS_SOMEBODY, _WAITS)
            for incident in incidents.list_incidents(session, context().cipher, states=states, limit=MOST_SHOWN)
        ]
        return found, sum(incidents.count_open(session).values())


def _paged(user: str) -> tuple[Sequence[Incident], int]:
    """The same of those of which one person was paged: where the message leads that stood for them all."""
    with context().database.read() as session:
        ids = pages.open_incidents_of(session, user)
        found = incidents.read_all(session, context().cipher, ids[: 2 * MOST_SHOWN])
    return tuple(found.values()), len(ids)
