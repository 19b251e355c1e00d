"""One override by somebody who asks for it: allowed or not, laid or taken back, and those concerned told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from oncall.document.by_hand import laid_on
from oncall.document.faults import unknown
from oncall.domain.directory import Directory, Role
from oncall.domain.preview import Preview
from oncall.errors import ForbiddenError, NotFoundError
from oncall.operations.context import Context
from oncall.operations.overrides import NewOverride, lay_overrides, new_rows, take_back
from oncall.operations.previews import Edit, previewed, tell
from oncall.store import configuration_version, overrides
from oncall.store.overrides import OverrideRow
from schedules import Schedule


@dataclass(frozen=True, slots=True)
class Covered:
    """An override, and what it changes for people."""

    override: OverrideRow
    preview: Preview


def standing_overrides(context: Context, schedule: str, since: datetime) -> tuple[OverrideRow, ...]:
    """The overrides of a schedule by hand that end after `since` and stand; raises NotFoundError for an unknown schedule."""
    with context.database.read() as session:
        _schedule(context.directory(session), schedule)
        return overrides.standing(session, schedule, since)


def cover(context: Context, wanted: NewOverride, by: str, role: Role) -> Covered:
    """Lay one override, and tell everybody else whose shifts it changes.

    Whoever is no manager puts themselves on call, or somebody in their own place: anything else raises ForbiddenError. What
    `lay_overrides` refuses is refused, and NotFoundError raised for an unknown schedule.
    """
    _require_allowed(wanted, by, role)

    def work(session: Session) -> Covered:
        configuration_version.lock(session)
        directory = context.directory(session)
        before = _schedule(directory, wanted.schedule)
        (row,) = lay_overrides(context, session, [wanted], by, context.clock.now())
        after = laid_on(before, [row.as_made()])
        found = previewed(context, session, {row.schedule: before}, {row.schedule: after})
        tell(
            context, session, found, Edit(by, f"override.{row.id}", frozenset(directory.users.keys() - {by})), directory
        )
        return Covered(row, found)

    covered = context.database.write(work)
    context.doorbell.ring()
    return covered


def preview_cover(context: Context, wanted: NewOverride, by: str, role: Role) -> Preview:
    """What an override would change for people; raises as `cover` does."""
    _require_allowed(wanted, by, role)
    with context.database.read() as session:
        directory = context.directory(session)
        before = _schedule(directory, wanted.schedule)
        (row,) = new_rows([wanted], directory, by, context.clock.now())
        after = laid_on(before, [row.as_made()])
        return previewed(context, session, {wanted.schedule: before}, {wanted.schedule: after})


def _require_allowed(wanted: NewOverride, by: str, role: Role) -> None:
    if not role.allows(Role.MANAGER) and {*wanted.users} != {by} and wanted.replaces != by:
        raise ForbiddenError("this asks for the role manager: others put themselves on call, or replace themselves")


def uncover(context: Context, schedule: str, id_: int, by: str, role: Role) -> None:
    """Take an override of a schedule back, with the others of its swap, and tell everybody else whose shifts that changes.

    Whoever is no manager takes back what they made themselves, and nothing that two have agreed on in a swap: anything else
    raises ForbiddenError. Raises NotFoundError where there is no such override, RefusedError where it is over.
    """

    def work(session: Session) -> None:
        there = overrides.get(session, id_)
        if there is None or there.schedule != schedule:
            raise NotFoundError(
                f"there is no override {id_} of schedule {schedule!r}: the list of its overrides has them"
            )
        _require_theirs(there, by, role)
        configuration_version.lock(session)
        directory = context.directory(session)
        rows = take_back(context, session, id_, by, context.clock.now())
        before = {
            row.schedule: directory.schedules[row.schedule] for row in rows if row.schedule in directory.schedules
        }
        after = {key: _without(one, rows) for key, one in before.items()}
        edit = Edit(by, f"override.{id_}.back", frozenset(directory.users.keys() - {by}))
        tell(context, session, previewed(context, session, before, after), edit, directory)

    context.database.write(work)
    context.doorbell.ring()


def _require_theirs(row: OverrideRow, by: str, role: Role) -> None:
    if role.allows(Role.MANAGER):
        return
    if row.swap_id is not None:
        raise ForbiddenError(
            f"this asks for the role manager: override {row.id} came of swap {row.swap_id}, on which two have agreed; "
            "ask for a swap back"
        )
    if row.made_by != by:
        raise ForbiddenError(f"this asks for the role manager: override {row.id} was made by {row.made_by}")


def _schedule(directory: Directory, key: str) -> Schedule:
    if key not in directory.schedules:
        raise NotFoundError(unknown("schedule", key, directory.schedules))
    return directory.schedules[key]


def _without(schedule: Schedule, rows: Iterable[OverrideRow]) -> Schedule:
    gone = {row.as_made().name for row in rows}
    return replace(schedule, overrides=tuple(one for one in schedule.overrides if one.id not in gone))
