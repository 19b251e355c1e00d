"""The kinds of value that the document's fields hold, each read from text and written back as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from schedules import Duration, Turn, format_delay, parse_date, parse_delay, parse_duration, parse_turn, parse_wall
from schedules.instants import zone_named

ID_PATTERN = "^[a-z0-9][a-z0-9_-]*$"
ID = re.compile(ID_PATTERN)
_WALL = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?")
_TIME = re.compile(r"(\d{1,2}):(\d\d)")
_LAST_MINUTE = 59

T = TypeVar("T")


class Spec(BaseModel):
    """One object of the document: immutable, refusing keys that it does not know; a null is a key left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_nulls(cls, data: Any) -> Any:
        if not isinstance(data, dict) or None not in data.values():
            return data
        return {key: value for key, value in data.items() if value is not None}

    def body(self) -> dict[str, Any]:
        """The object in the document's own shape, as JSON would hold it, without what has its default."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def text_read_by(reader: Callable[[str], T]) -> PlainValidator:
    """A validator that has `reader` read the text of a field; it refuses with ValueError."""

    def read(value: Any) -> T:
        if not isinstance(value, str):
            raise ValueError("must be text")  # noqa: TRY004  pydantic collects ValueError alone
        return reader(value)

    return PlainValidator(read)


def _time_of_day(text: str) -> str:
    found = _TIME.fullmatch(text)
    if not found or int(found[2]) > _LAST_MINUTE or (int(found[1]), int(found[2])) > (24, 0):
        raise ValueError(f"{text!r} is not a time of the day: write one from 00:00 to 24:00")
    return f"{found[1]:0>2}:{found[2]}"


def _wall(text: str) -> datetime:
    if not _WALL.fullmatch(text):
        raise ValueError(f"{text!r} is not a wall time: write one like 2026-01-05T09:00, without an offset")
    return parse_wall(text)


def _zone(text: str) -> str:
    zone_named(text)
    return text


def _wait(text: str) -> timedelta:
    delay = parse_delay(text)
    if delay < timedelta(minutes=1):
        raise ValueError(f"{text!r} is too short: wait at least 1m")
    return delay


def _elapsed(text: str) -> timedelta:
    duration = parse_duration(text)
    if duration.kind != "elapsed":
        raise ValueError(
            f"{text!r} must be elapsed time here, such as 2h: working time serves the limits and their warnings"
        )
    return duration.timedelta


def _schema(example: str, **more: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": [example], **more})


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Zone = Annotated[str, text_read_by(_zone), _schema("Europe/Berlin", description="an IANA time zone")]
Delay = Annotated[timedelta, text_read_by(parse_delay), PlainSerializer(format_delay), _schema("15m")]
Wait = Annotated[
    timedelta, text_read_by(_wait), PlainSerializer(format_delay), _schema("15m", description="at least 1m")
]
Elapsed = Annotated[
    timedelta, text_read_by(_elapsed), PlainSerializer(format_delay), _schema("2h", description="not zero")
]
Length = Annotated[
    Duration,
    text_read_by(parse_duration),
    PlainSerializer(str),
    _schema(
        "4 business hours", description="elapsed (4h), open time (4 business hours) or working days (2 business days)"
    ),
]
TurnLength = Annotated[Turn, text_read_by(parse_turn), PlainSerializer(str), _schema("1 week")]
CalendarDate = Annotated[
    date,
    text_read_by(parse_date),
    PlainSerializer(date.isoformat),
    _schema("2026-11-27", format="date"),
]
WallTime = Annotated[
    datetime,
    text_read_by(_wall),
    PlainSerializer(lambda wall: wall.isoformat(timespec="auto" if wall.second else "minutes")),
    _schema("2026-01-05T09:00", description="on the wall clock of the schedule's zone, without an offset"),
]
TimeOfDay = Annotated[str, text_read_by(_time_of_day), _schema("09:00", description="up to 24:00, the end of the day")]
