"""What an edit changes for people: worked out before it is saved, and told to those concerned when it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from oncall.document.by_hand import with_people
from oncall.document.calendars import calendars_named
from oncall.document.difference import Change
from oncall.document.directory import Builder
from oncall.document.document import Document
from oncall.domain.directory import Directory
from oncall.domain.preview import AHEAD, Preview, preview
from oncall.domain.preview_notices import change_notices
from oncall.operations.context import Context
from oncall.store import configuration, messages, overrides, time_off
from schedules import Schedule


def preview_of(context: Context, session: Session, after: Document, changes: Sequence[Change]) -> Preview:
    """What `changes` lead to, after which the whole configuration is `after`; ask before they are stored."""
    calendars = {change.id for change in changes if change.section == "calendars"}
    edited = {change.id for change in changes if change.section == "schedules"}
    moved = {key for key, spec in after.schedules.items() if not calendars.isdisjoint(calendars_named(spec))}
    keys = edited | moved
    before = context.directory(session).schedules
    old = {key: before[key] for key in keys if key in before}
    return previewed(context, session, old, _built(context, session, after, keys, calendars) if keys else {})


def previewed(context: Context, session: Session, before: dict[str, Schedule], after: dict[str, Schedule]) -> Preview:
    """What leads from these schedules to those, with everybody's time off."""
    now = context.clock.now()
    away = time_off.between(session, now, now + AHEAD) if before or after else ()
    return preview(before, after, away, now)


def _built(
    context: Context, session: Session, document: Document, keys: Collection[str], changed: Collection[str]
) -> dict[str, Schedule]:
    """The schedules of a document that are named, as the directory will have them."""
    schedules = {key: spec for key, spec in document.schedules.items() if key in keys}
    names = {name for spec in schedules.values() for name in calendars_named(spec)}
    calendars = {key: spec for key, spec in document.calendars.items() if key in names}
    part = Document(users=document.users, calendars=calendars, schedules=schedules)
    # What changes is looked up anew when it is stored, and so it is here.
    written = {key: days for key, days in configuration.holidays_written(session).items() if key not in changed}
    now = context.clock.now()
    lasting = overrides.lasting(session, now)
    made = {key: with_people(lasting[key], document.users, now) for key in schedules if key in lasting}
    return dict(Builder().build(part, 0, {}, written, made).schedules)


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit by somebody, known by `key`, of which `told` may be told."""

    by: str
    key: str
    told: frozenset[str]


def tell(context: Context, session: Session, found: Preview, edit: Edit, directory: Directory) -> None:
    """Tell those concerned by a preview that has come true what it changes for them, by a message each."""
    author = directory.users.get(edit.by)
    who = author.name if author is not None else None
    notices = change_notices(found, who, edit.told, directory, context.public_url, edit.key)
    messages.add_notices(session, notices)
