"""The holidays that a calendar's feed names by now: what differs from what is written is a new version of the calendar."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from sqlalchemy.orm import Session

from oncall.document.difference import Change
from oncall.document.feeds import days_of, kept_past, with_feeds
from oncall.operations.context import Context
from oncall.operations.new_version import record_changes
from oncall.operations.previews import Edit, preview_of, tell
from oncall.operations.subscriptions import looked_at
from oncall.store import configuration, configuration_version, subscriptions, users
from oncall.store.subscriptions import SubscriptionKind

AUTHOR = "feed"
"""Who made a version that a feed brought."""


def read_holidays(context: Context, calendar: str, url: str) -> None:
    """Read a calendar's feed, take over the days to come and tell those whose shifts that changes (docs/semantics.md 7.4).

    Raises FeedError, and changes nothing then; nor where the calendar has another feed by now.
    """
    read = days_of(context.feeds(url), context.clock.now())
    # Reading took its time, and a version holds from when it is made.
    context.database.write(partial(_take_over, context, calendar, url, read, context.clock.now()))
    context.doorbell.ring()


def _take_over(
    context: Context, calendar: str, url: str, read: frozenset[date], now: datetime, session: Session
) -> None:
    configuration_version.lock(session)
    row = subscriptions.lock(session, SubscriptionKind.HOLIDAYS, calendar)
    stored = configuration.load(session, users.load(session).users)
    spec = stored.calendars.get(calendar)
    if row is None or row.url != url or spec is None or spec.holidays.feed != url:
        return
    looked_at(row, now, None)
    before = spec.holidays.feed_days
    days = read if before is None else kept_past(before, read, spec.time_zone, now)
    if days != before:
        after = with_feeds(stored, {calendar: days})
        changes, directory = [Change("calendars", calendar)], context.directory(session)
        found = preview_of(context, session, after, changes)
        version = record_changes(session, after, changes, AUTHOR, now)
        tell(context, session, found, Edit(AUTHOR, str(version), frozenset(directory.users)), directory)
