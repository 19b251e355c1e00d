"""What a calendar at a secret address shows: the turns of a user or of a schedule, from a month back to three ahead."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from oncall.document.by_hand import MadeOverride, with_people
from oncall.document.calendars import calendars_named
from oncall.document.coverage import people
from oncall.document.history import Version, history
from oncall.document.times import ScheduleSpec
from oncall.domain.directory import Directory
from oncall.domain.turns import turns
from oncall.operations.context import Context
from oncall.store import configuration, overrides
from oncall.store.feeds import FeedKind, FeedRecord
from schedules.pieces import Piece

BACK, AHEAD = timedelta(days=30), timedelta(days=90)
"""How far a calendar reaches: back from the beginning of the present day in UTC, and ahead of it."""


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns of one schedule; `changes` counts what it was changed by so far, the last time at `changed_at`."""

    schedule: str
    pieces: tuple[Piece, ...]
    changes: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ShownCalendar:
    """What a calendar shows, as of the day that began at `day`; people's names by their ids."""

    feed: FeedRecord
    turns: tuple[Turns, ...]
    names: dict[str, str]
    day: datetime

    @property
    def changed_at(self) -> datetime:
        """When it last showed something else: at a change of a schedule, or as the day began."""
        return max((self.day, *(one.changed_at for one in self.turns)))


def shown_calendar(context: Context, session: Session, feed: FeedRecord) -> ShownCalendar:
    """What the calendar at an address shows now, of the past as it stood then (docs/semantics.md 3.8)."""
    directory, now = context.directory(session), context.clock.now()
    day = datetime.combine(now.date(), time(), UTC)
    if feed.kind is FeedKind.SCHEDULE:
        found = tuple(_turns(session, directory, [feed.target], day, now))
    else:
        keys = _naming(directory, feed.target) | configuration.changed_since(session, "schedules", day - BACK)
        found = tuple(_of_user(one, feed.target) for one in _turns(session, directory, sorted(keys), day, now))
    names = {user.id: user.name for user in directory.users.values()}
    return ShownCalendar(feed, tuple(one for one in found if one.pieces), names, day)


def _naming(directory: Directory, user: str) -> frozenset[str]:
    return frozenset(key for key, schedule in directory.schedules.items() if user in people(schedule))


def _of_user(shown: Turns, user: str) -> Turns:
    pieces = tuple(piece for piece in shown.pieces if piece.user == user)
    return Turns(shown.schedule, pieces, shown.changes, shown.changed_at)


def _turns(
    session: Session, directory: Directory, keys: Collection[str], day: datetime, now: datetime
) -> Iterator[Turns]:
    versions = configuration.recorded(session, "schedules", keys, None)
    calendars = configuration.recorded(session, "calendars", None, None)
    made = overrides.known_of(session, versions, None)
    for key, own in versions.items():
        laid = made.get(key, [])
        stood = history(key, own, calendars, with_people(laid, directory.users, now))
        changed = tuple(_changes(own, calendars, laid))
        yield Turns(key, turns(stood, day - BACK, day + AHEAD), len(changed), max(changed))


def _changes(
    versions: Sequence[Version], calendars: dict[str, list[Version]], made: Sequence[MadeOverride]
) -> Iterator[datetime]:
    """When a schedule was changed: itself, by one of its calendars, or by hand."""
    specs = (version.spec for version in versions)
    named = {name for spec in specs if isinstance(spec, ScheduleSpec) for name in calendars_named(spec)}
    for version in (*versions, *(one for name in named for one in calendars.get(name, ()))):
        yield version.holds_from
    for override in made:
        yield override.made_at
        if override.taken_back_at is not None:
            yield override.taken_back_at
