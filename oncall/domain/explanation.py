"""What an incident's log explains: phase by phase, who was paged and why, and why nobody was (docs/semantics.md 5.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from oncall.domain.incident import State

Outcome = Literal["sent", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a page was sent, or was tried to be.

    `method` is the contact method's type; `bundle` is shared by what went out as one message. `because` is the provider's reason
    for a failure, None where there was none; `again_at` is when the same was then tried again.
    """

    at: datetime
    method: str
    urgency: str | None
    bundle: str | None
    outcome: Outcome
    because: str | None = None
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExplainedPage:
    """One page: `why_person` is why this person, `why_then` why at that instant, and `ways` by which ways.

    `user` is None for a channel or a webhook. `run` is what the page belongs to: the incident's own `escalation`, `triage`, or
    what runs beside them: `breach`, `warning`, `customer`. `step` counts from 1, or is a word such as `fallback`.
    """

    id: str
    at: datetime
    user: str | None
    run: str
    policy: str
    step: int | str
    round: int
    urgency: str | None
    why_person: str
    why_then: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Unreached:
    """Somebody who was meant and could not be reached; with `user` None a whole step that reached nobody."""

    at: datetime
    user: str | None
    policy: str
    step: int | str
    round: int
    because: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of time in which one thing was waited for.

    `because` says in a sentence why paging goes on, or why nobody is paged. `ends_at` is when the phase ends, or would have
    ended, by itself (the next step, the release, the end of a snooze); None where only somebody can end it. `pages` were made in
    this phase, those of management beside the escalation included.
    """

    since: datetime
    until: datetime
    state: State
    because: str
    ends_at: datetime | None
    pages: tuple[ExplainedPage, ...]
    unreached: tuple[Unreached, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """An incident from its trigger to its resolution, or to the instant that was asked about.

    Each phase begins where the one before ends; every page of the log is in exactly one of them.
    """

    since: datetime
    until: datetime
    phases: tuple[Phase, ...]
