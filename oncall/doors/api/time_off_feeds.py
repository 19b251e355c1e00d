"""A person's own calendar of absences: read when it is named, and each day from then on."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from oncall.domain.directory import Role
from oncall.domain.web_address import LONGEST
from oncall.doors.api.endpoint import Answer, Call, Endpoint, Input, NoBody, NoQuery, delete, get, post, put
from oncall.doors.api.values import InstantOut
from oncall.errors import ForbiddenError, NotFoundError
from oncall.operations.time_off_feeds import follow_time_off, import_time_off, time_off_feed, unfollow_time_off


class NewTimeOffFeed(Input):
    """The https address of an iCalendar with nothing but the person's absences."""

    url: Annotated[str, Field(min_length=1, max_length=LONGEST)]


class TimeOffFile(Input):
    """The text of an iCalendar file with nothing but the person's absences."""

    calendar: Annotated[str, Field(min_length=1)]


class TimeOffFeedOut(BaseModel):
    """What may be shown of a feed: of its address, which may be a secret, the host alone.

    `fault` says why it could not be read when it was looked at last, null where it was.
    """

    host: str
    looked_at: InstantOut | None
    fault: str | None


class FollowedTimeOff(BaseModel):
    """How many absences to come were read."""

    absences: int


def set_time_off_feed(call: Call[NoQuery, NewTimeOffFeed]) -> Answer:
    """Take over a person's absences from a calendar, now and each day, in place of the calendar that they had before.

    For oneself; somebody else's asks for the role manager. What was written by hand stays as it is.
    """
    user = _concerned(call)
    return Answer(200, FollowedTimeOff(absences=follow_time_off(call.context, user, call.body.url, call.asker.name)))


def import_time_off_file(call: Call[NoQuery, TimeOffFile]) -> Answer:
    """Take over a person's absences from a calendar file, once, in place of those of an earlier file.

    For oneself; somebody else's asks for the role manager. What was written by hand stays as it is.
    """
    user = _concerned(call)
    count = import_time_off(call.context, user, call.body.calendar, call.asker.name)
    return Answer(200, FollowedTimeOff(absences=count))


def show_time_off_feed(call: Call[NoQuery, NoBody]) -> Answer:
    """Show from where a person's absences are read, and whether that works."""
    user = _concerned(call)
    with call.context.database.read() as session:
        found = time_off_feed(call.context, session, user)
    if found is None:
        raise NotFoundError(f"{user} has no time-off feed: PUT one here")
    return Answer(200, TimeOffFeedOut.model_validate(found, from_attributes=True))


def delete_time_off_feed(call: Call[NoQuery, NoBody]) -> Answer:
    """Read a person's absences no more, and forget those to come that were read."""
    unfollow_time_off(call.context, _concerned(call))
    return Answer(204)


def _concerned(call: Call[Any, Any]) -> str:
    user = call.path["user"]
    if user != call.asker.user and not call.asker.role.allows(Role.MANAGER):
        raise ForbiddenError("somebody else's calendar is for them, or for a manager")
    return user


_PATH = "/users/{user}/time-off-feed"

ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    put(_PATH, set_time_off_feed, query=NoQuery, body=NewTimeOffFeed, answer=FollowedTimeOff, role=Role.RESPONDER),
    get(_PATH, show_time_off_feed, query=NoQuery, answer=TimeOffFeedOut, role=Role.RESPONDER),
    post("/users/{user}/time-off/import", import_time_off_file, body=TimeOffFile, answers={200: FollowedTimeOff}),
    delete(_PATH, delete_time_off_feed, role=Role.RESPONDER),
)
