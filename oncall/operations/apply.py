"""Apply a document: all of it or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from oncall.document.calendars import later_holidays
from oncall.document.difference import Change, Difference, difference
from oncall.document.directory import directory_faults
from oncall.document.document import Document
from oncall.document.feeds import Feeds, changed_days, read_feeds, settled
from oncall.document.load import Parsed, parse_document
from oncall.document.merge import merged
from oncall.document.references import reference_faults
from oncall.operations.context import Context
from oncall.operations.in_use import require_unused
from oncall.operations.new_version import record_changes
from oncall.operations.previews import Edit, preview_of, tell
from oncall.operations.subscriptions import follow_holidays
from oncall.store import configuration, configuration_version, users


def apply_document(
    context: Context, text: str, *, author: str, prune: bool, dry_run: bool, folder: Path | None = None
) -> Difference:
    """Make the configuration what a document says, and return what that adds, changes and removes.

    What the document does not name is left as it is, or with `prune` removed (docs/semantics.md 7.1). Nothing is changed
    on a dry run, nor where it raises: InvalidInputError with every fault of the document, RefusedError for what is to be
    removed and is in use. What open incidents wait for is worked out again by the engine (docs/semantics.md 4.7).

    The feeds of holidays that it names are read first, files by paths from `folder`, none where that is None; one that
    cannot be read is a fault, unless it was read before.
    """
    parsed = parse_document(text)
    fetch = context.feeds if folder is None else context.feeds.beside(folder)
    feeds = Feeds(context.clock.now())
    if not parsed.faults:
        feeds = read_feeds(parsed.document, fetch, feeds.read_at)
    if dry_run:
        with context.database.read() as session:
            return _Application(context, session, parsed, _read_by_now(feeds, context), prune=prune).difference

    def work(session: Session) -> Difference:
        configuration_version.lock(session)
        application = _Application(context, session, parsed, _read_by_now(feeds, context), prune=prune)
        application.save(author)
        return application.difference

    applied = context.database.write(work)
    context.doorbell.ring()
    return applied


def _read_by_now(feeds: Feeds, context: Context) -> Feeds:
    """The feeds as of now: reading them and waiting for the lock took time, and a version holds from when it is made."""
    return replace(feeds, read_at=context.clock.now())


class _Application:
    """One document laid on what one transaction sees."""

    def __init__(self, context: Context, session: Session, parsed: Parsed, feeds: Feeds, *, prune: bool) -> None:
        people = users.load(session)
        stored = configuration.load(session, people.users)
        named, unread = settled(parsed.document, stored, feeds)
        after = merged(stored, people.brought, named, prune=prune)
        parsed.require((*reference_faults(after.document, parsed.named), *directory_faults(after.document), *unread))
        self._context = context
        self._session = session
        self._feeds = feeds
        self._now = feeds.read_at
        self._before = context.directory(session)
        self._named = named
        self._after = after.document
        self.difference = _with_refreshed(
            session, difference(stored, after.document, after.kept), stored, named, self._now
        )
        require_unused(session, self.difference.removed, self._before, self._now)
        found = preview_of(context, session, after.document, self.difference.changes)
        self.difference = replace(self.difference, preview=found)

    def save(self, author: str) -> None:
        for key, spec in self._named.users.items():
            users.save(self._session, key, self._after.users[key], spec.contact_methods)
        users.remove(self._session, [change.id for change in self.difference.removed if change.section == "users"])
        follow_holidays(self._session, self._after, self._feeds)
        if self.difference.is_empty:
            return
        version = record_changes(self._session, self._after, self.difference.changes, author, self._now)
        require_unused(self._session, self.difference.removed, self._before, self._now)
        if self.difference.preview is not None:
            # Who has only just come, with this document, is told nothing: for them it changes nothing.
            told = self._before.users.keys() & self._after.users.keys()
            edit = Edit(author, str(version), frozenset(told))
            tell(self._context, self._session, self.difference.preview, edit, self._before)


def _with_refreshed(
    session: Session, found: Difference, stored: Document, named: Document, now: datetime
) -> Difference:
    """With the calendars that the document names and whose holidays the library or their feeds know better by now."""
    written = configuration.holidays_written(session)
    others = {change.id for change in (*found.added, *found.changed) if change.section == "calendars"}
    refreshed = [
        Change("calendars", key, details)
        for key, spec in named.calendars.items()
        if key not in others
        and (
            details := (
                *later_holidays(spec, written.get(key, {}), now.date()),
                *changed_days(stored.calendars[key], spec),
            )
        )
    ]
    return replace(found, changed=(*found.changed, *refreshed))
