"""Time off that is read from a calendar: a person's feed, looked at each day, or a file, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from oncall.document.faults import unknown
from oncall.domain.absence import Absence
from oncall.errors import FeedError, FieldFault, InvalidInputError, NotFoundError, UnreadableError
from oncall.fetching import is_address
from oncall.operations.context import Context
from oncall.operations.subscriptions import looked_at
from oncall.store import subscriptions, time_off
from oncall.store.subscriptions import SubscriptionKind
from schedules import ScheduleError, Span

AHEAD = timedelta(days=400)
"""How far ahead absences are read."""

_LONGEST_NOTE = 200
_KIND = SubscriptionKind.TIME_OFF


@dataclass(frozen=True, slots=True)
class TimeOffFeed:
    """A person's feed: of its address only the host is shown; `fault` says why it could not be read last."""

    host: str
    looked_at: datetime | None
    fault: str | None


def follow_time_off(context: Context, user: str, url: str, by: str) -> int:
    """Take over a person's absences from the calendar at `url`, now and each day; how many there are.

    In place of the feed that they had. Raises NotFoundError for an unknown person, and InvalidInputError at `url` for what
    cannot be read; then nothing is changed.
    """
    now = context.clock.now()
    zone = _zone(context, user)
    found = _read_first(context, user, url, zone, now)
    sealed = context.cipher.seal({"of": user, "url": url})

    def work(session: Session) -> None:
        looked_at(subscriptions.follow(session, _KIND, user, sealed, now), now, None)
        time_off.take_over(session, user, time_off.OF_FEED, found, by=by, at=now)

    context.database.write(work)
    return len(found)


def import_time_off(context: Context, user: str, calendar: str, by: str) -> int:
    """Take over a person's absences from the text of a calendar, in place of those of an earlier one; how many there are.

    Raises NotFoundError for an unknown person, and InvalidInputError at `calendar` for what is none; then nothing is changed.
    """
    now = context.clock.now()
    zone = _zone(context, user)
    try:
        found = _absences(calendar.encode(), user, zone, now)
    except FeedError as error:
        raise InvalidInputError([FieldFault("calendar", str(error))]) from error
    context.database.write(lambda session: time_off.take_over(session, user, time_off.OF_FILE, found, by=by, at=now))
    return len(found)


def unfollow_time_off(context: Context, user: str) -> None:
    """Look at a person's feed no more, and forget their absences to come that it named; raises NotFoundError without one."""
    now = context.clock.now()

    def work(session: Session) -> bool:
        time_off.take_over(session, user, time_off.OF_FEED, (), by=user, at=now)
        return subscriptions.forget(session, _KIND, user)

    if not context.database.write(work):
        raise NotFoundError(f"{user} has no time-off feed")


def time_off_feed(context: Context, session: Session, user: str) -> TimeOffFeed | None:
    """A person's feed; None where they have none."""
    row = subscriptions.get(session, _KIND, user)
    if row is None:
        return None
    try:
        host = urlsplit(_opened(context, user, row.url)).hostname or ""
    except FeedError:
        host = ""
    return TimeOffFeed(host, row.looked_at, row.fault)


def read_time_off(context: Context, user: str, stored_url: str) -> None:
    """Read a person's feed and take over what is to come; raises FeedError, and changes nothing then."""
    now = context.clock.now()
    with context.database.read() as session:
        person = context.directory(session).users.get(user)
    if person is None:
        context.database.write(lambda session: subscriptions.forget(session, _KIND, user))
        return
    found = _absences(context.feeds(_opened(context, user, stored_url)), user, person.time_zone, now)

    def work(session: Session) -> None:
        row = subscriptions.lock(session, _KIND, user)
        if row is not None and row.url == stored_url:
            time_off.take_over(session, user, time_off.OF_FEED, found, by=time_off.OF_FEED, at=now)
            looked_at(row, now, None)

    context.database.write(work)


def _zone(context: Context, user: str) -> str:
    with context.database.read() as session:
        people = context.directory(session).users
    if user not in people:
        raise NotFoundError(unknown("user", user, people))
    return people[user].time_zone


def _read_first(context: Context, user: str, url: str, zone: str, now: datetime) -> tuple[Absence, ...]:
    if not is_address(url):
        raise InvalidInputError([FieldFault("url", "is no address: write one that begins with https://")])
    try:
        return _absences(context.feeds(url), user, zone, now)
    except FeedError as error:
        raise InvalidInputError([FieldFault("url", str(error))]) from error


def _opened(context: Context, user: str, sealed: str) -> str:
    """The address, which tells whoever knows it where somebody is: it is stored sealed."""
    try:
        found = context.cipher.open(sealed)
    except UnreadableError as error:
        raise FeedError("its address is sealed with a key that is not configured: set it again") from error
    if found["of"] != user:
        raise FeedError("its address is that of somebody else: set it again")
    return str(found["url"])


def _absences(data: bytes, user: str, zone: str, now: datetime) -> tuple[Absence, ...]:
    from schedules.ical import read_absences  # noqa: PLC0415  slow to import; only who reads a calendar pays

    try:
        read = read_absences(data, zone, now, now + AHEAD)
    except ScheduleError as error:
        raise FeedError(error.message) from error
    found = (Absence(user, Span(one.start, one.end), _note(one.summary)) for one in read)
    return tuple(dict.fromkeys(found))


def _note(summary: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in summary).split())[:_LONGEST_NOTE]
