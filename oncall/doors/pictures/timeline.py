"""What the picture of a schedule shows: rows of blocks in time, and the days behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import chain
from typing import Protocol

from oncall.domain.absence import Absence
from oncall.doors.pictures.people import labels, takes_over
from schedules import Final, Schedule, Shift, Span, resolve, wall_time
from schedules.shifts import joined

_DAY = timedelta(days=1)
_SATURDAY = 5
NOBODY = ("nobody",)


class Dates(Protocol):
    """Whatever says of a date whether it is in it."""

    def __contains__(self, day: date, /) -> bool:
        """Whether it is."""


class Kind(StrEnum):
    """What a row is about."""

    FINAL = "final"
    OVERRIDES = "overrides"
    LAYER = "layer"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Block:
    """Somebody from `start` to `end`, or nobody where `user` is empty: a gap.

    `labels` name it, the longest first. `begins` and `ends` say whether it does so within the picture. Blocks of a row that
    overlap lie in lanes, from 0.
    """

    user: str
    labels: tuple[str, ...]
    start: datetime
    end: datetime
    begins: bool
    ends: bool
    lane: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the picture."""

    kind: Kind
    name: str
    blocks: tuple[Block, ...]

    @property
    def lanes(self) -> int:
        """How many blocks lie above each other where most do."""
        return max((block.lane for block in self.blocks), default=0) + 1


@dataclass(frozen=True, slots=True)
class Day:
    """One local date, clipped to the picture; a change of clocks makes it longer or shorter."""

    date: date
    start: datetime
    end: datetime
    is_holiday: bool
    is_today: bool

    @property
    def is_weekend(self) -> bool:
        """Whether it is a Saturday or a Sunday."""
        return self.date.weekday() >= _SATURDAY


@dataclass(frozen=True, slots=True)
class View:
    """What of a schedule is looked at, and by whom: from `since` to `until`, at `now`, with dates and times of `zone`.

    `names` are the people's, by their ids, and `holidays` the dates to be marked as such.
    """

    since: datetime
    until: datetime
    zone: str
    now: datetime
    names: Mapping[str, str] = field(default_factory=dict)
    holidays: Dates = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that the picture shows; `people` are those in it, in the order in which they stand in the schedule."""

    view: View
    rows: tuple[Row, ...]
    days: tuple[Day, ...]
    people: tuple[str, ...]

    @property
    def final(self) -> Row:
        """Who is on call when all is said."""
        return self.rows[0]

    @property
    def gaps(self) -> tuple[Block, ...]:
        """When nobody is on call."""
        return tuple(block for block in self.final.blocks if not block.user)


def timeline(schedule: Schedule, final: Final, view: View, absences: Iterable[Absence] = ()) -> Timeline:
    """The picture of a schedule: what it comes to, the overrides, the layers from the strongest down, and who is away.

    `final` is what the schedule comes to in the window: where it was another one in the past, as it stood then.
    """
    away = [Shift(each.user, *each.span) for each in absences if _is_seen(each.span, view)]
    rows = (
        _row(Kind.FINAL, "On call", _final_blocks(final, view)),
        *_override_rows(schedule, view),
        *_layer_rows(schedule, view),
        *([_row(Kind.AWAY, "Time off", (_named(each, view) for each in away))] if away else ()),
    )
    shown = {block.user for row in rows for block in row.blocks}
    known = dict.fromkeys((*_people(schedule), *sorted(shown)))
    return Timeline(view, rows, tuple(_days(view)), tuple(user for user in known if user in shown and user))


def _is_seen(span: Span, view: View) -> bool:
    return span.start < view.until and span.end > view.since and span.start < span.end


def _final_blocks(final: Final, view: View) -> Iterator[Block]:
    for shift in final.shifts:
        yield _named(shift, view)
    for gap in final.gaps:
        yield _clipped("", NOBODY, gap, view)


def _override_rows(schedule: Schedule, view: View) -> Iterator[Row]:
    blocks = [
        _clipped(user, takes_over(view.names, user, override.replaces), span, view)
        for override in schedule.overrides
        for span in (override.span(schedule.time_zone),)
        if _is_seen(span, view)
        for user in sorted(override.users)
    ]
    if blocks:
        yield _row(Kind.OVERRIDES, "Overrides", blocks)


def _layer_rows(schedule: Schedule, view: View) -> Iterator[Row]:
    for layer in reversed(schedule.layers):
        duties = layer.duties(view.since, view.until)
        held = joined((user, duty.start, duty.end) for duty in duties for user in sorted(duty.users))
        yield _row(Kind.LAYER, layer.name, (_named(each, view) for each in held))


def _named(held: Shift, view: View) -> Block:
    return _clipped(held.user, labels(view.names, held.user), Span(held.start, held.end), view)


def _clipped(user: str, names: tuple[str, ...], span: Span, view: View) -> Block:
    start, end = max(span.start, view.since), min(span.end, view.until)
    return Block(user, names, start, end, begins=span.start > view.since, ends=span.end < view.until)


def _row(kind: Kind, name: str, blocks: Iterable[Block]) -> Row:
    """The row with each block in the first lane that is free."""
    free: list[datetime] = []
    placed: list[Block] = []
    for block in sorted(blocks, key=lambda each: (each.start, each.user)):
        lane = next((index for index, end in enumerate(free) if end <= block.start), len(free))
        free[lane : lane + 1] = [block.end]
        placed.append(replace(block, lane=lane))
    return Row(kind, name, tuple(placed))


def _people(schedule: Schedule) -> Iterator[str]:
    for layer in schedule.layers:
        yield from chain.from_iterable(sorted(entry) for entry in layer.rotation.users)
    for override in schedule.overrides:
        yield from sorted(override.users)


def _days(view: View) -> Iterator[Day]:
    day, today = wall_time(view.since, view.zone).date(), wall_time(view.now, view.zone).date()
    start = view.since
    while start < view.until:
        following = day + _DAY
        end = min(resolve(datetime.combine(following, time()), view.zone), view.until)
        if end > start:  # a zone may skip a whole day
            yield Day(day, start, end, day in view.holidays, day == today)
            start = end
        day = following
