"""Feeds that are due: claimed by one worker, read with no transaction open, and what they say taken over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.orm import Session

from oncall.errors import FeedError
from oncall.operations.context import Context
from oncall.operations.holiday_feeds import read_holidays
from oncall.operations.subscriptions import looked_at
from oncall.operations.time_off_feeds import read_time_off
from oncall.store import subscriptions
from oncall.store.subscriptions import SubscriptionKind

LEASE = timedelta(minutes=15)
"""How long a worker may take to read a feed before another may try."""

_READ = {SubscriptionKind.HOLIDAYS: read_holidays, SubscriptionKind.TIME_OFF: read_time_off}
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClaimedFeed:
    """A feed that nobody else reads now; `url` as it is stored."""

    kind: SubscriptionKind
    target: str
    url: str


def claim_feed(context: Context) -> ClaimedFeed | None:
    """Claim a feed that is due; None where none is."""
    now = context.clock.now()
    with context.database.read() as session:
        due_at = session.scalar(subscriptions.next_due())
    if due_at is None or due_at > now:
        return None

    def work(session: Session) -> ClaimedFeed | None:
        row = subscriptions.claim_due(session, now, now + LEASE)
        return None if row is None else ClaimedFeed(SubscriptionKind(row.kind), row.target, row.url)

    return context.database.write(work)


def refresh(context: Context, claimed: ClaimedFeed) -> None:
    """Read a feed and take over what it says; where it cannot be read what was read before holds, and the fault is kept."""
    try:
        _READ[claimed.kind](context, claimed.target, claimed.url)
    except FeedError as error:
        _log.warning("a feed cannot be read", kind=claimed.kind, target=claimed.target, error=str(error))
        context.database.write(partial(_keep_fault, context, claimed, str(error)))


def _keep_fault(context: Context, claimed: ClaimedFeed, fault: str, session: Session) -> None:
    row = subscriptions.lock(session, claimed.kind, claimed.target)
    if row is not None and row.url == claimed.url:
        looked_at(row, context.clock.now(), fault)
