"""What is in use is not removed (docs/semantics.md 7.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from oncall.document.difference import Change
from oncall.domain.directory import Directory
from oncall.errors import RefusedError
from oncall.store import incidents, integrations, overrides


def require_unused(session: Session, removed: tuple[Change, ...], directory: Directory, now: datetime) -> None:
    """Raise RefusedError with everything that keeps one of these objects from being removed; that others name it is no part."""
    held = tuple(_holds(session, removed, directory, now)) if removed else ()
    if held:
        raise RefusedError("what is in use is not removed, and nothing was changed:\n" + "\n".join(held))


def _holds(session: Session, removed: tuple[Change, ...], directory: Directory, now: datetime) -> Iterator[str]:
    open_services, keyed = incidents.services_with_open(session), integrations.services_with_keys(session)
    for change in removed:
        if change.section == "services" and change.id in open_services:
            yield f"services.{change.id} has an open incident: resolve it first"
        if change.section == "services" and change.id in keyed:
            yield f"services.{change.id} has a live integration key: revoke it first (DELETE /api/v1/integrations/ID)"
        if change.section == "users":
            yield from _duties(session, change.id, directory, now)


def _duties(session: Session, user: str, directory: Directory, now: datetime) -> Iterator[str]:
    for schedule in directory.schedules:
        if user in directory.on_call(schedule, now):
            yield f"users.{user} is on call in schedules.{schedule} now: put somebody else there first"
    for schedule, made in overrides.lasting(session, now).items():
        for one in made:
            if user in one.users and one.until > now and schedule in directory.schedules:
                take_back = f"take it back first (DELETE /api/v1/schedules/{schedule}/overrides/{one.id})"
                yield f"users.{user} takes over in schedules.{schedule} by override {one.id}: {take_back}"
