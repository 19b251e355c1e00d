"""History: the versions of a schedule, and who was on call by the one that held."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from schedules.instants import as_utc
from schedules.schedule import Schedule
from schedules.shifts import Final, Shift, joined
from schedules.spans import Span, union


@dataclass(frozen=True, slots=True)
class Version:
    """A schedule as it stands from `holds_from` on, until the next version; None where it was removed."""

    holds_from: datetime
    schedule: Schedule | None

    def __post_init__(self) -> None:
        """Refuse a wall time in place of the instant."""
        object.__setattr__(self, "holds_from", as_utc(self.holds_from))


@dataclass(frozen=True, slots=True)
class History:
    """The versions of a schedule by the instant from which each holds (docs/semantics.md 3.8).

    An edit changes the present and the future only: at each instant the version answers that held then. Before the
    first that is the first, as nothing else is known; of several that hold from one instant on it is the last given.
    """

    versions: tuple[Version, ...]
    _starts: list[datetime] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Put the versions in order."""
        versions = tuple(sorted(self.versions, key=lambda version: version.holds_from))
        object.__setattr__(self, "versions", versions)
        object.__setattr__(self, "_starts", [version.holds_from for version in versions])

    def at(self, at: datetime) -> Schedule | None:
        """Return the schedule as it stood at `at`; None where there was none, or nothing is known."""
        if not self.versions:
            return None
        return self.versions[max(bisect_right(self._starts, as_utc(at)) - 1, 0)].schedule

    def on_call_at(self, at: datetime) -> frozenset[str]:
        """Return who was on call at `at` by the schedule as it stood then; nobody where there was none."""
        schedule = self.at(at)
        return frozenset() if schedule is None else schedule.on_call_at(at)

    def shifts(self, since: datetime, until: datetime) -> tuple[Shift, ...]:
        """Return the maximal intervals in which one user was on call, across versions, clipped to the window."""
        return self.final(since, until).shifts

    def gaps(self, since: datetime, until: datetime) -> tuple[Span, ...]:
        """Return the maximal intervals in which nobody was on call, across versions, clipped to the window."""
        return self.final(since, until).gaps

    def final(self, since: datetime, until: datetime) -> Final:
        """Return shifts and gaps together; none where `until` is not after `since`."""
        duties: list[tuple[str, datetime, datetime]] = []
        gaps: list[Span] = []
        for stretch in self._stretches(as_utc(since), as_utc(until)):
            schedule = self.at(stretch.start)
            if schedule is None:
                gaps.append(stretch)
                continue
            final = schedule.final(*stretch)
            duties += [(shift.user, shift.start, shift.end) for shift in final.shifts]
            gaps += final.gaps
        return Final(joined(duties), union(gaps))

    def _stretches(self, since: datetime, until: datetime) -> Iterator[Span]:
        """Yield the parts of the window in each of which one version holds, in order."""
        while since < until:
            position = bisect_right(self._starts, since)
            end = min(self._starts[position], until) if position < len(self._starts) else until
            yield Span(since, end)
            since = end
