"""Who was on call, by the schedules as they stood then, or as they were known at an instant (docs/semantics.md 3.8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from oncall.document.by_hand import with_people
from oncall.document.faults import unknown
from oncall.document.history import history
from oncall.errors import NotFoundError
from oncall.operations.context import Context
from oncall.store import configuration, overrides
from oncall.store.directories import REMEMBERED
from schedules import Schedule
from schedules.history import History

Answering = Mapping[str, Schedule] | Mapping[str, History]
"""What says who is on call, by the schedule's id."""


def answering(
    context: Context,
    session: Session,
    since: datetime | None,
    known_at: datetime | None = None,
    schedule: str | None = None,
) -> Answering:
    """What says who is on call from `since` on, None for now, by one schedule or by all: of the past, each as it stood then.

    As known at an instant, it is what was recorded by then. Raises NotFoundError for a schedule that there never was; where
    the past is not asked about, also for one that there is no more.
    """
    if known_at is None and (since is None or _is_as_it_stands(context, session, since)):
        standing = context.directory(session).schedules
        if schedule is None:
            return standing
        if schedule in standing:
            return {schedule: standing[schedule]}
        if since is None or since >= context.clock.now():
            raise NotFoundError(unknown("schedule", schedule, standing))
    known = histories(context, session, None if schedule is None else [schedule], known_at)
    if schedule is not None and schedule not in known:
        raise NotFoundError(unknown("schedule", schedule, context.directory(session).schedules))
    return known


def _is_as_it_stands(context: Context, session: Session, since: datetime) -> bool:
    """Whether the directory is right from `since` on, as nothing but overrides has changed, and those it knows."""
    now = context.clock.now()
    changed = configuration.last_change(session)
    return since >= now or (changed is not None and since >= max(changed, now - REMEMBERED))


def history_of(context: Context, session: Session, schedule: str, known_at: datetime | None) -> History:
    """The history of one schedule as known at an instant, now where that is None; without versions where there is none."""
    return histories(context, session, [schedule], known_at).get(schedule, History(()))


def histories(
    context: Context, session: Session, schedules: Collection[str] | None, known_at: datetime | None
) -> dict[str, History]:
    """The histories of these schedules, None for all that there ever were, removed ones too; sorted by id."""
    versions = configuration.recorded(session, "schedules", schedules, known_at)
    calendars = configuration.recorded(session, "calendars", None, known_at)
    made = overrides.known_of(session, versions, known_at)
    people, now = context.directory(session).users, context.clock.now()
    return {
        key: history(key, versions[key], calendars, with_people(made.get(key, ()), people, now))
        for key in sorted(versions)
    }
