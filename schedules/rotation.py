"""Rotations: whose turn is it, worked out from the start, however long ago that was."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from schedules.durations import Turn
from schedules.errors import ScheduleError
from schedules.instants import as_utc, require_wall, resolved, shown, zone_named
from schedules.spans import Span

_new = tuple.__new__  # a named tuple made in half the time; a year of shifts takes thousands
_LATEST_TURN = "latest"
_RESOLUTION = timedelta(microseconds=1)
_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_NO_TURN = (_LATEST, _EARLIEST, 0)


class Duty(NamedTuple):
    """The people who are on call together from `start` up to but not including `end`."""

    start: datetime
    end: datetime
    users: frozenset[str]


class TurnTaken(NamedTuple):
    """Turn `number` of a rotation, whole."""

    start: datetime
    end: datetime
    users: frozenset[str]
    number: int


def taken(spans: Sequence[Span], duties: Sequence[Duty]) -> tuple[list[Duty], list[Span]]:
    """Return what of the duties lies within the spans, and what of the spans no duty covers.

    Both must be sorted and without overlaps, as is what is returned.
    """
    within: list[Duty] = []
    left: list[Span] = []
    position, count = 0, len(duties)
    for span in spans:
        start, end = span
        while position < count and duties[position].end <= start:
            position += 1
        for index in range(position, count):
            duty = duties[index]
            begun, over, users = duty
            if begun >= end:
                break
            if begun > start:
                left.append(_new(Span, (start, begun)))
                start = begun
            if begun < start or over > end:
                duty = _new(Duty, (start, min(over, end), users))
            within.append(duty)
            start = duty.end
        if start < end:
            left.append(span if start == span.start else Span(start, end))
    return within, left


def entries(users: Iterable[str | Iterable[str]]) -> tuple[frozenset[str], ...]:
    """Return the entries of a rotation, each of one user or of several who take the turn together."""
    return tuple(_together((entry,) if isinstance(entry, str) else tuple(entry)) for entry in users)


# The same few people take turns in thousands of places.
@lru_cache(maxsize=10_000)
def _together(entry: tuple[str, ...]) -> frozenset[str]:
    return frozenset(entry)


@dataclass(frozen=True, slots=True)
class Rotation:
    """Users who take turns, from the wall time `start` on and up to `end` where there is one.

    Turn k begins k turns after `start` on the wall clock, then resolved, so a handoff at 09:00 stays at 09:00
    (docs/semantics.md 3.2). It belongs to entry k modulo their number; without entries nobody is ever on call.
    """

    start: datetime
    zone: str
    turn: Turn
    users: tuple[frozenset[str], ...]
    end: datetime | None = None
    _rules: tzinfo = field(init=False, repr=False, compare=False)
    _first: datetime = field(init=False, repr=False, compare=False)
    _last: datetime | None = field(init=False, repr=False, compare=False)
    _found: dict[str, tuple[datetime, datetime, int]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        """Refuse an unknown zone, times with an offset, and an end that is not after the start."""
        rules = zone_named(self.zone)
        start = require_wall(self.start, "start")
        end = None if self.end is None else require_wall(self.end, "end")
        if end is not None and end <= start:
            raise ScheduleError("end", f"the end {end.isoformat()} is not after the start {start.isoformat()}")
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "_rules", rules)
        object.__setattr__(self, "_first", resolved(start, rules))
        object.__setattr__(self, "_last", None if end is None else resolved(end, rules))

    def on_call_at(self, at: datetime) -> frozenset[str]:
        """Return who has the turn at `at`: the one that begins then, not the one that ends."""
        number = self.turn_at(at)
        return frozenset() if number is None else self._entry(number)

    def on_call_around(self, at: datetime) -> Duty:
        """Return who has the turn at `at`, a UTC instant, and a span around it in which nobody else has; it may be nobody."""
        if not self.users or at < self._first:
            return Duty(_EARLIEST, self._first if self.users else _LATEST, frozenset())
        if self._last is not None and at >= self._last:
            return Duty(self._last, _LATEST, frozenset())
        start, end, number = self._turn_around(at)
        return Duty(max(start, self._first), end if self._last is None else min(end, self._last), self._entry(number))

    def turn_at(self, at: datetime) -> int | None:
        """Return the number of the turn at `at`, from 0; None before the start and from the end on."""
        at = as_utc(at)
        if not self.users or at < self._first or (self._last is not None and at >= self._last):
            return None
        return self._number_at(at)

    def turn_start(self, number: int) -> datetime:
        """Return the instant at which turn `number` begins.

        Where a clock change shrinks turns to nothing, several begin at one instant, and the last of them has it:
        hourly turns at half past in Chicago on 2020-03-08 begin at 00:30, 01:30 and 03:30, the last one twice.
        """
        return resolved(self.turn.wall_start(self.start, number), self._rules)

    def duties(self, since: datetime, until: datetime) -> list[Duty]:
        """Return the turns from `since` up to `until`, in order and clipped; neighbours may be the same people."""
        since, until = max(since, self._first), until if self._last is None else min(until, self._last)
        if not self.users or since >= until:
            return []
        if len(set(self.users)) == 1:
            return [Duty(since, until, self.users[0])] if self.users[0] else []
        return self._turns(since, until)

    def turns(self, since: datetime, until: datetime) -> list[TurnTaken]:
        """Return the turns of anybody that touch `since` to `until`, in order, each as long as it lasts."""
        since, until = max(since, self._first), until if self._last is None else min(until, self._last)
        if not self.users or since >= until:
            return []
        turns: list[TurnTaken] = []
        end = self._end_at(until - _RESOLUTION)
        for number, start in self._starts_backwards(self._number_at(since), self._number_at(until - _RESOLUTION)):
            if start < end:
                if users := self._entry(number):
                    turns.append(TurnTaken(max(start, self._first), end, users, number))
                end = start
        turns.reverse()
        return turns

    def _end_at(self, at: datetime) -> datetime:
        """Return when the turn at `at` ends, the last one with the rotation."""
        end = self._end_of(self._number_at(at))
        return end if self._last is None else min(end, self._last)

    def _turns(self, since: datetime, until: datetime) -> list[Duty]:
        turns: list[Duty] = []
        end, count = until, len(self.users)
        for number, start in self._starts_backwards(self._number_at(since), self._number_at(until)):
            if start < end:
                if users := self.users[number % count]:
                    turns.append(_new(Duty, (start, end, users)))
                end = start
        if turns and turns[-1].start < since:
            turns[-1] = turns[-1]._replace(start=since)
        turns.reverse()
        return turns

    def _starts_backwards(self, first: int, last: int) -> Iterator[tuple[int, datetime]]:
        """Yield turns and when they begin, the last first, since a turn ends where the next that is not empty begins."""
        rules = self._rules
        number = last
        for wall in self.turn.walls_backwards(self.start, first, last):
            yield number, resolved(wall, rules)
            number -= 1

    def _entry(self, number: int) -> frozenset[str]:
        return self.users[number % len(self.users)]

    def _number_at(self, at: datetime) -> int:
        """Return the last turn that begins at or before `at`."""
        return self._turn_around(at)[2]

    def _turn_around(self, at: datetime) -> tuple[datetime, datetime, int]:
        """Return when the turn at `at` begins and ends, and its number: the estimate on the wall clock is off by clock changes.

        The turn that was found last is kept, since who asks again mostly asks about the same one.
        """
        start, end, number = found = self._found.get(_LATEST_TURN, _NO_TURN)
        if start <= at < end:
            return found
        number = self.turn.number_at(self.start, shown(at, self._rules))
        while (start := self.turn_start(number)) > at:
            number -= 1
        while (end := self._end_of(number)) <= at:
            start, number = end, number + 1
        self._found[_LATEST_TURN] = found = (start, end, number)
        return found

    def _end_of(self, number: int) -> datetime:
        """Return when the first later turn begins, which need not be the next one.

        Turns shorter than what the clock skips are not in order there: when Kwajalein skipped a day, the first turn
        after that day began before most of those whose start on the wall had been skipped.
        """
        rules = self._rules
        wall = self.turn.wall_start(self.start, number + 1)
        end = start = resolved(wall, rules)
        while shown(start, rules) != wall:
            number += 1
            wall = self.turn.wall_start(self.start, number + 1)
            start = resolved(wall, rules)
            end = min(end, start)
        return end
