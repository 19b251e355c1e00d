"""Apply a document: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from oncall.document.calendars import later_holidays
from oncall.document.difference import Change, Difference, difference
from oncall.document.directory import directory_faults
from oncall.document.document import Document
from oncall.document.load import Parsed, parse_document
from oncall.document.merge import merged
from oncall.document.references import reference_faults
from oncall.operations.context import Context
from oncall.operations.in_use import require_unused
from oncall.store import configuration, configuration_version, timers, users


def apply_document(context: Context, text: str, *, author: str, prune: bool, dry_run: bool) -> Difference:
    """Make the configuration what a document says, and return what that adds, changes and removes.

    What the document does not name is left as it is, or with `prune` removed (docs/semantics.md 7.1). Nothing is changed
    on a dry run, nor where it raises: InvalidInputError with every fault of the document, RefusedError for what is to be
    removed and is in use. What open incidents wait for is worked out again by the engine (docs/semantics.md 4.7).
    """
    parsed = parse_document(text)
    now = context.clock.now()
    if dry_run:
        with context.database.read() as session:
            return _Application(context, session, parsed, now, prune=prune).difference

    def work(session: Session) -> Difference:
        configuration_version.lock(session)
        application = _Application(context, session, parsed, now, prune=prune)
        application.save(author)
        return application.difference

    applied = context.database.write(work)
    context.doorbell.ring()
    return applied


class _Application:
    """One document laid on what one transaction sees."""

    def __init__(self, context: Context, session: Session, parsed: Parsed, now: datetime, *, prune: bool) -> None:
        people = users.load(session)
        stored = configuration.load(session, people.users)
        after = merged(stored, people.brought, parsed.document, prune=prune)
        parsed.require((*reference_faults(after.document, parsed.named), *directory_faults(after.document)))
        self._session = session
        self._now = now
        self._before = context.directory(session)
        self._named = parsed.document
        self._after = after.document
        self.difference = _with_refreshed(session, difference(stored, after.document, after.kept), parsed.document, now)
        require_unused(session, self.difference.removed, self._before, now)

    def save(self, author: str) -> None:
        for key, spec in self._named.users.items():
            users.save(self._session, key, self._after.users[key], spec.contact_methods)
        users.remove(self._session, [change.id for change in self.difference.removed if change.section == "users"])
        if self.difference.is_empty:
            return
        version = configuration_version.advance(self._session)
        configuration.record(
            self._session, self._after, _changes(self.difference), author=author, at=self._now, version=version
        )
        # Whoever decides by the version before is waited for: what they store is in use, and is worked out again too.
        configuration_version.wait_for_holders(self._session)
        require_unused(self._session, self.difference.removed, self._before, self._now)
        timers.add_recalculations(self._session, version, self._now)


def _with_refreshed(session: Session, found: Difference, named: Document, now: datetime) -> Difference:
    """With the calendars that the document names and whose public holidays to come the library knows better by now."""
    written = configuration.holidays_written(session)
    others = {change.id for change in found.changed if change.section == "calendars"}
    refreshed = [
        Change("calendars", key, details)
        for key, spec in named.calendars.items()
        if key not in others and (details := tuple(later_holidays(spec, written.get(key, {}), now.date())))
    ]
    return replace(found, changed=(*found.changed, *refreshed))


def _changes(difference: Difference) -> Iterator[Change]:
    yield from difference.added
    yield from difference.changed
    yield from difference.removed
