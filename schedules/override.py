"""Overrides: somebody else for a while."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from schedules.errors import ScheduleError
from schedules.instants import require_wall, resolve
from schedules.rotation import Duty
from schedules.spans import Span, union

_RESOLUTION = timedelta(microseconds=1)
_ALWAYS = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Override:
    """Users who are on call from the wall time `start` up to `end` in the schedule's zone.

    With `replaces` they take that user's place, only where that user is on call; without, they replace everybody and
    fill gaps too (docs/semantics.md 3.5). One that a clock change shrinks to nothing does nothing. `id` is what it is
    known by where it is kept, empty where nobody gave it one; who is on call does not hang on it. `exact` is when it
    applies where that is known to the instant, which the wall cannot say of an hour that it shows twice.
    """

    start: datetime
    end: datetime
    users: frozenset[str]
    replaces: str | None = None
    id: str = ""
    exact: Span | None = None

    def __post_init__(self) -> None:
        """Refuse an override without users, times with an offset, and an end not after the start on the wall clock."""
        if not self.users:
            raise ScheduleError("users", "an override needs at least one user")
        start, end = require_wall(self.start, "start"), require_wall(self.end, "end")
        if end <= start if self.exact is None else self.exact.end <= self.exact.start:
            message = f"the end {self.end.isoformat()} is not after the start {self.start.isoformat()}"
            raise ScheduleError("end", message)

    def span(self, zone: str) -> Span:
        """Return when it applies in a zone: from a start up to an end that a clock change may have put before it."""
        return self.exact or Span(resolve(self.start, zone), resolve(self.end, zone))

    def applied(self, users: frozenset[str]) -> frozenset[str]:
        """Return who is on call within the override where `users` were before it."""
        if self.replaces is None:
            return self.users
        return users - {self.replaces} | self.users if self.replaces in users else users


class Laid(NamedTuple):
    """An override as instants, and its number in the order in which they were made."""

    start: datetime
    end: datetime
    order: int
    override: Override


class Overrides:
    """The overrides of a schedule as instants, found by time without looking at all of them."""

    def __init__(self, overrides: Sequence[Override], zone: str) -> None:
        """Resolve the overrides, given in the order in which they were made."""
        laid = [Laid(*override.span(zone), order, override) for order, override in enumerate(overrides)]
        self._laid = sorted(entry for entry in laid if entry.start < entry.end)
        self._starts = [entry.start for entry in self._laid]
        self._edges = sorted({edge for entry in self._laid for edge in (entry.start, entry.end)})
        self._reach: list[datetime] = []  # the latest end among the overrides up to this one
        for entry in self._laid:
            self._reach.append(max(self._reach[-1], entry.end) if self._reach else entry.end)

    def unchanged_around(self, at: datetime) -> tuple[datetime, datetime]:
        """Return a span around `at` in which no override begins or ends."""
        if not self._edges:
            return _ALWAYS
        after = bisect_right(self._edges, at)
        since = self._edges[after - 1] if after else _ALWAYS[0]
        return since, self._edges[after] if after < len(self._edges) else _ALWAYS[1]

    def applied_at(self, at: datetime, users: frozenset[str]) -> frozenset[str]:
        """Return who is on call at `at` where `users` are by the layers."""
        for entry in self.between(at, at + _RESOLUTION) if self._laid else ():
            users = entry.override.applied(users)
        return users

    def applied(self, duties: list[Duty], since: datetime, until: datetime) -> list[Duty]:
        """Return the duties from `since` up to `until` with the overrides laid on, sorted and without overlaps."""
        for entry in self.between(since, until):
            _lay_on(duties, entry, max(entry.start, since), min(entry.end, until))
        return duties

    def filled(self, since: datetime, until: datetime) -> tuple[Span, ...]:
        """Return when somebody is on call whoever was before: within the overrides that replace everybody."""
        return union(
            Span(laid.start, laid.end) for laid in self.between(since, until) if laid.override.replaces is None
        )

    def between(self, since: datetime, until: datetime) -> list[Laid]:
        """Return the overrides that have to do with `since` up to `until`, in the order in which they were made."""
        index = bisect_left(self._starts, until)
        found: list[Laid] = []
        while index and self._reach[index - 1] > since:
            index -= 1
            if self._laid[index].end > since:
                found.append(self._laid[index])
        found.sort(key=attrgetter("order"))
        return found


def _lay_on(duties: list[Duty], entry: Laid, start: datetime, end: datetime) -> None:
    first = bisect_right(duties, start, key=attrgetter("end"))
    last = bisect_left(duties, end, key=attrgetter("start"))
    touched = duties[first:last]
    laid = [Duty(duty.start, start, duty.users) for duty in touched if duty.start < start]
    if entry.override.replaces is None:
        laid.append(Duty(start, end, entry.override.users))
    else:
        laid += [
            Duty(max(duty.start, start), min(duty.end, end), entry.override.applied(duty.users)) for duty in touched
        ]
    laid += [Duty(end, duty.end, duty.users) for duty in touched if duty.end > end]
    duties[first:last] = laid
