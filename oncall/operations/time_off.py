"""Time off by hand: kept, shown, removed; whoever is on call then is told so, and nobody is put in their place (docs/semantics.md 3.10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from oncall.domain.absence import Absence, Clash, clashes
from oncall.domain.directory import Directory, Role, User
from oncall.domain.swap import ahead
from oncall.domain.time_words import during
from oncall.errors import FieldFault, ForbiddenError, InvalidInputError, NotFoundError, RefusedError
from oncall.operations.context import Context
from oncall.store import time_off
from oncall.store.time_off import TimeOff
from schedules import Span, resolve
from schedules.errors import did_you_mean

LONGEST = timedelta(days=366)
"""How long an absence may be."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Away:
    """When somebody is away: from an instant up to another, or from a day to another, both whole on the person's clock."""

    user: str
    start: datetime | date
    end: datetime | date
    note: str = ""


@dataclass(frozen=True, slots=True)
class OnCallThen:
    """A duty that somebody has in their time off, with what to do about it in words."""

    clash: Clash
    message: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Time off as it is kept, with the duties in it."""

    time_off: TimeOff
    on_call: tuple[OnCallThen, ...]


def take_time_off(context: Context, away: Away, by: str, role: Role) -> Taken:
    """Keep when somebody is away, and say what they are on call for then.

    Raises ForbiddenError where it is another's and `by` is no manager, NotFoundError for an unknown user, and InvalidInputError
    for times that end before they start, are over or too long.
    """
    now = context.clock.now()

    def work(session: Session) -> Taken:
        directory = context.directory(session)
        user = _user(directory, away.user)
        _require_own(user.id, by, role)
        span = _span(away, user.time_zone)
        faults = tuple(_faults(span, now))
        if faults:
            raise InvalidInputError(faults)
        absence = Absence(user.id, span, away.note.strip())
        kept = time_off.add(session, absence, source=time_off.BY_HAND, by=by, at=now)
        return Taken(kept, tuple(_on_call(absence, user, directory, now)))

    return context.database.write(work)


def list_time_off(context: Context, user: str) -> tuple[TimeOff, ...]:
    """What is known of somebody's absences that are not over, by hand and from calendars; raises NotFoundError."""
    now = context.clock.now()
    with context.database.read() as session:
        return time_off.of_user(session, _user(context.directory(session), user).id, now)


def remove_time_off(context: Context, id_: int, by: str, role: Role) -> None:
    """Forget an absence.

    Raises NotFoundError where there is none, ForbiddenError where it is another's and `by` is no manager, and RefusedError for
    one that a calendar says, which would be read again.
    """

    def work(session: Session) -> None:
        found = time_off.get(session, id_)
        if found is None:
            raise NotFoundError(f"there is no time off {id_}: the list of a person's time off has their ids")
        _require_own(found.absence.user, by, role)
        if found.source == time_off.OF_FEED:
            raise RefusedError(f"the time off {id_} comes from a calendar, which is read each day: remove it there")
        time_off.remove(session, id_)

    context.database.write(work)


def _user(directory: Directory, id_: str) -> User:
    found = directory.users.get(id_)
    if found is None:
        raise NotFoundError(f"there is no user {id_!r}{did_you_mean(id_, directory.users)}")
    return found


def _require_own(user: str, by: str, role: Role) -> None:
    if by != user and not role.allows(Role.MANAGER):
        raise ForbiddenError(f"only {user} and managers plan the time off of {user}")


def _span(away: Away, zone: str) -> Span:
    end = away.end if isinstance(away.end, datetime) else away.end + _DAY
    return Span(_instant(away.start, zone), _instant(end, zone))


def _instant(at: datetime | date, zone: str) -> datetime:
    return at if isinstance(at, datetime) else resolve(datetime.combine(at, time()), zone)


def _faults(span: Span, now: datetime) -> Iterator[FieldFault]:
    if span.end <= span.start:
        yield FieldFault("end", "must be after the start; of dates the last day may be the first")
    elif span.end <= now:
        yield FieldFault("end", "is over already")
    elif span.end - span.start > LONGEST:
        yield FieldFault("end", f"must be at most {LONGEST.days} days after the start")


def _on_call(absence: Absence, user: User, directory: Directory, now: datetime) -> Iterator[OnCallThen]:
    left = ahead(absence.span, now) or absence.span
    for key, schedule in directory.schedules.items():
        shifts = [shift for shift in schedule.shifts(*left) if shift.user == user.id]
        for clash in clashes(key, shifts, [absence]):
            when = f"{during(clash.span, user.time_zone)} ({user.time_zone})"
            yield OnCallThen(clash, f"{user.id} is on call for {key} then, {when}: ask for cover")
