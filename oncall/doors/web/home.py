"""The first page: what is open, and who is on call now."""

from __future__ import annotations

from flask import Blueprint, g
from flask.typing import ResponseReturnValue

from oncall.domain.directory import Role
from oncall.domain.incident import State
from oncall.doors.web.access import context, needs, signed_in
from oncall.doors.web.duties import duty
from oncall.doors.web.live import live_page
from oncall.doors.web.presentation import readable
from oncall.store import incidents

MOST_SHOWN = 100
_OPEN = tuple(state for state in State if state is not State.RESOLVED)
_URGENT_FIRST = (State.TRIGGERED, State.ACKNOWLEDGED)

home = Blueprint("home", __name__)


@home.get("/")
@needs(Role.VIEWER)
def show() -> ResponseReturnValue:
    """Open incidents, those that nobody has taken first, and the people on call by each schedule."""
    with context().database.read() as session:
        found = incidents.list_incidents(session, context().cipher, states=_OPEN, limit=MOST_SHOWN)
    shown = [readable(incident, signed_in().role) for incident in found]
    return live_page(
        "web/home.html",
        incidents=sorted(shown, key=lambda incident: _URGENT_FIRST.index(incident.state)),
        duties=[duty(name, schedule, g.times.now) for name, schedule in g.directory.schedules.items()],
    )
