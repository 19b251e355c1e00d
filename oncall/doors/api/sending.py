"""Whether anything is sent: held since a restore, and let go on."""

from __future__ import annotations

from typing import Any

import structlog
from pydantic import BaseModel

from oncall.domain.directory import Role
from oncall.doors.api.endpoint import Answer, Call, Endpoint, Input, NoBody, NoQuery, get, post
from oncall.doors.api.values import InstantOut
from oncall.operations.hold import mark_restored, release_sending, sending_held

_log = structlog.get_logger(__name__)


class Nothing(Input):
    """Nothing is asked for."""


class SendingOut(BaseModel):
    """Since when nothing is sent and who had it so; both are null while sending goes on."""

    held_since: InstantOut | None
    held_by: str | None


class LetGo(BaseModel):
    """Since when nothing had been sent, how many incidents are open, and how many people are told of them."""

    held_since: InstantOut
    open_incidents: int
    told: int


def show_sending(call: Call[NoQuery, NoBody]) -> Answer:
    """Say whether anything is sent."""
    hold = sending_held(call.context)
    return Answer(200, SendingOut(held_since=hold.at if hold else None, held_by=hold.by if hold else None))


def hold_sending(call: Call[NoQuery, Nothing]) -> Answer:
    """Send nothing from now on, as a backup was restored; sending that is held already stays as it is."""
    hold = mark_restored(call.context, call.asker.name)
    _log.critical("nothing is sent until an operator lets it: a backup was restored", by=hold.by)
    return Answer(200, SendingOut(held_since=hold.at, held_by=hold.by))


def let_sending_go_on(call: Call[NoQuery, Nothing]) -> Answer:
    """Let sending go on: what was due before is void, and each whom an open incident concerns is told once."""
    released = release_sending(call.context, call.asker.name)
    _log.warning("sending goes on", by=call.asker.name, held_since=released.since.isoformat(), told=released.told)
    return Answer(200, LetGo(held_since=released.since, open_incidents=released.open_incidents, told=released.told))


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    get("/sending", show_sending, query=NoQuery, answer=SendingOut),
    post("/sending/hold", hold_sending, body=Nothing, answers={200: SendingOut}, role=Role.ADMIN),
    post("/sending/release", let_sending_go_on, body=Nothing, answers={200: LetGo}, role=Role.ADMIN),
)
