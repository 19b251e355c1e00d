"""Who is on call: now, at an instant, and shift by shift."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from oncall.domain.directory import Directory
from oncall.doors.api.endpoint import Answer, Call, Endpoint, Input, NoBody, get
from oncall.doors.api.values import InstantIn, InstantOut, Limit, Word
from oncall.errors import FieldFault, InvalidInputError
from oncall.operations.history import answering

_LONGEST = timedelta(days=731)


class OnCallQuery(Input):
    """At which instant (now, where left out), by which schedule (all, where left out), and as known when (now)."""

    at: InstantIn | None = None
    schedule: Word | None = None
    known_at: InstantIn | None = None


class OnCall(BaseModel):
    """Who is on call at `at`: by schedule, the users' ids, sorted."""

    at: InstantOut
    schedules: dict[str, list[str]]


class ScheduleQuery(Input):
    """Which part of the list of schedules."""

    limit: Limit = 50
    cursor: Word | None = None


class ScheduleOut(BaseModel):
    """One schedule and who is on call by it now."""

    id: str
    time_zone: str
    on_call: list[str]


class ScheduleList(BaseModel):
    """One page of schedules by id; `next_cursor` is null on the last."""

    schedules: list[ScheduleOut]
    next_cursor: str | None


class ShiftQuery(Input):
    """From `since` up to but not including `until`, at most two years, as known at an instant (now, where left out)."""

    since: InstantIn
    until: InstantIn
    known_at: InstantIn | None = None


class ShiftOut(BaseModel):
    """One user's duty without interruption."""

    user: str
    start: InstantOut
    end: InstantOut


class GapOut(BaseModel):
    """A time in which nobody is on call."""

    start: InstantOut
    end: InstantOut


class Shifts(BaseModel):
    """The shifts by start and then user, and the gaps, clipped to `since` and `until`."""

    schedule: str
    since: InstantOut
    until: InstantOut
    shifts: list[ShiftOut]
    gaps: list[GapOut]


def show_on_call(call: Call[OnCallQuery, NoBody]) -> Answer:
    """Show who is on call, now or at an instant, by every schedule or by one.

    In the past it is by the schedules as they stood then; with `known_at` as far as was recorded by that instant.
    """
    at = call.query.at or call.context.clock.now()
    with call.context.database.read() as session:
        found = answering(call.context, session, call.query.at, call.query.known_at, call.query.schedule)
    return Answer(200, OnCall(at=at, schedules={id_: sorted(found[id_].on_call_at(at)) for id_ in sorted(found)}))


def list_schedules(call: Call[ScheduleQuery, NoBody]) -> Answer:
    """List the schedules by id, each with who is on call by it now."""
    directory, now = _directory(call), call.context.clock.now()
    left = [id_ for id_ in sorted(directory.schedules) if id_ > (call.query.cursor or "")]
    page = left[: call.query.limit]
    schedules = [
        ScheduleOut(id=id_, time_zone=directory.schedules[id_].time_zone, on_call=list(directory.on_call(id_, now)))
        for id_ in page
    ]
    return Answer(200, ScheduleList(schedules=schedules, next_cursor=page[-1] if len(left) > len(page) else None))


def show_shifts(call: Call[ShiftQuery, NoBody]) -> Answer:
    """Show who has which shift of a schedule, and where nobody has one.

    What is past is by the schedule as it stood then; with `known_at` all is as far as was recorded by that instant.
    """
    since, until = call.query.since, call.query.until
    if not since < until <= since + _LONGEST:
        raise InvalidInputError([FieldFault("until", f"must be after since, by at most {_LONGEST.days} days")])
    id_ = call.path["schedule"]
    with call.context.database.read() as session:
        found = answering(call.context, session, since, call.query.known_at, id_)
    final = found[id_].final(since, until)
    shifts = [ShiftOut(user=shift.user, start=shift.start, end=shift.end) for shift in final.shifts]
    gaps = [GapOut(start=gap.start, end=gap.end) for gap in final.gaps]
    return Answer(200, Shifts(schedule=id_, since=since, until=until, shifts=shifts, gaps=gaps))


def _directory(call: Call[Any, Any]) -> Directory:
    with call.context.database.read() as session:
        return call.context.directory(session)


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    get("/on-call", show_on_call, query=OnCallQuery, answer=OnCall),
    get("/schedules", list_schedules, query=ScheduleQuery, answer=ScheduleList),
    get("/schedules/{schedule}/shifts", show_shifts, query=ShiftQuery, answer=Shifts),
)
