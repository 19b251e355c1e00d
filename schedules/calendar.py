"""Business calendars: when is it open, how much open time passes, which is the next working day."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from schedules.durations import Duration
from schedules.errors import NoOpeningError, ScheduleError
from schedules.instants import as_utc, require_year, resolve, wall_time, zone_named
from schedules.looking_back import start_of_open_time, start_of_working_days
from schedules.public_holidays import Holidays
from schedules.spans import Span, clip, union
from schedules.windows import DAY_MINUTES, DayWindow, Window, spans_on

_DAY = timedelta(days=1)
_LATEST = datetime.max.replace(tzinfo=UTC)
_ASKED = "asked"
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_NOTHING = (_LATEST, _EARLIEST, False)
_NO_RELEASE = (_LATEST, _EARLIEST)
_CHUNK_DAYS = 16
_CHUNKS_KEPT = 2000
_YEAR_OF_HOLIDAYS = 400
_NO_HOLIDAYS = Holidays()


@dataclass(frozen=True, slots=True)
class SpecialDate:
    """The windows of one date, in place of its weekly ones; none closes the day."""

    date: date
    windows: tuple[DayWindow, ...] = ()


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Weekly windows in a zone, holidays, and special dates (docs/semantics.md 2).

    A holiday removes the windows that start on that local date; a special date replaces them and beats a holiday.
    Instants go in and come out in UTC. What was worked out is kept, so asking again is cheap.
    """

    time_zone: str
    windows: tuple[Window, ...] = ()
    holidays: Holidays = _NO_HOLIDAYS
    special: tuple[SpecialDate, ...] = ()
    _special_windows: dict[date, tuple[DayWindow, ...]] = field(init=False, repr=False, compare=False)
    _last_given: date = field(init=False, repr=False, compare=False)
    _chunks: dict[int, tuple[Span, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)
    # What was asked for last, as most who ask ask about much the same time: whether it is open from when to when, and
    # for each clock from when on what waits is released when.
    _lately: dict[str, tuple[datetime, datetime, bool]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _releases: dict[time, tuple[datetime, datetime]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        """Refuse an unknown zone, a special date given twice, and a calendar that can never open."""
        zone_named(self.time_zone)
        by_date: dict[date, tuple[DayWindow, ...]] = {}
        for index, special in enumerate(self.special):
            require_year(special.date, f"special[{index}].date")
            if special.date in by_date:
                raise ScheduleError(f"special[{index}].date", f"{special.date.isoformat()} is given twice")
            by_date[special.date] = special.windows
        object.__setattr__(self, "_special_windows", by_date)
        object.__setattr__(self, "_last_given", max((*by_date, *self.holidays.add), default=date.min))
        self._require_openings()

    def is_open(self, at: datetime) -> bool:
        """Say whether the calendar is open at `at`; at a closing it is closed."""
        return self.open_around(at)[2]

    def open_around(self, at: datetime) -> tuple[datetime, datetime, bool]:
        """Return a span around `at` in which the calendar stays as it is, and whether it is open then.

        From its start up to but not including its end; it may go on like that before and after.
        """
        if at.tzinfo is not UTC:
            at = as_utc(at)
        since, until, is_open = found = self._lately.get(_ASKED, _NOTHING)
        if since <= at < until:
            return found
        index = at.toordinal() // _CHUNK_DAYS
        chunk = self._chunk(index)
        position = bisect_right(chunk, Span(at, _LATEST))
        is_open = position > 0 and at < chunk[position - 1].end
        if is_open:
            since, until = chunk[position - 1]
        else:
            since = chunk[position - 1].end if position else self._chunk_start(index)
            until = chunk[position].start if position < len(chunk) else self._chunk_start(index + 1)
        self._lately[_ASKED] = found = (since, until, is_open)
        return found

    def next_open(self, at: datetime) -> datetime:
        """Return `at` itself when open, else the start of the next window; `NoOpeningError` where there is none."""
        at = as_utc(at)
        for span in self._spans_from(at):
            return span.start
        msg = f"the calendar does not open again after {at.isoformat()}: give it windows or special dates beyond that"
        raise NoOpeningError(msg)

    def next_close(self, at: datetime) -> datetime | None:
        """Return `at` itself when closed, else when it closes; None where it stays open for good."""
        at = end = as_utc(at)
        for span in self._spans_from(at):
            if span.start > end:
                return end
            end = span.end
        return end if end < self._chunk_start(self._last_chunk(at) + 1) else None

    def open_spans(self, since: datetime, until: datetime) -> tuple[Span, ...]:
        """Return the maximal spans in which the calendar is open, clipped to `since` and `until`."""
        since, until = as_utc(since), as_utc(until)
        first, last = since.toordinal() // _CHUNK_DAYS, until.toordinal() // _CHUNK_DAYS
        spans: list[Span] = []
        for index in range(first, last + 1):
            chunk = self._chunk(index)
            if spans and chunk and chunk[0].start == spans[-1].end:
                spans[-1] = Span(spans[-1].start, chunk[0].end)
                chunk = chunk[1:]
            spans += chunk
        return clip(spans, since, until)

    def open_time(self, since: datetime, until: datetime) -> timedelta:
        """Return the elapsed open time between two instants; zero where `until` is not after `since`."""
        return sum((span.end - span.start for span in self.open_spans(since, until)), timedelta(0))

    def add_open_time(self, at: datetime, length: timedelta) -> datetime:
        """Return the earliest instant, not before `at`, until which `length` of open time has passed.

        Eight open hours from 09:00 in a 09:00 to 17:00 day end at 17:00 that day, not at 09:00 the next
        (docs/semantics.md 2.5). `NoOpeningError` where the calendar does not open for so long.
        """
        at = as_utc(at)
        if length < timedelta(0):
            raise ScheduleError("", "open time cannot be added backwards")
        left = length
        while left:
            reached = at
            for span in self._spans_from(at):
                reached = span.end
                if span.end - span.start >= left:
                    return span.start + left
                left -= span.end - span.start
            at = self.next_open(reached)
        return at

    def add_working_days(self, at: datetime, count: int) -> datetime:
        """Return the same wall time on the `count`-th working day after `at`, counted from the next opening.

        Where the calendar is closed then, it is the last closing before of a window of that day, or that day's first
        opening where there is none (docs/semantics.md 2.6).
        """
        if count < 1:
            raise ScheduleError("", "count at least one working day")
        wall = wall_time(self.next_open(at), self.time_zone)
        for _ in range(count):
            wall = datetime.combine(self._next_working_day(wall.date()), wall.time())
        due = resolve(wall, self.time_zone)
        if self.is_open(due):
            return due
        spans = self._windows_on(wall.date())
        return max((span.end for span in spans if span.end <= due), default=min(spans).start)

    def release(self, at: datetime, clock: time) -> datetime:
        """Return when something that waits for the next working day at `clock` is released (docs/semantics.md 2.7).

        `at` itself when open, else the earlier of the next opening and the first `clock` on a working day after `at`.
        `NoOpeningError` where the calendar does not open again.
        """
        at = as_utc(at)
        since, released = self._releases.get(clock, _NO_RELEASE)
        if since <= at < released:
            return released
        released = self._release(at, clock)
        self._releases[clock] = (at, released)
        return released

    def _release(self, at: datetime, clock: time) -> datetime:
        opening = self.next_open(at)
        day = wall_time(at, self.time_zone).date() - _DAY
        last = wall_time(opening, self.time_zone).date()
        while day <= last:
            release = resolve(datetime.combine(day, clock), self.time_zone)
            if at < release < opening and self._windows_on(day):
                return release
            day += _DAY
        return opening

    def deadline(self, at: datetime, duration: Duration) -> datetime:
        """Return when `duration` from `at` is over: elapsed, in open time, or in working days (docs/semantics.md 4.4)."""
        if duration.kind == "working_days":
            return self.add_working_days(at, duration.amount)
        if duration.kind == "business":
            return self.add_open_time(at, duration.timedelta)
        return as_utc(at) + duration.timedelta

    def before(self, at: datetime, duration: Duration) -> datetime:
        """Return the latest instant until which `duration` reaches no further than `at`: `deadline`, read backwards.

        From just before it the deadline is at `at` or earlier, from any later instant it is after `at`. One working day
        before a closing is thus the closing of the working day before. `NoOpeningError` where the calendar was not open.
        """
        at = as_utc(at)
        if duration.kind == "working_days":
            return start_of_working_days(self, at, duration)
        if duration.kind == "business":
            return start_of_open_time(self, at, duration.timedelta)
        return at - duration.timedelta

    def _spans_from(self, at: datetime) -> Iterator[Span]:
        """Yield the open spans from `at` on, cut also where a chunk ends, as far as is worth looking."""
        for index in range(at.toordinal() // _CHUNK_DAYS, self._last_chunk(at) + 1):
            for span in self._chunk(index):
                if span.end > at:
                    yield Span(max(span.start, at), span.end)

    def _last_chunk(self, at: datetime) -> int:
        # Past the last date given by hand every year is like the next: what does not open within one never does.
        return (max(at.date(), self._last_given).toordinal() + _YEAR_OF_HOLIDAYS) // _CHUNK_DAYS

    def _chunk(self, index: int) -> tuple[Span, ...]:
        """Return the open spans within one stretch of days of the calendar, worked out once."""
        chunk = self._chunks.get(index)
        if chunk is None:
            if len(self._chunks) >= _CHUNKS_KEPT:
                self._chunks.clear()
            chunk = self._chunks[index] = self._open_in(self._chunk_start(index), self._chunk_start(index + 1))
        return chunk

    @staticmethod
    def _chunk_start(index: int) -> datetime:
        return datetime.combine(date.fromordinal(index * _CHUNK_DAYS), time(), UTC)

    def _open_in(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        # Two days more on either side than windows last: local dates part from UTC's by one, and a clock change can
        # move a window by up to another (Samoa skipped a whole day).
        longest = max((window.end for window in self._all_windows()), default=0) // DAY_MINUTES
        day, last = start.date() - (longest + 2) * _DAY, end.date() + 2 * _DAY
        spans: list[Span] = []
        while day <= last:
            spans += self._windows_on(day)
            day += _DAY
        return clip(union(spans), start, end)

    def _all_windows(self) -> Iterator[DayWindow | Window]:
        yield from self.windows
        for windows in self._special_windows.values():
            yield from windows

    def _windows_on(self, day: date) -> tuple[Span, ...]:
        """Return the non-empty windows that start on a local date, as they stand there, overlapping or not."""
        special = self._special_windows.get(day)
        if special is not None:
            return spans_on(day, special, self.time_zone)
        weekday = day.weekday()
        windows = [window for window in self.windows if weekday in window.days]
        if not windows or day in self.holidays:
            return ()
        return spans_on(day, windows, self.time_zone)

    def _next_working_day(self, day: date) -> date:
        last = max(day, self._last_given) + _YEAR_OF_HOLIDAYS * _DAY
        following = day
        while following < last:
            following += _DAY
            if self._windows_on(following):
                return following
        msg = f"the calendar has no working day after {day.isoformat()}: give it windows or special dates beyond that"
        raise NoOpeningError(msg)

    def _require_openings(self) -> None:
        # No country has a weekday free all year round, so weekly windows open sooner or later.
        if not self.windows and not any(self._windows_on(day) for day in self._special_windows):
            raise ScheduleError("open", "the calendar never opens: give it a window, or a special date with one")
