"""Overrides made by hand: laid on a schedule beside its document, and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from oncall.document.faults import unknown
from oncall.domain.directory import Directory
from oncall.errors import FieldFault, InvalidInputError, NotFoundError, RefusedError
from oncall.operations.context import Context
from oncall.store import configuration_version, handovers, overrides
from oncall.store.overrides import OverrideRow
from schedules import Override, ScheduleError, Span, as_utc, format_instant, resolve, wall_time

FURTHEST = timedelta(days=3653)
"""How far ahead an override may reach."""


@dataclass(frozen=True, slots=True)
class NewOverride:
    """Who is to be on call, and instead of whom; without `replaces` instead of everybody.

    `start` and `end` without an offset are on the wall of the schedule's zone, with one they are instants.
    """

    schedule: str
    start: datetime
    end: datetime
    users: tuple[str, ...]
    replaces: str | None = None
    note: str = ""
    swap_id: int | None = None


def lay_overrides(
    context: Context, session: Session, wanted: Sequence[NewOverride], by: str, now: datetime
) -> tuple[OverrideRow, ...]:
    """Lay overrides on their schedules after all that are there, in their order, and store them.

    One that has begun has effect from `now` on. Raises InvalidInputError with every fault, its field behind `overrides[1].`
    where several are wanted; then nothing is stored. Ask once a transaction.
    """
    configuration_version.lock(session)
    rows = new_rows(wanted, context.directory(session), by, now)
    session.add_all(rows)
    session.flush()
    _count_as_change(session, rows, now)
    return rows


def new_rows(wanted: Sequence[NewOverride], directory: Directory, by: str, now: datetime) -> tuple[OverrideRow, ...]:
    """The overrides as they would be stored; raises as `lay_overrides` does."""
    faults = [
        FieldFault(f"overrides[{index}].{fault.path}" if len(wanted) > 1 else fault.path, fault.message)
        for index, one in enumerate(wanted)
        for fault in _faults(one, directory, now)
    ]
    if faults:
        raise InvalidInputError(faults)
    return tuple(_row(one, directory.schedules[one.schedule].time_zone, by, now) for one in wanted)


def take_back(context: Context, session: Session, id_: int, by: str, now: datetime) -> tuple[OverrideRow, ...]:
    """Let an override have no effect from `now` on, and with it the others of the same swap; those that this changed.

    One that was taken back before stays as it is. Raises NotFoundError where there is none, RefusedError where it is over.
    """
    configuration_version.lock(session)
    context.directory(session)
    found = overrides.lock(session, id_)
    if found is None:
        raise NotFoundError(f"there is no override {id_}: the list of a schedule's overrides has their ids")
    if found.taken_back_at is not None:
        return ()
    if found.end_at <= now:
        raise RefusedError(f"the override {id_} is over since {format_instant(found.end_at)}: what was stays as it was")
    swapped = overrides.lock_of_swap(session, found.swap_id) if found.swap_id is not None else (found,)
    rows = tuple(row for row in swapped if row.taken_back_at is None and row.end_at > now)
    for row in rows:
        row.taken_back_at, row.taken_back_by = now, by
    session.flush()
    _count_as_change(session, rows, now)
    return rows


def _count_as_change(session: Session, rows: Iterable[OverrideRow], now: datetime) -> None:
    """Have every process build its directory anew, and whoever comes on call by this told of what they inherit."""
    configuration_version.advance(session)
    handovers.look_again(session, {row.schedule for row in rows}, now)


def _faults(wanted: NewOverride, directory: Directory, now: datetime) -> Iterator[FieldFault]:
    schedule = directory.schedules.get(wanted.schedule)
    if schedule is None:
        yield FieldFault("schedule", unknown("schedule", wanted.schedule, directory.schedules))
    for index, user in enumerate(wanted.users):
        if user not in directory.users:
            yield FieldFault(f"users[{index}]", unknown("user", user, directory.users))
    if wanted.replaces is not None and wanted.replaces not in directory.users:
        yield FieldFault("replaces", unknown("user", wanted.replaces, directory.users))
    zone = schedule.time_zone if schedule is not None else "UTC"
    try:
        start, end = _instant(wanted.start, zone), _instant(wanted.end, zone)
        exact = None if wanted.start.tzinfo is None and wanted.end.tzinfo is None else Span(start, end)
        walls = _wall(wanted.start, zone), _wall(wanted.end, zone)
        Override(*walls, frozenset(wanted.users), wanted.replaces, exact=exact)
    except ScheduleError as error:
        yield FieldFault(error.field, error.message)
        return
    if start < end <= now and schedule is not None:
        yield FieldFault("end", f"{format_instant(end)} is past: what was stays as it was")
    elif end > now + FURTHEST:
        yield FieldFault(
            "end", f"{format_instant(end)} is more than ten years ahead: what is to last is for the schedule"
        )


def _wall(at: datetime, zone: str) -> datetime:
    return at if at.tzinfo is None else wall_time(at, zone)


def _instant(at: datetime, zone: str) -> datetime:
    return resolve(at, zone) if at.tzinfo is None else as_utc(at)


def _row(wanted: NewOverride, zone: str, by: str, now: datetime) -> OverrideRow:
    return OverrideRow(
        schedule=wanted.schedule,
        start=_text(_wall(wanted.start, zone)),
        end=_text(_wall(wanted.end, zone)),
        start_at=_instant(wanted.start, zone),
        end_at=_instant(wanted.end, zone),
        users=list(dict.fromkeys(wanted.users)),
        replaces=wanted.replaces,
        note=wanted.note,
        swap_id=wanted.swap_id,
        made_at=now,
        made_by=by,
    )


def _text(wall: datetime) -> str:
    return wall.isoformat(timespec="auto" if wall.second or wall.microsecond else "minutes")
