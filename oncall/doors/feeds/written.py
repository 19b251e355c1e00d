"""A calendar as iCalendar text (RFC 5545, RFC 7986), in the words that Google, Apple, Outlook and Thunderbird agree on."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote, urlsplit

from icalendar import Calendar, Event, vText

from oncall.operations.calendars import ShownCalendar, Turns
from oncall.store.feeds import FeedKind
from schedules.pieces import Piece

_REFRESH = timedelta(hours=1)


def written(shown: ShownCalendar, public_url: str) -> bytes:
    """The calendar as text: the same bytes as long as nothing changes.

    Each turn is an event whose UID stays while the turn does. Times are in UTC, so no zone has to be described.
    """
    feed = shown.feed
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//oncall//oncall//EN")
    calendar.add("method", "PUBLISH")
    calendar.add("calscale", "GREGORIAN")
    name = f"On call: {shown.names[feed.target] if feed.kind is FeedKind.USER else feed.target}"
    # As text, whose commas and semicolons are escaped: the library has no type for these two.
    calendar["X-WR-CALNAME"] = calendar["NAME"] = vText(name)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for turns in shown.turns:
        for piece in turns.pieces:
            calendar.add_component(_event(piece, turns, _summary(piece, turns, shown), public_url))
    text: bytes = calendar.to_ical(sorted=False)
    return text


def _event(piece: Piece, turns: Turns, summary: str, public_url: str) -> Event:
    event = Event()
    event.add("uid", f"{turns.schedule}.{piece.origin}@{urlsplit(public_url).hostname}")
    # Of the last change and not of this moment, so that what has not changed reads the same.
    event.add("dtstamp", turns.changed_at)
    event.add("last-modified", turns.changed_at)
    event.add("sequence", turns.changes)
    event.add("dtstart", piece.start)
    event.add("dtend", piece.end)
    event.add("summary", summary)
    event.add("transp", "TRANSPARENT")
    event.add("url", f"{public_url}/schedules/{quote(turns.schedule)}")
    return event


def _summary(piece: Piece, turns: Turns, shown: ShownCalendar) -> str:
    if shown.feed.kind is FeedKind.USER:
        return f"On call ({turns.schedule})"
    return f"{shown.names.get(piece.user, piece.user)} on call ({turns.schedule})"
