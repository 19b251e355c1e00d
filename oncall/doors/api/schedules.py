"""One schedule as it is written: read with its version, and edited from it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from oncall.domain.directory import Role
from oncall.doors.api.endpoint import Answer, Call, Endpoint, Input, NoBody, NoQuery, get, put
from oncall.doors.api.previews import PreviewOut, preview_out
from oncall.doors.api.values import InstantOut
from oncall.operations.edit_schedule import NewBody, edit_schedule, preview_schedule, stored_schedule


class ScheduleBody(BaseModel):
    """A schedule in the document's shape (`schedule`), and the version that an edit of it names."""

    id: str
    version: int
    holds_from: InstantOut
    author: str
    schedule: dict[str, Any]


class EditQuery(Input):
    """With `dry_run` nothing is saved, and the answer says what would be."""

    dry_run: bool = False


class ScheduleEdit(Input):
    """What the schedule is to be, in the document's shape, and the version that the edit was made from: 0 for a new one.

    With `keep_on_call` the `start` of a layer whose users or turn change is moved so that whoever is on call stays so until
    the next handoff.
    """

    version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    schedule: dict[str, Any]
    keep_on_call: bool = True


class EditedSchedule(BaseModel):
    """The schedule after the edit, what is other field by field, and what that means for people; `saved` is false on a dry run."""

    id: str
    version: int
    saved: bool
    schedule: dict[str, Any]
    changed: list[str]
    preview: PreviewOut


def show_schedule(call: Call[NoQuery, NoBody]) -> Answer:
    """Show a schedule in the document's shape, with the version that an edit of it names.

    Overrides made by hand are no part of it: they have a list of their own.
    """
    found = stored_schedule(call.context, call.path["schedule"])
    body = ScheduleBody(
        id=found.id,
        version=found.version,
        holds_from=found.holds_from,
        author=found.author,
        schedule=found.spec.body(),
    )
    return Answer(200, body)


def put_schedule(call: Call[EditQuery, ScheduleEdit]) -> Answer:
    """Make a schedule what is sent, and tell those whose shifts that changes.

    An edit that was made from another version than the one that holds is answered with 409 and what changed since.
    """
    sent = call.body
    wanted = NewBody(call.path["schedule"], sent.schedule, sent.version, sent.keep_on_call)
    by = call.asker.name
    edited = preview_schedule(call.context, wanted) if call.query.dry_run else edit_schedule(call.context, wanted, by)
    answer = EditedSchedule(
        id=wanted.id,
        version=edited.version,
        saved=not call.query.dry_run,
        schedule=edited.spec.body(),
        changed=list(edited.changed),
        preview=preview_out(edited.preview),
    )
    return Answer(200, answer)


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    get("/schedules/{schedule}", show_schedule, query=NoQuery, answer=ScheduleBody),
    put(
        "/schedules/{schedule}",
        put_schedule,
        query=EditQuery,
        body=ScheduleEdit,
        answer=EditedSchedule,
        role=Role.MANAGER,
    ),
)
