"""The core of every command: decide, and store all that follows in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from oncall.domain.commands import Command, Trigger
from oncall.domain.evolve import evolve
from oncall.domain.incident import Attempt, Incident
from oncall.domain.log import Entry
from oncall.domain.transition import Disabled, Transition, transition
from oncall.operations.announce import announce
from oncall.operations.context import Context
from oncall.store import incidents, log, messages, pages, timers, users
from oncall.store.bulk import Bulk, Part

# Of many codes one is soon in use already, and all would have to be done again.
_FEW_CODES = 8


class Recording:
    """What is decided of any number of incidents within one transaction, and then stored together.

    However many commands it carries out, `store` writes what came of them in a fixed number of statements. Nothing is stored
    before, and nothing may be carried out after. The incidents are locked, in the order of their ids.
    """

    def __init__(self, context: Context, session: Session, now: datetime) -> None:
        self._context = context
        self._session = session
        self._now = now
        self._bulk = Bulk()
        self._first: dict[str, Incident | None] = {}
        self._last: dict[str, Incident] = {}
        self._said: list[tuple[str, Incident, tuple[Entry, ...]]] = []
        self._attempts: dict[str, Attempt] = {}
        self._disabled: list[Disabled] = []

    def open(self, command: Trigger) -> Transition:
        """Decide what becomes of a trigger that opens an incident; its number is known once it is stored."""
        return self._remember(transition(None, command, self._context.held_directory(self._session), self._now))

    def carry_out(self, incident: Incident, command: Command) -> Transition:
        """Decide what a command does to an incident: one that is locked, or as an earlier command here has left it.

        What the rules refuse is in its log and in `refused`; the caller decides whether that is an error, after the commit.
        """
        return self._remember(transition(incident, command, self._context.held_directory(self._session), self._now))

    def note(self, incident: Incident, entry: Entry) -> None:
        """Add an entry to the log of an incident that stays as it is."""
        self._said.append((incident.id, incident, (entry,)))

    def store(self) -> Mapping[str, Incident]:
        """Write everything; the incidents that were opened or changed, by their ids, as they now are."""
        self._gather()
        written = self._bulk.write(self._session)
        messages.expire(self._session, self._attempts.values())
        pages.mend_codes(self._session, self._bulk, written.codes, self._now, self._context.code_lengths)
        self._announce(written.numbers, iter(written.places))
        for disabled in self._disabled:
            users.disable_method(self._session, disabled.user, disabled.method, disabled.reason)
        return {id_: _numbered(incident, written.numbers) for id_, incident in self._last.items()}

    def store_and_commit(self) -> Mapping[str, Incident]:
        """The same, as the last thing in a transaction of which no webhook is told: on one way to PostgreSQL with the commit.

        Raises IntegrityError, with nothing stored, also where a code was drawn that is in use; `store` draws another.
        """
        if self._context.database.is_sqlite or self._disabled or self._bulk.count(Part.CODES) > _FEW_CODES:
            return self.store()
        self._gather()
        written = self._bulk.write_and_commit(self._session)
        return {id_: _numbered(incident, written.numbers) for id_, incident in self._last.items()}

    def _gather(self) -> None:
        for id_, incident in self._last.items():
            before = self._first[id_]
            if before is None:
                incidents.add_new(self._bulk, self._context.cipher, incident)
            else:
                incidents.add_changed(self._bulk, self._context.cipher, before, incident)
        for id_, incident, entries in self._said:
            log.add(self._bulk, id_, entries, self._context.cipher if incident.sensitive else None)
        messages.change_attempts(self._bulk, self._attempts.values())

    def _remember(self, decided: Transition) -> Transition:
        incident = decided.incident
        self._first.setdefault(incident.id, decided.before)
        self._last[incident.id] = incident
        self._said.append((incident.id, incident, decided.entries))
        timers.add(self._bulk, incident.id, decided.timers)
        pages.add(self._bulk, incident, decided.pages, self._now, self._context.code_lengths)
        messages.add_pages(self._bulk, incident.id, decided.pages)
        messages.add_told(self._bulk, incident.id, decided.notices)
        self._attempts.update({attempt.id: attempt for attempt in decided.attempts})
        self._disabled += decided.disabled
        return decided

    def _announce(self, numbers: Mapping[str, int], places: Iterable[int]) -> None:
        """Tell webhooks of every entry, with its incident as the command left it that wrote the entry."""
        told = (
            (_numbered(incident, numbers), place, entry)
            for _, incident, entries in self._said
            for entry, place in zip(entries, places, strict=False)
        )
        announce(self._context, self._session, told, self._now)


def carry_out(context: Context, session: Session, incident: Incident, command: Command, now: datetime) -> Transition:
    """Do what a command does to an incident that is locked, and store it; returns as `Recording.carry_out`."""
    recording = Recording(context, session, now)
    decided = recording.carry_out(incident, command)
    recording.store()
    return decided


def _numbered(incident: Incident, numbers: Mapping[str, int]) -> Incident:
    return evolve(incident, number=numbers[incident.id]) if incident.id in numbers else incident
