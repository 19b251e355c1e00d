"""Calendars: secret addresses at which people's calendar programs read who is on call."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from oncall.domain.directory import Role
from oncall.doors.api.asker import Asker
from oncall.doors.api.endpoint import Answer, Call, Endpoint, Input, NoBody, NoQuery, delete, get, post
from oncall.doors.api.values import Cursor, InstantOut, Limit, Word, id_in, page_after
from oncall.errors import FieldFault, InvalidInputError, NotFoundError
from oncall.operations.feeds import Owner, create_feed, feeds_of, revoke_feed
from oncall.store.feeds import FeedKind, FeedRecord


class NewFeed(Input):
    """Whose shifts the calendar shows: those of `user` in all schedules, or all of `schedule`; left out: the asker's own."""

    user: Word | None = None
    schedule: Word | None = None


class FeedQuery(Input):
    """Which part of the list of addresses."""

    limit: Limit = 50
    cursor: Cursor | None = None


class FeedOut(BaseModel):
    """What may be shown of an address: whose shifts are there, and how its secret part begins."""

    id: int
    user: str | None
    schedule: str | None
    prefix: str
    created_at: InstantOut
    created_by: str


class FeedList(BaseModel):
    """One page of addresses; `next_cursor` is null on the last."""

    feeds: list[FeedOut]
    next_cursor: str | None


class CreatedFeed(FeedOut):
    """A new address, shown this once."""

    url: str


def create_calendar_feed(call: Call[NoQuery, NewFeed]) -> Answer:
    """Make a secret address at which calendar programs read shifts; it can never be shown again.

    Somebody else's shifts ask for the role manager.
    """
    kind, target = _wanted(call.body, call.asker)
    try:
        made = create_feed(call.context, kind, target, _owner(call.asker))
    except NotFoundError as error:
        raise InvalidInputError([FieldFault(kind.value, str(error))]) from error
    return Answer(201, CreatedFeed(**_shown(made.feed).model_dump(), url=made.url))


def list_calendar_feeds(call: Call[FeedQuery, NoBody]) -> Answer:
    """List the addresses that the asker may revoke, the oldest first: their own, a manager everybody's."""
    page, following = page_after(feeds_of(call.context, _owner(call.asker)), call.query.cursor, call.query.limit)
    return Answer(200, FeedList(feeds=[_shown(feed) for feed in page], next_cursor=following))


def delete_calendar_feed(call: Call[NoQuery, NoBody]) -> Answer:
    """Make an address lead nowhere from now on."""
    revoke_feed(call.context, id_in(call.path["feed"]), _owner(call.asker))
    return Answer(204)


def _wanted(body: NewFeed, asker: Asker) -> tuple[FeedKind, str]:
    if body.user is not None and body.schedule is not None:
        raise InvalidInputError([FieldFault("schedule", "does not go with user: ask for two addresses")])
    if body.schedule is not None:
        return FeedKind.SCHEDULE, body.schedule
    user = body.user or asker.user
    if user is None:
        raise InvalidInputError([FieldFault("user", "is missing, or schedule: the token is that of a system")])
    return FeedKind.USER, user


def _owner(asker: Asker) -> Owner:
    return Owner(asker.name, asker.role)


def _shown(feed: FeedRecord) -> FeedOut:
    is_user = feed.kind is FeedKind.USER
    return FeedOut(
        id=feed.id,
        user=feed.target if is_user else None,
        schedule=None if is_user else feed.target,
        prefix=feed.prefix,
        created_at=feed.created_at,
        created_by=feed.created_by,
    )


ENDPOINTS: tuple[Endpoint[Any, Any], ...] = (
    post("/feeds", create_calendar_feed, body=NewFeed, answers={201: CreatedFeed}),
    get("/feeds", list_calendar_feeds, query=FeedQuery, answer=FeedList),
    delete("/feeds/{feed}", delete_calendar_feed, role=Role.RESPONDER),
)
