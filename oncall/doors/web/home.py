"""The first page: what is open, and who is on call now."""

from __future__ import annotations

from flask import Blueprint, g
from flask.typing import ResponseReturnValue

from oncall.domain.directory import Role
from oncall.domain.incident import State
from oncall.domain.readable import readable
from oncall.doors.web.access import context, needs, signed_in
from oncall.doors.web.duties import duty
from oncall.doors.web.lists import counted, lists
from oncall.doors.web.live import live_page
from oncall.store import incidents

MOST_SHOWN = 200
"""Of each kind: what needs somebody, and what somebody has or what waits."""
_NEEDS_SOMEBODY = (State.TRIAGE, State.TRIGGERED)
_WAITS = (State.ACKNOWLEDGED, State.SNOOZED, State.DEFERRED)

home = Blueprint("home", __name__)


@home.get("/")
@needs(Role.VIEWER)
def show() -> ResponseReturnValue:
    """Open incidents, those that need somebody first, and the people on call by each schedule."""
    with context().database.read() as session:
        found = [
            incident
            for states in (_NEEDS_SOMEBODY, _WAITS)
            for incident in incidents.list_incidents(session, context().cipher, states=states, limit=MOST_SHOWN)
        ]
        total = sum(incidents.count_open(session).values())
    listings = lists([readable(incident, signed_in().role) for incident in found], g.times.now)
    return live_page(
        "web/home.html",
        listings=listings,
        counted=counted(listings),
        total=total,
        hidden=total - len(found),
        duties=[duty(name, schedule, g.times.now) for name, schedule in g.directory.schedules.items()],
    )
