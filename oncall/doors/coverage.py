"""Where a schedule does not hold in the next 90 days: nobody on call, people whom nothing reaches, time off, short rests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall.document.coverage import AHEAD, people
from oncall.document.risks import is_reached
from oncall.domain.absence import Clash, clashes
from oncall.domain.directory import Urgency
from oncall.doors.looking import Look, look
from oncall.operations.context import Context
from schedules import Span
from schedules.fairness import Fairness, ShortRest, fairness


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Somebody in a schedule whom no page of these urgencies reaches."""

    user: str
    urgencies: tuple[Urgency, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What speaks against a schedule from `since` to `until`; `rest` is its rule, None where it has none."""

    since: datetime
    until: datetime
    rest: timedelta | None
    gaps: tuple[Span, ...]
    unreachable: tuple[Unreachable, ...]
    clashes: tuple[Clash, ...]
    short_rests: tuple[ShortRest, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing speaks against it."""
        return not (self.gaps or self.unreachable or self.clashes or self.short_rests)


def coverage(context: Context, schedule: str) -> Coverage:
    """What speaks against a schedule in the next 90 days; raises NotFoundError where there is none of that name."""
    now = context.clock.now()
    return coverage_of(look(context, schedule, now, now + AHEAD), now)


def coverage_of(seen: Look, now: datetime) -> Coverage:
    """What speaks against a schedule in the time that is looked at."""
    rest = seen.directory.rests.get(seen.id)
    return Coverage(
        since=seen.since,
        until=seen.until,
        rest=rest,
        gaps=seen.final.gaps,
        unreachable=_unreachable(seen, now),
        clashes=clashes(seen.id, seen.final.shifts, seen.absences),
        short_rests=carried(seen, rest).short_rests,
    )


def carried(seen: Look, rest: timedelta | None) -> Fairness:
    """What each person carries in the time that is looked at, and who rests for less than `rest`."""
    zone = seen.schedule.time_zone
    return fairness(seen.final.shifts, zone, seen.since, seen.until, seen.calendar, rest)


def _unreachable(seen: Look, now: datetime) -> tuple[Unreachable, ...]:
    known = (seen.directory.users[user] for user in sorted(people(seen.schedule)) if user in seen.directory.users)
    found = (Unreachable(user.id, tuple(each for each in Urgency if not is_reached(user, each, now))) for user in known)
    return tuple(each for each in found if each.urgencies)
