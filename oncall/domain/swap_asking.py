"""What may be asked: whose duty can be given away, whose taken for it, and until when the answer can wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall.domain.directory import Directory, Role, User
from oncall.domain.swap import Swap, SwapState, ahead, held, rotation
from oncall.domain.time_words import during, listed, when
from oncall.errors import FieldFault, InvalidInputError, NotFoundError
from schedules import Schedule, Span, resolve, wall_time
from schedules.errors import did_you_mean

LONGEST = timedelta(days=366)
"""How long a time that changes hands may be."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: `asked_by` gives a time away, to `asked_of` or to whoever comes first, and may take one for it."""

    schedule: str
    asked_by: str
    asked_of: str | None
    give: Span
    take: Span | None = None
    note: str = ""
    expires_at: datetime | None = None


def new_swap(request: Request, directory: Directory, now: datetime) -> Swap:
    """The swap that a request makes, without an id yet; its times are narrowed to the duty that there is in them.

    Raises NotFoundError for an unknown schedule, and InvalidInputError with every fault: an unknown user, a time that is
    over, in which the giver is not on call without interruption or the taker is on call already.
    """
    schedule = directory.schedules.get(request.schedule)
    if schedule is None:
        hint = did_you_mean(request.schedule, directory.schedules)
        raise NotFoundError(f"there is no schedule {request.schedule!r}{hint}")
    _require(_faults_of_people(request, schedule, directory))
    asked = _Asked(request, schedule, now)
    _require(asked.faults())
    give, take = asked.give(), asked.take()
    latest = min(_deadline(span, now) for span in (give, take) if span is not None)
    expires_at = request.expires_at or latest
    _require(_faults_of_expiry(expires_at, latest, schedule.time_zone, now))
    return Swap(
        id=0,
        schedule=request.schedule,
        asked_by=request.asked_by,
        asked_of=request.asked_of,
        give=give,
        take=take,
        note=request.note.strip(),
        state=SwapState.ASKED,
        asked_at=now,
        expires_at=expires_at,
    )


def asked_people(swap: Swap, directory: Directory) -> tuple[str, ...]:
    """Who can accept, sorted: the one who is asked, or everybody of the rotation who is not on call then anyway."""
    if swap.asked_of is not None:
        return (swap.asked_of,)
    schedule = directory.schedules.get(swap.schedule)
    return () if schedule is None else _others(swap.asked_by, swap.give, schedule, directory)


def _others(giver: str, give: Span, schedule: Schedule, directory: Directory) -> tuple[str, ...]:
    others = rotation(schedule) - {giver}
    free = (user for user in others if user in directory.users and not held(schedule, user, give))
    return tuple(sorted(user for user in free if _may_take(directory.users[user])))


def _may_take(user: User) -> bool:
    return user.role.allows(Role.RESPONDER)


def _require(faults: Iterator[FieldFault]) -> None:
    found = tuple(faults)
    if found:
        raise InvalidInputError(found)


def _faults_of_people(request: Request, schedule: Schedule, directory: Directory) -> Iterator[FieldFault]:
    if request.asked_by not in directory.users:
        yield FieldFault("as", _unknown(request.asked_by, directory))
    other = request.asked_of
    if other is None and request.take is not None:
        yield FieldFault(
            "asked_of", "is missing: a time is taken of somebody; leave out take to ask everybody for cover"
        )
    elif other is None and not rotation(schedule) - {request.asked_by}:
        yield FieldFault("asked_of", f"is missing: nobody else takes turns in {request.schedule}")
    elif other == request.asked_by:
        yield FieldFault("asked_of", "is the one who asks: name somebody else, or nobody to ask everybody for cover")
    elif other is not None and other not in directory.users:
        yield FieldFault("asked_of", _unknown(other, directory))
    elif other is not None and not _may_take(directory.users[other]):
        yield FieldFault("asked_of", f"{other} has the role viewer, and who takes a duty needs the role responder")


def _unknown(user: str, directory: Directory) -> str:
    return f"there is no user {user!r}{did_you_mean(user, directory.users)}"


@dataclass(frozen=True, slots=True)
class _Asked:
    """The times of one request, on one schedule."""

    request: Request
    schedule: Schedule
    now: datetime

    def faults(self) -> Iterator[FieldFault]:
        """What keeps the times from changing hands."""
        request = self.request
        yield from self._faults_of("give", request.give, request.asked_by, request.asked_of)
        if request.take is not None and request.asked_of is not None:
            yield from self._faults_of("take", request.take, request.asked_of, request.asked_by)

    def give(self) -> Span:
        """What is given away: the duty of the one who asks within the time named."""
        return self._whole(self._duty(self.request.give, self.request.asked_by)[0])

    def take(self) -> Span | None:
        """What is taken for it."""
        take, other = self.request.take, self.request.asked_of
        return None if take is None or other is None else self._whole(self._duty(take, other)[0])

    def _whole(self, duty: Span) -> Span:
        """The duty, from the minute that is under way where it is."""
        start = self.now.replace(second=0, microsecond=0) if duty.start == self.now else duty.start
        return Span(start, duty.end)

    def _faults_of(self, field: str, span: Span, giver: str, taker: str | None) -> Iterator[FieldFault]:
        wrong = tuple(self._faults_of_span(field, span))
        yield from wrong
        if wrong:
            return
        duty = self._duty(span, giver)
        if not duty:
            yield FieldFault(field, f"{giver} is not on call for {self.request.schedule} then: {self._on_call(span)}")
        elif len(duty) > 1:
            parts = listed(during(part, self.schedule.time_zone) for part in duty)
            yield FieldFault(field, f"{giver} is on call in parts of it only; ask for each of them: {parts}")
        elif taker is not None and (doubled := held(self.schedule, taker, duty[0])):
            already = during(doubled[0], self.schedule.time_zone)
            yield FieldFault(field, f"{taker} is on call for {self.request.schedule} then anyway: {already}")

    def _faults_of_span(self, field: str, span: Span) -> Iterator[FieldFault]:
        if span.end <= span.start:
            yield FieldFault(f"{field}.end", "must be after the start")
        elif span.end - span.start > LONGEST:
            yield FieldFault(f"{field}.end", f"must be at most {LONGEST.days} days after the start")
        elif span.end <= self.now:
            yield FieldFault(f"{field}.end", "is over already: only duty that is still to come can change hands")
        for name, at in (("start", span.start), ("end", span.end)):
            if at > self.now and resolve(wall_time(at, self.schedule.time_zone), self.schedule.time_zone) != at:
                message = (
                    "lies in the hour that comes twice that night, the second time: choose a time before or after it"
                )
                yield FieldFault(f"{field}.{name}", message)

    def _duty(self, span: Span, user: str) -> tuple[Span, ...]:
        left = ahead(span, self.now)
        return () if left is None else held(self.schedule, user, left)

    def _on_call(self, span: Span) -> str:
        shifts = self.schedule.shifts(*(ahead(span, self.now) or span))
        users = listed(sorted({shift.user for shift in shifts}))
        return users or "nobody is"


def _deadline(span: Span, now: datetime) -> datetime:
    """Until when a time can be asked for: until it starts, or where it is under way until it ends."""
    return span.start if span.start > now else span.end


def _faults_of_expiry(expires_at: datetime, latest: datetime, zone: str, now: datetime) -> Iterator[FieldFault]:
    if expires_at <= now:
        yield FieldFault("expires_at", "is over already")
    elif expires_at > latest:
        yield FieldFault("expires_at", f"must be at the latest {when(latest, zone)} ({zone}), when it is too late")
