"""Why somebody was paged, and why nobody was: an incident's log explained."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from oncall.domain.directory import Role
from oncall.domain.explain import explain
from oncall.domain.incident import State
from oncall.doors.api.endpoint import Answer, Call, Endpoint, NoBody, NoQuery, get
from oncall.doors.api.values import InstantOut
from oncall.store import incidents
from oncall.store.log import log_of


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class WayOut(_Out):
    """One way in which a page was sent, or was tried to be; `bundle` is shared by what went out as one message."""

    at: InstantOut
    method: str
    urgency: str | None
    bundle: str | None
    outcome: Literal["sent", "delivered", "failed"]
    because: str | None
    again_at: InstantOut | None


class ExplainedPageOut(_Out):
    """One page: why this person, why at that instant, and by which ways; `user` is null for a channel or a webhook."""

    id: str
    at: InstantOut
    user: str | None
    run: str
    policy: str
    step: int | str
    round: int
    urgency: str | None
    why_person: str
    why_then: str
    ways: list[WayOut]


class UnreachedOut(_Out):
    """Somebody who was meant and could not be reached; with `user` null a whole step that reached nobody."""

    at: InstantOut
    user: str | None
    policy: str
    step: int | str
    round: int
    because: str


class PhaseOut(_Out):
    """A stretch of time in which one thing was waited for; `ends_at` is null where only somebody can end it."""

    since: InstantOut
    until: InstantOut
    state: State
    because: str
    ends_at: InstantOut | None
    pages: list[ExplainedPageOut]
    unreached: list[UnreachedOut]


class ExplanationOut(_Out):
    """An incident from its trigger until now, or until it was resolved; each phase begins where the one before ends."""

    incident: str
    number: int
    since: InstantOut
    until: InstantOut
    phases: list[PhaseOut]


def explain_incident(call: Call[NoQuery, NoBody]) -> Answer:
    """Explain for every page why this person, why this way and why then, and for every quiet hour why nobody was paged.

    Told from the log alone.
    """
    with call.context.database.read() as session:
        incident = incidents.get(session, call.context.cipher, call.path["incident"])
        entries = log_of(session, call.context.cipher, incident.id)
    told = explain(entries, call.context.clock.now())
    phases = [PhaseOut.model_validate(phase) for phase in told.phases]
    out = ExplanationOut(
        incident=incident.id, number=incident.number, since=told.since, until=told.until, phases=phases
    )
    return Answer(200, out)


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    get("/incidents/{incident}/explain", explain_incident, query=NoQuery, answer=ExplanationOut, role=Role.VIEWER),
)
