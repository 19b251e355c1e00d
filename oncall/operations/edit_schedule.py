"""One schedule edited by hand, from the version that the editor saw (docs/semantics.md 7.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from oncall.document.anchor import kept_on_call
from oncall.document.difference import Change, changed_fields
from oncall.document.directory import directory_faults
from oncall.document.document import Document
from oncall.document.faults import Fault, path_text, shape_faults, unknown
from oncall.document.fields import ID
from oncall.document.history import Version
from oncall.document.references import reference_faults
from oncall.document.times import ScheduleSpec
from oncall.domain.preview import Preview
from oncall.errors import FieldFault, InvalidInputError, NotFoundError, RefusedError
from oncall.operations.context import Context
from oncall.operations.new_version import record_changes
from oncall.operations.previews import Edit, preview_of, tell
from oncall.store import configuration, configuration_version, users

_FIELD, _SECTION = "schedule", "schedules"


@dataclass(frozen=True, slots=True)
class Stored:
    """A schedule in the document's shape, by whom and from when on, and the configuration's version by which it is so."""

    id: str
    version: int
    spec: ScheduleSpec
    holds_from: datetime
    author: str


@dataclass(frozen=True, slots=True)
class NewBody:
    """What a schedule is to be, in the document's shape, and the version that it was made from: 0 where there was none.

    With `keep_on_call` whoever is on call stays so until the next handoff of a layer whose users or turn change.
    """

    id: str
    body: Mapping[str, Any]
    version: int
    keep_on_call: bool = True


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit comes to, saved or not: the version by which it is so, what is other, and what that means for people."""

    version: int
    spec: ScheduleSpec
    changed: tuple[str, ...]
    preview: Preview


def stored_schedule(context: Context, key: str) -> Stored:
    """A schedule as it stands; raises NotFoundError."""
    with context.database.read() as session:
        latest = configuration.latest(session, _SECTION, key)
        if latest is None or not isinstance(latest.spec, ScheduleSpec):
            raise NotFoundError(unknown("schedule", key, context.directory(session).schedules))
        return Stored(key, latest.number, latest.spec, latest.holds_from, latest.author)


def preview_schedule(context: Context, wanted: NewBody) -> Edited:
    """What an edit would come to; raises as `edit_schedule` does."""
    with context.database.read() as session:
        return _Editing(context, session, wanted).edited


def edit_schedule(context: Context, wanted: NewBody, author: str) -> Edited:
    """Make a schedule what an edit says, and tell those concerned; nothing is stored where it changes nothing.

    Raises InvalidInputError with every fault, and RefusedError, with what changed since, where the edit was made from
    another version than the one that holds.
    """

    def work(session: Session) -> Edited:
        configuration_version.lock(session)
        return _Editing(context, session, wanted).saved(author)

    edited = context.database.write(work)
    context.doorbell.ring()
    return edited


class _Editing:
    """One edit laid on what one transaction sees."""

    def __init__(self, context: Context, session: Session, wanted: NewBody) -> None:
        self._context, self._session = context, session
        self._now = context.clock.now()
        latest = configuration.latest(session, _SECTION, wanted.id)
        _require_latest(session, wanted, latest)
        spec = _spec(wanted)
        if wanted.keep_on_call and latest is not None and isinstance(latest.spec, ScheduleSpec):
            spec = kept_on_call(latest.spec, spec, self._now)
        known = context.directories.known(session, self._now)
        stored = configuration.load(session, users.load(session).users, known)
        self._after = stored.model_copy(update={"schedules": {**stored.schedules, wanted.id: spec}})
        _require_sound(self._after, wanted.id)
        before = stored.schedules.get(wanted.id)
        details = changed_fields(before, spec) if before is not None else ()
        self._changes = (Change("schedules", wanted.id, details),) if before is None or details else ()
        found = preview_of(context, session, self._after, self._changes)
        self.edited = Edited(latest.number if latest is not None else 0, spec, details, found)

    def saved(self, author: str) -> Edited:
        if not self._changes:
            return self.edited
        before = self._context.directory(self._session)
        version = record_changes(self._session, self._after, self._changes, author, self._now)
        edit = Edit(author, str(version), frozenset(before.users))
        tell(self._context, self._session, self.edited.preview, edit, before)
        return Edited(version, self.edited.spec, self.edited.changed, self.edited.preview)


def _require_latest(session: Session, wanted: NewBody, latest: Version | None) -> None:
    holds = latest.number if latest is not None and latest.spec is not None else 0
    if wanted.version == holds:
        return
    if latest is None or latest.spec is None:
        raise RefusedError(f"there is no schedule {wanted.id!r}: to make one, send the version 0")
    since = f"schedules.{wanted.id} is at version {holds}, by {latest.author}"
    versions = configuration.recorded(session, _SECTION, [wanted.id], None)[wanted.id]
    seen = next((version for version in versions if version.number == wanted.version), None)
    if seen is None or seen.spec is None:
        raise RefusedError(f"{since}: read it, and send the version that your edit was made from")
    changed = "\n".join(changed_fields(seen.spec, latest.spec)) or "nothing, in the end"
    raise RefusedError(f"{since}; since version {wanted.version} changed:\n{changed}")


def _spec(wanted: NewBody) -> ScheduleSpec:
    if not ID.fullmatch(wanted.id):
        message = "an id has lower-case letters, digits, - and _, and begins with one of the first two"
        raise InvalidInputError([FieldFault("id", message)])
    try:
        return ScheduleSpec.model_validate(wanted.body)
    except ValidationError as error:
        raise _refused(shape_faults(error, ScheduleSpec, ())) from error


def _require_sound(after: Document, key: str) -> None:
    """Refuse what the document would refuse of this schedule."""
    part = Document(users=after.users, calendars=after.calendars, schedules={key: after.schedules[key]})
    faults = [
        fault for fault in (*reference_faults(part), *directory_faults(part)) if fault.path[:2] == ("schedules", key)
    ]
    if faults:
        raise _refused(Fault(fault.path[2:], fault.message) for fault in faults)


def _refused(faults: Iterable[Fault]) -> InvalidInputError:
    return InvalidInputError([FieldFault(path_text((_FIELD, *fault.path)), fault.message) for fault in faults])
