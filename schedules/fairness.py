"""Fairness: what each person carries, by night, at weekends and on holidays, and whether there is rest between."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from schedules.calendar import BusinessCalendar
from schedules.instants import as_utc, resolve, wall_time
from schedules.public_holidays import Holidays
from schedules.shifts import Shift, joined
from schedules.spans import Span, clip, overlaps

_DAY = timedelta(days=1)
_NOTHING = timedelta(0)
_COUNTS_FROM = timedelta(hours=1)
_NIGHT_BEGINS, _NIGHT_ENDS = time(22), time(6)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Load:
    """What one person carries in a window: elapsed time on call, and how much of it when others sleep or are off.

    A night is from 22:00 to 06:00, a weekend Saturday and Sunday, a holiday the whole day, all on the wall of the
    schedule's zone; one counts where at least an hour of it is carried. What is both, such as a weekend's night, is in
    both. `longest_run` is the longest shift; `shortest_rest` is between two shifts, and None where there is one at most.
    """

    user: str
    on_call: timedelta = _NOTHING
    nights: int = 0
    night_time: timedelta = _NOTHING
    weekend_time: timedelta = _NOTHING
    weekends: int = 0
    holiday_time: timedelta = _NOTHING
    holidays: int = 0
    shifts: int = 0
    longest_run: timedelta = _NOTHING
    shortest_rest: timedelta | None = None


@dataclass(frozen=True, slots=True)
class ShortRest:
    """The rest of one user between a shift and the next, where it is shorter than the rule asks for."""

    user: str
    before: Shift
    after: Shift
    rest: timedelta


@dataclass(frozen=True, slots=True)
class Fairness:
    """The loads of all who have a shift, by user, and the short rests, by when the rest begins and then user."""

    loads: tuple[Load, ...]
    short_rests: tuple[ShortRest, ...]


def fairness(
    shifts: Iterable[Shift],
    zone: str,
    since: datetime,
    until: datetime,
    holidays: Holidays | BusinessCalendar | None = None,
    rest: timedelta | None = None,
) -> Fairness:
    """Return what the shifts mean for each user from `since` up to `until`, in the schedule's zone.

    Shifts that adjoin or overlap are one; what lies outside of the window does not count. The holidays of a calendar
    are the dates on which it is closed by a holiday or a special date. `rest` is the rule for the short rests; without
    it there are none.
    """
    window = Span(as_utc(since), as_utc(until))
    marked = _marked(zone, window, holidays)
    loads: list[Load] = []
    short: list[ShortRest] = []
    for user, own in sorted(_by_user(shifts, window).items()):
        loads.append(_load(user, own, marked))
        short += [] if rest is None else [one for one in _rests(own) if one.rest < rest]
    return Fairness(tuple(loads), tuple(sorted(short, key=lambda one: (one.before.end, one.user))))


class _Marked(NamedTuple):
    """The times that weigh more than others: sorted, and no two of a kind at once."""

    nights: tuple[Span, ...]
    weekends: tuple[Span, ...]
    holidays: tuple[Span, ...]


def _marked(zone: str, window: Span, holidays: Holidays | BusinessCalendar | None) -> _Marked:
    nights, weekends, days_off = [], [], []
    for day in _days(zone, window):
        nights.append((day, _NIGHT_BEGINS, 1, _NIGHT_ENDS))
        if day.weekday() == _SATURDAY:
            weekends.append((day, time(), 2, time()))
        if _is_holiday(day, holidays):
            days_off.append((day, time(), 1, time()))
    return _Marked(*(_resolved(times, zone, window) for times in (nights, weekends, days_off)))


def _days(zone: str, window: Span) -> Iterator[date]:
    """Yield the local dates of the window, from two before, since a weekend or a night may have begun then."""
    if window.start < window.end:
        first, last = wall_time(window.start, zone).date() - 2 * _DAY, wall_time(window.end, zone).date()
        yield from (first + number * _DAY for number in range((last - first).days + 1))


def _resolved(times: Iterable[tuple[date, time, int, time]], zone: str, window: Span) -> tuple[Span, ...]:
    """Return the instants from a time of a date to another some days later, without those that come to nothing."""
    spans = (
        Span(resolve(datetime.combine(day, start), zone), resolve(datetime.combine(day + days * _DAY, end), zone))
        for day, start, days, end in times
    )
    return clip([span for span in spans if span.start < span.end], *window)


def _is_holiday(day: date, holidays: Holidays | BusinessCalendar | None) -> bool:
    if isinstance(holidays, BusinessCalendar):
        special = next((special for special in holidays.special if special.date == day), None)
        return day in holidays.holidays if special is None else not special.windows
    return holidays is not None and day in holidays


def _by_user(shifts: Iterable[Shift], window: Span) -> dict[str, list[Shift]]:
    """Return each user's shifts in the window, in order, those that adjoin as one."""
    own: dict[str, list[Shift]] = {}
    in_order = sorted((shift.user, shift.start, shift.end) for shift in shifts)
    for user, since, until in joined(in_order):
        start, end = max(since, window.start), min(until, window.end)
        if start < end:
            own.setdefault(user, []).append(Shift(user, start, end))
    return own


def _load(user: str, own: list[Shift], marked: _Marked) -> Load:
    lengths = [shift.end - shift.start for shift in own]
    nights, weekends, holidays = (_carried(own, spans) for spans in marked)
    return Load(
        user=user,
        on_call=sum(lengths, _NOTHING),
        nights=_count(nights),
        night_time=sum(nights, _NOTHING),
        weekend_time=sum(weekends, _NOTHING),
        weekends=_count(weekends),
        holiday_time=sum(holidays, _NOTHING),
        holidays=_count(holidays),
        shifts=len(own),
        longest_run=max(lengths),
        shortest_rest=min((rest.rest for rest in _rests(own)), default=None),
    )


def _carried(own: list[Shift], spans: Sequence[Span]) -> list[timedelta]:
    """Return how long the shifts last within each span that they meet."""
    carried: dict[Span, timedelta] = {}
    for span, start, end in overlaps(spans, [Span(shift.start, shift.end) for shift in own]):
        carried[span] = carried.get(span, _NOTHING) + (end - start)
    return list(carried.values())


def _count(carried: list[timedelta]) -> int:
    return sum(length >= _COUNTS_FROM for length in carried)


def _rests(own: list[Shift]) -> list[ShortRest]:
    return [ShortRest(after.user, before, after, after.start - before.end) for before, after in pairwise(own)]
