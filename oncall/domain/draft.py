"""What one transition has decided so far: the incident as it will be, and what goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from oncall.domain.directory import Directory, Urgency
from oncall.domain.incident import Attempt, AttemptState, Incident, Page, Run
from oncall.domain.log import Entry


@dataclass(frozen=True, slots=True)
class Timer:
    """A decision to take at `due_at`; it does nothing unless its run lives and has fired `occurrence` times."""

    kind: str
    generation: int
    occurrence: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to a person that is no page: nothing voids it and nobody need answer it."""

    user: str
    urgency: Urgency
    text: str
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Disabled:
    """A contact method that the vendor said will never work, with the vendor's reason."""

    user: str
    method: str
    reason: str


@dataclass(frozen=True, slots=True)
class Transition:
    """What a command did: the incident after it, and all that is to be stored with it in one transaction.

    `timers`, `pages` and `notices` are new. `attempts` are those of pages that are new or have changed. `refused` is the reason
    where the rules did not allow the command: then the incident is as it was, and the log says so.
    """

    incident: Incident
    entries: tuple[Entry, ...]
    timers: tuple[Timer, ...] = ()
    pages: tuple[Page, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    notices: tuple[Notice, ...] = ()
    disabled: tuple[Disabled, ...] = ()
    refused: str | None = None


@dataclass(slots=True)
class Draft:
    """A transition being worked out; lives only within one call of `transition`."""

    incident: Incident
    directory: Directory
    now: datetime
    entries: list[Entry] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    disabled: list[Disabled] = field(default_factory=list)
    refused: str | None = None

    @property
    def run(self) -> Run:
        """The escalation run; asked only where there is one."""
        if self.incident.run is None:
            message = f"incident {self.incident.id} has no escalation run"
            raise LookupError(message)
        return self.incident.run

    def log(self, event: str, details: Mapping[str, Any]) -> None:
        """Append one entry to the incident's log."""
        self.entries.append(Entry(self.now, event, details))

    def change(self, **changes: Any) -> None:
        """Change fields of the incident."""
        self.incident = replace(self.incident, **changes)

    def change_run(self, **changes: Any) -> None:
        """Change fields of the escalation run."""
        self.incident = replace(self.incident, run=replace(self.run, **changes))

    def refuse(self, do: str, because: str) -> None:
        """Record that the rules do not allow what was asked."""
        self.refused = because
        self.log("refused", {"do": do, "because": because})

    def finished(self, before: Incident | None) -> Transition:
        """Everything decided, with the attempts that differ from `before`."""
        return Transition(
            incident=self.incident,
            entries=tuple(self.entries),
            timers=tuple(self.timers),
            pages=tuple(self.pages),
            attempts=_changed_attempts(before, self.incident),
            notices=tuple(self.notices),
            disabled=tuple(self.disabled),
            refused=self.refused,
        )


def _changed_attempts(before: Incident | None, after: Incident) -> tuple[Attempt, ...]:
    """What is new or changed; what was pending and belongs to no page any more is void."""
    old, new = _attempts(before), _attempts(after)
    gone = (attempt for id_, attempt in old.items() if id_ not in new and attempt.state is AttemptState.PENDING)
    changed = (attempt for id_, attempt in new.items() if old.get(id_) != attempt)
    return (*(replace(attempt, state=AttemptState.VOID) for attempt in gone), *changed)


def _attempts(incident: Incident | None) -> dict[str, Attempt]:
    if incident is None or incident.run is None:
        return {}
    return {attempt.id: attempt for page in incident.run.pages for attempt in page.attempts}
