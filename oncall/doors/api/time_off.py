"""Time off by hand: a person's absences, and what they are on call for then."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, StringConstraints, WithJsonSchema

from oncall.domain.directory import Role
from oncall.doors.api.endpoint import Answer, Call, Endpoint, Input, NoBody, NoQuery, delete, get, post
from oncall.doors.api.values import Cursor, InstantOut, Limit, id_in, page_after
from oncall.operations.time_off import Away, OnCallThen, list_time_off, remove_time_off, take_time_off
from oncall.store.time_off import TimeOff
from schedules import ScheduleError, parse_date, parse_instant

_LENGTH_OF_A_DATE = len("2026-12-24")


def _day_or_instant(value: object) -> date | datetime:
    if not isinstance(value, str):
        raise ValueError("must be a text such as 2026-12-24 or 2026-12-24T17:00:00+01:00")  # noqa: TRY004  pydantic collects ValueErrors only
    try:
        return parse_date(value) if len(value) <= _LENGTH_OF_A_DATE else parse_instant(value)
    except ScheduleError as error:
        raise ValueError(error.message) from error


DayOrInstant = Annotated[
    datetime | date,
    BeforeValidator(_day_or_instant),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}, mode="validation"
    ),
]
"""A day as sent (`2026-12-24`), or an instant: ISO 8601 with an offset or `Z`."""


class NewTimeOff(Input):
    """From `start` up to `end`; of dates both days are whole, on the person's own clock."""

    start: DayOrInstant
    end: DayOrInstant
    note: Annotated[str, StringConstraints(max_length=500)] = ""


class TimeOffOut(BaseModel):
    """One absence; `source` is `hand`, or the kind of calendar that it was read from."""

    id: int
    user: str
    start: InstantOut
    end: InstantOut
    note: str
    source: str
    made_at: InstantOut
    made_by: str


class ClashOut(BaseModel):
    """A duty in that time: nobody takes it over by itself."""

    schedule: str
    start: InstantOut
    end: InstantOut
    message: str


class TakenTimeOff(TimeOffOut):
    """New time off, and what the person is on call for then."""

    clashes: list[ClashOut]


class TimeOffQuery(Input):
    """Which part of the list."""

    limit: Limit = 50
    cursor: Cursor | None = None


class TimeOffList(BaseModel):
    """One page of absences that are not over, in the order in which they came to be known; `next_cursor` is null on the last."""

    time_off: list[TimeOffOut]
    next_cursor: str | None


def list_users_time_off(call: Call[TimeOffQuery, NoBody]) -> Answer:
    """List a person's time off that is not over, whether by hand or from their calendar."""
    found = list_time_off(call.context, call.path["user"])
    page, following = page_after(found, call.query.cursor, call.query.limit)
    return Answer(200, TimeOffList(time_off=[TimeOffOut(**_fields(one)) for one in page], next_cursor=following))


def add_time_off(call: Call[NoQuery, NewTimeOff]) -> Answer:
    """Keep when a person is away; nobody is put on call instead, and the answer says what they are on call for then.

    A person does it for themselves, a manager for anybody.
    """
    sent = call.body
    away = Away(call.path["user"], sent.start, sent.end, sent.note)
    taken = take_time_off(call.context, away, call.asker.name, call.asker.role)
    clashes = [_clash(one) for one in taken.on_call]
    return Answer(201, TakenTimeOff(**_fields(taken.time_off), clashes=clashes))


def delete_time_off(call: Call[NoQuery, NoBody]) -> Answer:
    """Forget an absence; one that is read from a calendar is removed there."""
    remove_time_off(call.context, id_in(call.path["time_off"]), call.asker.name, call.asker.role)
    return Answer(204)


def _fields(one: TimeOff) -> dict[str, Any]:
    (start, end), absence = one.absence.span, one.absence
    made = {"source": one.source, "made_at": one.made_at, "made_by": one.made_by}
    return {"id": one.id, "user": absence.user, "start": start, "end": end, "note": absence.note, **made}


def _clash(one: OnCallThen) -> ClashOut:
    start, end = one.clash.span
    return ClashOut(schedule=one.clash.schedule, start=start, end=end, message=one.message)


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    get("/users/{user}/time-off", list_users_time_off, query=TimeOffQuery, answer=TimeOffList),
    post("/users/{user}/time-off", add_time_off, body=NewTimeOff, answers={201: TakenTimeOff}),
    delete("/time-off/{time_off}", delete_time_off, role=Role.RESPONDER),
)
