"""How fast the library of schedules answers, beside other means to the same answers: who is on call, and the shifts."""

import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple, Protocol

from benchmarks.peers import ByCalendar, ByRules
from benchmarks.row import Row
from benchmarks.timing import median_seconds, side_by_side, written
from benchmarks.workload import BEGIN, LAST_WEEK, NOW, TEN_YEARS_AGO, schedule
from schedules import BusinessCalendar, Schedule, Window
from tests.schedules.documents import schedule_from

_LAYERS = (1, 3, 10)
_YEAR = timedelta(days=365)
_IMPORTS = 7
_IMPORT = "from time import process_time as now; began = now(); import schedules; print(now() - began)"


class _Peer(Protocol):
    def on_call_at(self, at: datetime) -> str | None: ...
    def shifts(self, since: datetime, until: datetime) -> list[tuple[datetime, datetime, str]]: ...


class _Measured(NamedTuple):
    """One schedule by the library and by its peers."""

    ours: Schedule
    peers: tuple[_Peer, ...]

    @property
    def all(self) -> tuple[Schedule | _Peer, ...]:
        return (self.ours, *self.peers)


def measure() -> list[Row]:
    """Return what was measured, beside dateutil.rrule and icalendar + recurring-ical-events.

    Takes about a minute. All three are asked the same first, and must say the same. Times are those of a core.
    """
    return [
        *(row for layers in _LAYERS for row in _rows(layers)),
        Row("on call at any instant of a year, 10 layers", _anytime()),
        Row("is_open of office hours at any instant of a year", _open()),
        Row("import of schedules", f"{_import() * 1e3:.0f} ms"),
    ]


def _rows(layers: int) -> Iterator[Row]:
    name = f"{layers} layer" if layers == 1 else f"{layers} layers"
    young, old = (_measured(layers, begun) for begun in (LAST_WEEK, TEN_YEARS_AGO))
    _require_agreement(young, NOW, 14)
    _require_agreement(old, BEGIN, 365)
    moments = [NOW + timedelta(seconds=second) for second in range(1000)]
    took = side_by_side([one.on_call_at for some in (young, old) for one in some.all], moments)
    lately, for_long = took[: len(young.all)], took[len(young.all) :]
    yield _row(f"on call now, {name}, begun last week", *map(written, lately))
    yield _row(f"on call now, {name}, begun ten years ago", *map(written, for_long))
    yield _row(
        "the same, times last week", *(f"{old / young:.2f}" for old, young in zip(for_long, lately, strict=True))
    )
    for days in (30, 365):
        count = len(old.ours.shifts(BEGIN, BEGIN + timedelta(days=days)))
        took = [_listing(one, days) for one in old.all]
        yield _row(f"final shifts of {days} days, {name}, {count} shifts", *map(written, took))
    if layers == max(_LAYERS):
        years = len(old.ours.shifts(BEGIN, BEGIN + 10 * _YEAR))
        yield Row("the same of ten years, a shift", written(_listing(old.ours, 3650) / years))


def _row(what: str, ours: str, by_rules: str, by_calendar: str) -> Row:
    return Row(what, ours, beside=f"dateutil.rrule {by_rules}, icalendar {by_calendar}")


def _measured(layers: int, begun: datetime) -> _Measured:
    shape = schedule(layers, begun)
    return _Measured(schedule_from(shape, {}), (ByRules(shape), ByCalendar(shape)))


def _listing(one: Schedule | _Peer, days: int) -> float:
    return median_seconds(lambda since: one.shifts(since, since + timedelta(days=days)), [BEGIN])


def _require_agreement(one: _Measured, since: datetime, days: int) -> None:
    until = since + timedelta(days=days)
    shifts = [(start, end, user) for user, start, end in one.ours.shifts(since, until)]
    chance = random.Random(1)  # noqa: S311  the same instants each time
    instants = [since + (until - since) * chance.random() for _ in range(20)]
    for peer in one.peers:
        assert peer.shifts(since, until) == shifts
        for at in instants:
            assert {peer.on_call_at(at)} == one.ours.on_call_at(at)


def _instants() -> list[datetime]:
    chance = random.Random(1)  # noqa: S311  as above
    return [BEGIN + _YEAR * chance.random() for _ in range(1000)]


def _anytime() -> str:
    return written(median_seconds(schedule_from(schedule(10, TEN_YEARS_AGO), {}).on_call_at, _instants()))


def _open() -> str:
    week = Window.daily(("mon", "tue", "wed", "thu", "fri"), "09:00", "17:00")
    return written(median_seconds(BusinessCalendar("America/New_York", (week,)).is_open, _instants()))


def _import() -> float:
    """Return the median of the time that the import takes in a process of its own, from compiled modules."""
    ran = [subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, check=True) for _ in range(_IMPORTS)]
    return median(float(one.stdout) for one in ran)
