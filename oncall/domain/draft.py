"""What one transition has decided so far: the incident as it will be, and what goes with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from oncall.domain.directory import Directory, Urgency
from oncall.domain.evolve import evolve
from oncall.domain.incident import Attempt, AttemptState, Incident, Page, Run
from oncall.domain.itself import service_of
from oncall.domain.log import Entry
from oncall.domain.policy import Customer, SupportPolicy, built_in, policy_of_service

RANKS: Mapping[str, int] = {
    "warn_respond": 1,
    "warn_update": 1,
    "breach_respond": 2,
    "breach_update": 2,
    "ack_timeout": 3,
    "snooze": 3,
    "triage": 3,
    "release": 4,
    "hours": 5,
    "step": 6,
}
"""In which order timers of these kinds fire that are due at one instant: commands before all, attempts after (docs/semantics.md 5.7)."""


_new = tuple.__new__  # a named tuple made in half the time; a year of incidents takes millions
_INCIDENT_FIELDS, _RUN_FIELDS = len(fields(Incident)), len(fields(Run))


class Timer(NamedTuple):
    """A decision to take at `due_at`; it does nothing once its run, clock or wait is over.

    `occurrence` is, for a step, how often its run had fired when the timer was made.
    """

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


class Transition(NamedTuple):
    """What a command did: the incident after it, and all that is to be stored with it in one transaction.

    `before` is the incident as it was, None where it is new. `timers`, `pages` and `notices` are new. `refused` is the reason
    where the rules did not allow the command: then the incident is as it was, and the log says so.
    """

    before: Incident | None
    incident: Incident
    entries: tuple[Entry, ...]
    timers: tuple[Timer, ...] = ()
    pages: tuple[Page, ...] = ()
    notices: tuple[Notice, ...] = ()
    disabled: tuple[Disabled, ...] = ()
    refused: str | None = None

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts that are new or have changed, worked out when asked for: a simulation never does."""
        return _changed_attempts(self.before, self.incident)


class Draft:
    """A transition being worked out; lives only within one call of `transition`.

    The incident and the run that it changes are copied once and then written to, which nobody else can see before it is
    finished.
    """

    __slots__ = (
        "_own",
        "_own_run",
        "directory",
        "disabled",
        "entries",
        "focus",
        "incident",
        "notices",
        "now",
        "pages",
        "policy",
        "refused",
        "timers",
    )

    def __init__(self, incident: Incident, directory: Directory, now: datetime, own: Incident | None = None) -> None:
        """Begin with an incident as it is; `own` is the same where it was made for this, so that it may be written to."""
        self.incident = incident
        self.directory = directory
        self.now = now
        self.entries: list[Entry] = []
        self.timers: list[Timer] = []
        self.pages: list[Page] = []
        self.notices: tuple[Notice, ...] = ()
        self.disabled: tuple[Disabled, ...] = ()
        self.refused: str | None = None
        self.focus: int | None = None
        self._own = own
        self._own_run: Run | None = None
        self.policy = _policy(incident, directory)

    @property
    def customer(self) -> Customer | None:
        """What was agreed with the customer whom it concerns, None where nothing was."""
        return self.directory.customers.get(self.incident.customer or "")

    @property
    def run(self) -> Run:
        """The run that is worked on: the one in focus, else the escalation run; asked only where there is one."""
        incident = self.incident
        found = incident.run
        for beside in incident.management:
            if beside.generation == self.focus:
                found = beside
        if found is None:
            message = f"incident {incident.id} has no escalation run"
            raise LookupError(message)
        return found

    def log(self, event: str, details: Mapping[str, Any]) -> None:
        """Append one entry to the incident's log."""
        self.entries.append(_new(Entry, (self.now, event, details)))

    def change(self, **changes: Any) -> None:
        """Change fields of the incident; raises KeyError where one is unknown."""
        if self.incident is not self._own:
            self.incident = self._own = evolve(self.incident, **changes)
            return
        known = self.incident.__dict__
        known.update(changes)
        if len(known) != _INCIDENT_FIELDS:
            raise KeyError(*changes)

    def open_run(self, run: Run) -> None:
        """Let a run begin that was made for this, under the next generation, and work on it."""
        self._own_run = run
        if run.is_management:
            self.change(management=(*self.incident.management, run), generation=run.generation)
        else:
            self.change(run=run, generation=run.generation)
        self.focus = run.generation

    def change_run(self, **changes: Any) -> Run:
        """Change fields of the run that is worked on; returns it as it then is. Raises KeyError where a field is unknown."""
        incident = self.incident
        old = self.run if incident.run is None or incident.management else incident.run
        if old is self._own_run:
            known = old.__dict__
            known.update(changes)
            if len(known) != _RUN_FIELDS:
                raise KeyError(*changes)
            return old
        self._own_run = new = evolve(old, **changes)
        if old is incident.run:
            self.change(run=new)
        else:
            self.change(management=tuple(new if run is old else run for run in incident.management))
        return new

    def next_generation(self) -> int:
        """A number for a new run, clock or wait: what was made under another does nothing to it."""
        generation = self.incident.generation + 1
        self.change(generation=generation)
        return generation

    def arm(self, kind: str, generation: int, due_at: datetime, occurrence: int = 0) -> None:
        """Have a decision taken at `due_at`, or at once where that is past."""
        self.timers.append(_new(Timer, (kind, generation, occurrence, max(due_at, self.now))))

    def refuse(self, do: str, because: str) -> None:
        """Record that the rules do not allow what was asked."""
        self.refused = because
        self.log("refused", {"do": do, "because": because})

    def finished(self, before: Incident | None) -> Transition:
        """Everything decided about an incident that was `before`, None for a new one."""
        entries, timers, pages = tuple(self.entries), tuple(self.timers), tuple(self.pages)
        decided = (before, self.incident, entries, timers, pages, self.notices, self.disabled, self.refused)
        return _new(Transition, decided)


def _policy(incident: Incident, directory: Directory) -> SupportPolicy:
    """The support policy of the incident's service; of a service that is gone, the built-in one."""
    service = service_of(directory, incident.service)
    if service is not None:
        return policy_of_service(directory, service)
    return built_in(incident.rule.escalation or "" if incident.rule else "")


def _changed_attempts(before: Incident | None, after: Incident) -> tuple[Attempt, ...]:
    """What is new or changed; what was pending and belongs to no page any more is void."""
    if before is not None and before.run is after.run and before.management is after.management:
        return ()
    old, new = _pages(before), _pages(after)
    gone = [page for id_, page in old.items() if id_ not in new]
    void = [evolve(one, state=AttemptState.VOID) for page in gone for one in page.attempts if _is_pending(one)]
    changed = [page for id_, page in new.items() if old.get(id_) is not page]
    return (*void, *(one for page in changed for one in _unlike(old.get(page.id), page)))


def _pages(incident: Incident | None) -> dict[str, Page]:
    if incident is None:
        return {}
    runs = incident.management if incident.run is None else (incident.run, *incident.management)
    return {page.id: page for run in runs for page in run.pages}


def _unlike(before: Page | None, after: Page) -> Iterator[Attempt]:
    """The attempts of a page that were not there before, or otherwise."""
    known = {attempt.id: attempt for attempt in before.attempts} if before is not None else {}
    return (attempt for attempt in after.attempts if known.get(attempt.id) is not attempt)


def _is_pending(attempt: Attempt) -> bool:
    return attempt.state is AttemptState.PENDING
