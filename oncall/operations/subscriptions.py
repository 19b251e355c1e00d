"""Which feeds are looked at again by themselves: after a day, or after an hour where one could not be read."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from oncall.document.document import Document
from oncall.document.feeds import Feeds
from oncall.fetching import is_address
from oncall.store import subscriptions
from oncall.store.subscriptions import SubscriptionKind, SubscriptionRow

AGAIN_AFTER = timedelta(days=1)
"""How long after it was read a feed is read again."""

AFTER_A_FAULT = timedelta(hours=1)
"""How long after it could not be read a feed is tried again."""


def follow_holidays(session: Session, document: Document, feeds: Feeds) -> None:
    """Look from now on at the feeds that the calendars of the whole configuration name by an address, and at no others."""
    followed = [key for key, spec in document.calendars.items() if is_address(spec.holidays.feed or "")]
    subscriptions.forget_others(session, SubscriptionKind.HOLIDAYS, followed)
    for key in followed:
        if key in feeds.days or key in feeds.failures:
            url = document.calendars[key].holidays.feed or ""
            row = subscriptions.follow(session, SubscriptionKind.HOLIDAYS, key, url, feeds.read_at)
            looked_at(row, feeds.read_at, feeds.failures.get(key))


def looked_at(row: SubscriptionRow, now: datetime, fault: str | None) -> None:
    """Keep that a feed was looked at, and why it could not be read, None where it was."""
    row.looked_at, row.fault = now, fault
    row.next_at = now + (AGAIN_AFTER if fault is None else AFTER_A_FAULT)
