"""Secret addresses of calendars: made, shown once, revoked, and what a calendar shows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from oncall.document.faults import unknown
from oncall.domain.directory import Directory, Role
from oncall.errors import ForbiddenError, NotFoundError
from oncall.operations.context import Context
from oncall.operations.secrets import digest, random_secret
from oncall.store import feeds
from oncall.store.feeds import FeedKind, FeedRecord, FeedRow

_LENGTH = 40
_PREFIX_LENGTH = 4


@dataclass(frozen=True, slots=True)
class FeedCreated:
    """A new address, which is shown this once."""

    feed: FeedRecord
    url: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Who asks for addresses, or takes them back; `by` is a user's id, or what logs call a system."""

    by: str
    role: Role

    def may_change(self, feed: FeedRecord) -> bool:
        """Whether it is theirs, or they look after everybody's."""
        return self.role.allows(Role.MANAGER) or feeds.concerns(feed, self.by)


COMMAND_LINE = Owner("cli", Role.ADMIN)
"""Whoever has the command line."""


def create_feed(context: Context, kind: FeedKind, target: str, owner: Owner) -> FeedCreated:
    """Make an address at which anybody who knows it reads the shifts of a user or of a schedule.

    Raises NotFoundError where there is no such user or schedule, and ForbiddenError where somebody else's are asked for by
    one who is no manager.
    """
    if kind is FeedKind.USER and target != owner.by and not owner.role.allows(Role.MANAGER):
        raise ForbiddenError("an address of somebody else's shifts is made by them, or by a manager")
    secret = random_secret(_LENGTH)
    row = FeedRow(
        kind=kind.value,
        target=target,
        prefix=secret[:_PREFIX_LENGTH],
        hash=digest(secret),
        created_at=context.clock.now(),
        created_by=owner.by,
    )

    def work(session: Session) -> FeedRecord:
        known = _targets(context.directory(session), kind)
        if target not in known:
            raise NotFoundError(unknown(kind.value, target, known))
        session.add(row)
        session.flush()
        return feeds.record(row)

    return FeedCreated(context.database.write(work), f"{context.public_url}/ical/{secret}.ics")


def feeds_of(context: Context, owner: Owner) -> tuple[FeedRecord, ...]:
    """The addresses that the owner may take back, in the order in which they were made."""
    with context.database.read() as session:
        return tuple(feed for feed in feeds.list_feeds(session) if owner.may_change(feed))


def revoke_feed(context: Context, id_: int, owner: Owner) -> None:
    """Make an address lead nowhere from now on; raises NotFoundError, also where it is none of the owner's business."""

    def work(session: Session) -> None:
        row = feeds.lock(session, id_)
        if row is None or not owner.may_change(feeds.record(row)):
            raise NotFoundError(f"there is no calendar address {id_}: `oncall feed list` shows them")
        row.revoked_at = context.clock.now()

    context.database.write(work)


def find_feed(context: Context, session: Session, secret: str) -> FeedRecord | None:
    """Whose shifts an address shows; None where it leads nowhere: unknown, revoked, or of somebody who is gone."""
    found = feeds.by_hash(session, digest(secret))
    if found is None or found.target not in _targets(context.directory(session), found.kind):
        return None
    return found


def _targets(directory: Directory, kind: FeedKind) -> frozenset[str]:
    return frozenset(directory.users if kind is FeedKind.USER else directory.schedules)
