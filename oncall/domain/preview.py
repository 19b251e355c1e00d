"""What an edit changes in the next 90 days, before it is saved: who gains and loses which shifts, gaps, swaps, time off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile

from oncall.domain.absence import Absence, Clash, clashes
from schedules import Override, Schedule, Span, as_utc
from schedules.changes import Changes, changes
from schedules.override import Overrides

AHEAD = timedelta(days=90)
"""How far ahead an edit is looked at."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An override that put `users` in the place of `replaces` and no longer does, for that one is not on call then."""

    override: str
    replaces: str
    users: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """What becomes of one schedule; times are read on the wall of `time_zone`."""

    schedule: str
    time_zone: str
    changes: Changes
    broken: tuple[Broken, ...] = ()
    clashes: tuple[Clash, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes for anybody."""
        return self.changes.is_empty and not self.broken


@dataclass(frozen=True, slots=True)
class Preview:
    """What an edit changes from `since` up to `until`, schedule by schedule; those that stay as they are are not in it."""

    since: datetime
    until: datetime
    schedules: tuple[ScheduleChange, ...] = ()


def preview(
    before: Mapping[str, Schedule], after: Mapping[str, Schedule], away: Iterable[Absence], now: datetime
) -> Preview:
    """What leads from some schedules to others, from `now` on; `away` are the absences of that time.

    A schedule that is the same on both sides costs no more than to see that.
    """
    window = Span(as_utc(now), as_utc(now) + AHEAD)
    absences = tuple(away)
    found = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old is not new and old != new:
            found.append(_change(key, old, new, absences, window))
    return Preview(*window, tuple(change for change in found if not change.is_empty))


def _change(
    key: str, before: Schedule | None, after: Schedule | None, away: Sequence[Absence], window: Span
) -> ScheduleChange:
    found = changes(before, after, *window)
    zone = next((one.time_zone for one in (after, before) if one is not None), "UTC")
    broken = tuple(_broken(before, after, window)) if before is not None else ()
    return ScheduleChange(key, zone, found, broken, clashes(key, found.gained, away))


def _broken(before: Schedule, after: Schedule | None, window: Span) -> Iterator[Broken]:
    places = {_identity(one): index for index, one in enumerate(after.overrides)} if after is not None else {}
    old, new = _Below(before), _Below(after) if after is not None else None
    for index in range(_same_from_below(before, after), len(before.overrides)):
        one = before.overrides[index]
        span = _left(one, before.time_zone, window)
        place = places.get(_identity(one))
        # One that the document itself no longer has is no swap that broke: somebody took it out.
        is_kept = place is not None or (after is None and one.id)
        if one.replaces is None or span is None or not is_kept or not old.has(index, one.replaces, span):
            continue
        if new is None or place is None or not new.has(place, one.replaces, span):
            yield Broken(
                one.id or one.start.isoformat(timespec="minutes"), one.replaces, tuple(sorted(one.users)), span
            )


def _identity(override: Override) -> object:
    return override.id or override


def _left(override: Override, zone: str, window: Span) -> Span | None:
    laid = override.span(zone)
    start, end = max(laid.start, window.start), min(laid.end, window.end)
    return Span(start, end) if start < end else None


def _same_from_below(before: Schedule, after: Schedule | None) -> int:
    """How many overrides find the same as before, since nothing below them has changed."""
    if after is None or replace(before, overrides=()) != replace(after, overrides=()):
        return 0
    pairs = zip(before.overrides, after.overrides, strict=False)
    same = takewhile(lambda pair: pair[0] == pair[1], pairs)
    return sum(1 for _ in same)


class _Below:
    """What the overrides of a schedule find: the layers, with those that were made before on them."""

    def __init__(self, schedule: Schedule) -> None:
        self._layers = replace(schedule, overrides=())
        self._overrides = Overrides(schedule.overrides, schedule.time_zone)

    def has(self, index: int, user: str, span: Span) -> bool:
        """Whether the override at `index` finds that user on call at any time of the span."""
        under = tuple(laid.override for laid in self._overrides.between(*span) if laid.order < index)
        below = replace(self._layers, overrides=under) if under else self._layers
        return any(shift.user == user for shift in below.shifts(*span))
