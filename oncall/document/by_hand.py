"""Overrides made by hand, which stand in no document: laid on a schedule after the document's own."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from schedules import Override, Schedule, Span, wall_time


@dataclass(frozen=True, slots=True)
class MadeOverride:
    """One override that was made by hand at `made_at`; None in `taken_back_at` while it stands."""

    id: int
    schedule: str
    start_at: datetime
    end_at: datetime
    users: tuple[str, ...]
    replaces: str | None
    made_at: datetime
    taken_back_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """From when on it has effect: its start, but not before it was made."""
        return max(self.start_at, self.made_at)

    @property
    def until(self) -> datetime:
        """Until when it has effect: its end, or when it was taken back before that."""
        return self.end_at if self.taken_back_at is None else min(self.end_at, self.taken_back_at)

    @property
    def name(self) -> str:
        """What it is known by among the overrides of a schedule."""
        return f"override-{self.id}"


def laid_on(schedule: Schedule, made: Iterable[MadeOverride]) -> Schedule:
    """The schedule with these overrides, given in the order in which they were made, laid on after its own.

    An override without users is void, and what is below it shows.
    """
    overrides = tuple(_laid(schedule.time_zone, made))
    return replace(schedule, overrides=(*schedule.overrides, *overrides)) if overrides else schedule


def with_people(made: Iterable[MadeOverride], people: Container[str], now: datetime) -> list[MadeOverride]:
    """The overrides, those that are not over without users who are gone: nobody else is put on call."""
    return [
        one if one.until <= now else replace(one, users=tuple(user for user in one.users if user in people))
        for one in made
    ]


def _laid(zone: str, made: Iterable[MadeOverride]) -> Iterator[Override]:
    for one in made:
        if one.users and one.since < one.until:
            # On the wall of the zone that the schedule has by now.
            start, end = wall_time(one.since, zone), wall_time(one.until, zone)
            yield Override(start, end, frozenset(one.users), one.replaces, one.name, Span(one.since, one.until))
