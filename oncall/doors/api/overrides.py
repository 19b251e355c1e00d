"""Overrides by hand: who is on call for a while in place of others."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, WithJsonSchema

from oncall.domain.directory import Role
from oncall.doors.api.endpoint import Answer, Call, Endpoint, Input, NoBody, NoQuery, delete, get, post
from oncall.doors.api.previews import PreviewOut, preview_out
from oncall.doors.api.values import Cursor, InstantIn, InstantOut, Limit, Word, id_in, page_after
from oncall.operations.cover import cover, standing_overrides, uncover
from oncall.operations.overrides import NewOverride
from oncall.store.overrides import OverrideRow
from schedules import ScheduleError, parse_instant, parse_wall

_OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$", re.IGNORECASE)


def _wall_or_instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("must be a text such as 2026-12-24T18:00")  # noqa: TRY004  pydantic collects ValueErrors only
    try:
        return parse_instant(value) if _OFFSET.search(value) and "T" in value.upper() else parse_wall(value)
    except ScheduleError as error:
        raise ValueError(error.message) from error


WallOrInstant = Annotated[
    datetime, BeforeValidator(_wall_or_instant), WithJsonSchema({"type": "string", "examples": ["2026-12-24T18:00"]})
]
"""A time on the wall of the schedule's zone as sent (`2026-12-24T18:00`), or an instant, with an offset or `Z`."""


class OverrideQuery(Input):
    """Those that end after `since` (now, where left out), and which part of the list."""

    since: InstantIn | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class MadeOverride(Input):
    """Who is on call from `start` up to `end`: in place of the user `replaces`, or left out of everybody."""

    start: WallOrInstant
    end: WallOrInstant
    users: Annotated[list[Word], Field(min_length=1, max_length=50)]
    replaces: Word | None = None
    note: Annotated[str, StringConstraints(max_length=500)] = ""


class OverrideOut(BaseModel):
    """One override; `start` and `end` are on the wall of the schedule's zone, `swap` the swap that it came of."""

    id: int
    schedule: str
    start: str
    end: str
    start_at: InstantOut
    end_at: InstantOut
    users: list[str]
    replaces: str | None
    note: str
    swap: int | None
    made_at: InstantOut
    made_by: str


class NewOverrideOut(OverrideOut):
    """A new override, and what it changes for people."""

    preview: PreviewOut


class OverrideList(BaseModel):
    """One page of overrides in the order in which they were made; `next_cursor` is null on the last."""

    overrides: list[OverrideOut]
    next_cursor: str | None


def list_overrides(call: Call[OverrideQuery, NoBody]) -> Answer:
    """List the overrides of a schedule that were made by hand and stand, in the order in which they apply."""
    since = call.query.since or call.context.clock.now()
    found = standing_overrides(call.context, call.path["schedule"], since)
    page, following = page_after(found, call.query.cursor, call.query.limit)
    return Answer(200, OverrideList(overrides=[OverrideOut(**_fields(row)) for row in page], next_cursor=following))


def create_override(call: Call[NoQuery, MadeOverride]) -> Answer:
    """Put somebody on call for a while, and tell everybody else whose shifts that changes.

    One that has begun has effect from now on. A responder puts themselves on call, or somebody in their own place; a manager
    anybody.
    """
    sent = call.body
    wanted = NewOverride(call.path["schedule"], sent.start, sent.end, tuple(sent.users), sent.replaces, sent.note)
    covered = cover(call.context, wanted, call.asker.name, call.asker.role)
    return Answer(201, NewOverrideOut(**_fields(covered.override), preview=preview_out(covered.preview)))


def delete_override(call: Call[NoQuery, NoBody]) -> Answer:
    """Take an override back: it has no effect from now on, and what was stays as it was.

    Those of one swap are taken back together. A responder takes back what they made, a manager any.
    """
    uncover(call.context, call.path["schedule"], id_in(call.path["override"]), call.asker.name, call.asker.role)
    return Answer(204)


def _fields(row: OverrideRow) -> dict[str, Any]:
    names = ("id", "schedule", "start", "end", "start_at", "end_at", "users", "replaces", "note", "made_at", "made_by")
    return {name: getattr(row, name) for name in names} | {"swap": row.swap_id}


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    get("/schedules/{schedule}/overrides", list_overrides, query=OverrideQuery, answer=OverrideList),
    post("/schedules/{schedule}/overrides", create_override, body=MadeOverride, answers={201: NewOverrideOut}),
    delete("/schedules/{schedule}/overrides/{override}", delete_override, role=Role.RESPONDER),
)
