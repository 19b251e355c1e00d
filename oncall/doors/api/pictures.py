"""The timeline of a schedule as a picture."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from oncall.doors.api.endpoint import Answer, Call, Endpoint, Input, NoBody, get_text
from oncall.doors.api.values import InstantIn, Word
from oncall.doors.looking import FORTNIGHT, days_on, look, standing
from oncall.doors.pictures.drawing import NARROWEST, WIDEST, WIDTH, Frame, picture
from oncall.doors.pictures.palette import Theme
from schedules import ScheduleError, zone_named

SVG = "image/svg+xml; charset=utf-8"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""What a picture may do: carry its own colours, and nothing else."""


def _known(zone: str) -> str:
    try:
        zone_named(zone)
    except ScheduleError as error:
        raise ValueError(error.message) from error
    return zone


ZoneName = Annotated[Word, AfterValidator(_known)]
"""An IANA time zone."""


class TimelineQuery(Input):
    """From `since` (the beginning of the present day, where left out) to `until` (14 days later), at most 400 days.

    `zone` is the clock by which days are told, the schedule's where left out; `theme` keeps it light or dark on every device.
    """

    since: InstantIn | None = None
    until: InstantIn | None = None
    zone: ZoneName | None = None
    theme: Literal["light", "dark", "auto"] = "auto"
    width: Annotated[int, Field(ge=NARROWEST, le=WIDEST)] = WIDTH


def show_timeline(call: Call[TimelineQuery, NoBody]) -> Answer:
    """Show the layers, overrides and final line of a schedule, and who is away, as an SVG picture.

    What is past is by the schedule as it stood then; gaps are red.
    """
    asked, id_, now = call.query, call.path["schedule"], call.context.clock.now()
    with call.context.database.read() as session:
        zone = asked.zone or standing(call.context.directory(session), id_).time_zone
    since = asked.since or days_on(now, zone, 0)
    found = look(call.context, id_, since, asked.until or days_on(since, zone, FORTNIGHT))
    frame = Frame(id_, asked.width, Theme(asked.theme))
    return Answer(200, text=picture(found.shown(zone, now), frame))


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    get_text("/schedules/{schedule}/timeline.svg", show_timeline, query=TimelineQuery, media=SVG),
)
