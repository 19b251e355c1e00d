"""Changes: what an edit of a schedule means for the people on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from schedules.history import History
from schedules.instants import as_utc
from schedules.schedule import Schedule
from schedules.shifts import Final, Shift
from schedules.spans import Span, subtract


@dataclass(frozen=True, slots=True)
class Changes:
    """The maximal intervals in which a user is on call after an edit and was not before, and the reverse.

    `opened` are the gaps that there are only after it, `closed` those that there were only before.
    """

    gained: tuple[Shift, ...] = ()
    lost: tuple[Shift, ...] = ()
    opened: tuple[Span, ...] = ()
    closed: tuple[Span, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the edit changes nothing for anybody."""
        return not (self.gained or self.lost or self.opened or self.closed)


def changes(
    before: Schedule | History | None, after: Schedule | History | None, since: datetime, until: datetime
) -> Changes:
    """Return what is other by `after` than by `before` in a window; None is no schedule, thus one long gap."""
    old, new = _final(before, as_utc(since), as_utc(until)), _final(after, as_utc(since), as_utc(until))
    return Changes(
        gained=_only_first(new.shifts, old.shifts),
        lost=_only_first(old.shifts, new.shifts),
        opened=subtract(new.gaps, old.gaps),
        closed=subtract(old.gaps, new.gaps),
    )


def _final(schedule: Schedule | History | None, since: datetime, until: datetime) -> Final:
    if schedule is not None:
        return schedule.final(since, until)
    return Final((), (Span(since, until),) if since < until else ())


def _only_first(first: Iterable[Shift], second: Iterable[Shift]) -> tuple[Shift, ...]:
    """Return what is in the first shifts and not in the second, user by user, by start and then user."""
    has, had = _by_user(first), _by_user(second)
    only = [Shift(user, *span) for user, spans in has.items() for span in subtract(spans, had.get(user, []))]
    return tuple(sorted(only, key=lambda shift: (shift.start, shift.user)))


def _by_user(shifts: Iterable[Shift]) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = {}
    for shift in shifts:
        spans.setdefault(shift.user, []).append(Span(shift.start, shift.end))
    return spans
