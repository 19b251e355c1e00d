"""What each person carries by a schedule, and what speaks against it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, WithJsonSchema

from oncall.domain.directory import Directory, Urgency
from oncall.doors.api.duty import GapOut
from oncall.doors.api.endpoint import Answer, Call, Endpoint, Input, NoBody, NoQuery, get, get_text
from oncall.doors.api.values import InstantIn, InstantOut
from oncall.doors.coverage import Coverage, carried, coverage
from oncall.doors.looking import Look, look
from schedules import ScheduleError, format_delay, parse_delay
from schedules.fairness import Load, ShortRest

CSV = "text/csv; charset=utf-8"
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


def _delay(value: object) -> timedelta:
    if not isinstance(value, str):
        raise ValueError("must be a text such as 11h")  # noqa: TRY004  pydantic collects ValueErrors only
    try:
        return parse_delay(value)
    except ScheduleError as error:
        raise ValueError(error.message) from error


DelayIn = Annotated[timedelta, BeforeValidator(_delay), WithJsonSchema({"type": "string", "examples": ["11h"]})]
"""A length of time as sent: `11h`, `90m`."""


class FairnessQuery(Input):
    """From `since` up to but not including `until`, at most 400 days; `rest` is asked for between two shifts.

    Left out, `rest` is the schedule's own rule, where it has one.
    """

    since: InstantIn
    until: InstantIn
    rest: DelayIn | None = None


class LoadOut(BaseModel):
    """What one person carries: hours that pass on call, and how much of it by night, at weekends and on holidays.

    A night is from 22:00 to 06:00, a weekend Saturday and Sunday, by the clock of the schedule; one counts from an hour on.
    """

    user: str
    name: str
    on_call_hours: float
    shifts: int
    nights: int
    night_hours: float
    weekends: int
    weekend_hours: float
    holidays: int
    holiday_hours: float
    longest_run_hours: float
    shortest_rest_hours: float | None

    @classmethod
    def of(cls, load: Load, directory: Directory) -> LoadOut:
        """The same in hours, with the person's name."""
        user = directory.users.get(load.user)
        return cls(
            user=load.user,
            name=user.name if user else load.user,
            on_call_hours=hours(load.on_call),
            shifts=load.shifts,
            nights=load.nights,
            night_hours=hours(load.night_time),
            weekends=load.weekends,
            weekend_hours=hours(load.weekend_time),
            holidays=load.holidays,
            holiday_hours=hours(load.holiday_time),
            longest_run_hours=hours(load.longest_run),
            shortest_rest_hours=None if load.shortest_rest is None else hours(load.shortest_rest),
        )


class ShortRestOut(BaseModel):
    """A rest between two shifts that is shorter than is asked for."""

    user: str
    start: InstantOut
    end: InstantOut
    hours: float

    @classmethod
    def of(cls, short: ShortRest) -> ShortRestOut:
        """The same in hours."""
        return cls(user=short.user, start=short.before.end, end=short.after.start, hours=hours(short.rest))


class FairnessOut(BaseModel):
    """What everybody carries, by user; and the short rests, where `rest` says how long one is to be."""

    schedule: str
    since: InstantOut
    until: InstantOut
    rest: str | None
    users: list[LoadOut]
    short_rests: list[ShortRestOut]

    @classmethod
    def of(cls, seen: Look, rest: timedelta | None) -> FairnessOut:
        """What is carried in the time that is looked at; without `rest` the schedule's own rule counts."""
        rule = rest if rest is not None else seen.directory.rests.get(seen.id)
        found = carried(seen, rule)
        return cls(
            schedule=seen.id,
            since=seen.since,
            until=seen.until,
            rest=None if rule is None else format_delay(rule),
            users=[LoadOut.of(load, seen.directory) for load in found.loads],
            short_rests=[ShortRestOut.of(short) for short in found.short_rests],
        )

    def as_csv(self) -> str:
        """A line for each person under the names of the fields; nothing in it is taken for a formula."""
        written = StringIO()
        writer = csv.writer(written)
        writer.writerow(LoadOut.model_fields)
        writer.writerows(map(_cells, self.users))
        return written.getvalue()


class UnreachedOut(BaseModel):
    """Somebody whom no page of these urgencies reaches."""

    user: str
    urgencies: list[Urgency]


class DutyAwayOut(BaseModel):
    """A time in which somebody is on call and away."""

    user: str
    start: InstantOut
    end: InstantOut
    note: str


class CoverageOut(BaseModel):
    """What speaks against a schedule in the next 90 days; all lists are empty where nothing does."""

    schedule: str
    since: InstantOut
    until: InstantOut
    rest: str | None
    gaps: list[GapOut]
    unreachable: list[UnreachedOut]
    clashes: list[DutyAwayOut]
    short_rests: list[ShortRestOut]

    @classmethod
    def of(cls, schedule: str, found: Coverage) -> CoverageOut:
        """The same for programs."""
        return cls(
            schedule=schedule,
            since=found.since,
            until=found.until,
            rest=None if found.rest is None else format_delay(found.rest),
            gaps=[GapOut(start=gap.start, end=gap.end) for gap in found.gaps],
            unreachable=[UnreachedOut(user=one.user, urgencies=list(one.urgencies)) for one in found.unreachable],
            clashes=[
                DutyAwayOut(user=one.user, start=one.span.start, end=one.span.end, note=one.note)
                for one in found.clashes
            ],
            short_rests=[ShortRestOut.of(short) for short in found.short_rests],
        )


def hours(length: timedelta) -> float:
    """A length in hours, to the hundredth."""
    return round(length / timedelta(hours=1), 2)


def _cells(load: LoadOut) -> Iterator[object]:
    for value in load.model_dump().values():
        is_formula = isinstance(value, str) and value.startswith(_FORMULAS)
        yield f"'{value}" if is_formula else value


def show_fairness(call: Call[FairnessQuery, NoBody]) -> Answer:
    """Show what each person carries by a schedule: hours, nights, weekends, holidays, and the rest between shifts.

    What is past is by the schedule as it stood then.
    """
    return Answer(200, _fairness(call))


def show_fairness_as_csv(call: Call[FairnessQuery, NoBody]) -> Answer:
    """Show what each person carries by a schedule as a table for spreadsheets."""
    return Answer(200, text=_fairness(call).as_csv())


def _fairness(call: Call[FairnessQuery, NoBody]) -> FairnessOut:
    seen = look(call.context, call.path["schedule"], call.query.since, call.query.until)
    return FairnessOut.of(seen, call.query.rest)


def show_coverage(call: Call[NoQuery, NoBody]) -> Answer:
    """Show what speaks against a schedule in the next 90 days.

    That is when nobody is on call, who in it cannot be reached, who is on call and away, and who rests for less than the
    schedule's rule asks for.
    """
    id_ = call.path["schedule"]
    return Answer(200, CoverageOut.of(id_, coverage(call.context, id_)))


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    get("/schedules/{schedule}/fairness", show_fairness, query=FairnessQuery, answer=FairnessOut),
    get_text("/schedules/{schedule}/fairness.csv", show_fairness_as_csv, query=FairnessQuery, media=CSV),
    get("/schedules/{schedule}/coverage", show_coverage, query=NoQuery, answer=CoverageOut),
)
