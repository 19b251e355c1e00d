"""What an incident is doing at one point of its log, in a sentence: why paging goes on, or why nobody is paged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from oncall.domain.escalation import FALLBACK, REASSIGNED
from oncall.domain.incident import Cause, State
from oncall.domain.log import Entry
from oncall.domain.policy import Do
from oncall.domain.replay import Account, instant_in

Standing = tuple[str, datetime | None]
"""The sentence, and when that ends by itself; None where only somebody can end it."""


@dataclass(frozen=True, slots=True)
class Firing:
    """One step of one run as it fired: whom it paged (None stands for a channel), and until when they have to answer."""

    at: datetime
    run: str
    policy: str
    step: int | str
    round: int
    next_at: datetime | None
    users: tuple[str | None, ...] = ()

    @property
    def name(self) -> str:
        """The step in words."""
        if isinstance(self.step, int):
            return f"step {self.step} of {self.policy}, round {self.round}"
        return {FALLBACK: f"the fallback of {self.policy}", REASSIGNED: "hand"}.get(self.step, "the last resort")

    def is_of(self, entry: Entry) -> bool:
        """Whether the entry tells of the same firing."""
        said = entry.details
        mine = (self.at, self.run, self.policy, self.step, self.round)
        return mine == (entry.at, run_of(said), said["policy"], said["step"], said["round"])


def run_of(said: Mapping[str, Any]) -> str:
    """Which run an entry tells of; those of the first releases know of one alone."""
    return str(said.get("run", Cause.ESCALATION.value))


def fired(entry: Entry, before: Firing | None) -> Firing:
    """The firing that a `paged` or `nobody` tells of, with all whom it has paged so far."""
    said = entry.details
    if before is None or not before.is_of(entry):
        next_at = instant_in(said, "next_at")
        before = Firing(entry.at, run_of(said), said["policy"], said["step"], said["round"], next_at)
    return replace(before, users=(*before.users, said["user"])) if entry.event == "paged" else before


@dataclass(slots=True)
class Situation:
    """What has been heard of an incident so far."""

    account: Account = field(default_factory=Account)
    doing: str = Do.PAGE.value
    because: str = ""
    by: str | None = None
    expires_at: datetime | None = None
    seen_by: str | None = None
    firing: Firing | None = None
    exhausted: bool = False

    def hear(self, entry: Entry) -> None:
        """Take in one more entry."""
        was, said = self.account.state, entry.details
        self.account = self.account.after(entry)
        if self.account.state is not was:
            self.seen_by = None
        if "do" in said and entry.event != "refused":
            self.doing = said["do"]
        self._note(entry)

    def _note(self, entry: Entry) -> None:
        said = entry.details
        match entry.event:
            case "paged" | "nobody" | "exhausted" if run_of(said) in {Cause.ESCALATION, Cause.TRIAGE}:
                self._note_paging(entry)
            case "acknowledged":
                self.seen_by = said["by"]
                self.expires_at = instant_in(said, "until")
            case "updated":
                self.expires_at = instant_in(said, "until")
            case "snoozed":
                self.by = said.get("by")
            case "triggered" | "severity" | "classified" | "rule" | "repaged" | "deferred":
                self.because = said["because"]

    def _note_paging(self, entry: Entry) -> None:
        if entry.event == "exhausted":
            self.exhausted = True
            return
        self.firing = fired(entry, self.firing)
        if entry.event == "paged":
            self.doing = Do.PAGE.value
            self.exhausted = self.exhausted and not isinstance(self.firing.step, int)

    def standing(self) -> Standing:
        """Where it stands now."""
        return _STANDINGS[self.account.state](self)


def _triage(known: Situation) -> Standing:
    until = known.firing.next_at if known.firing is not None else None
    if known.seen_by is not None:
        return f"{known.seen_by} has seen it and is to triage it; after that it goes on by itself", until
    return f"{_names(known.firing)} to look at it first; after that it goes on by itself", until


def _triggered(known: Situation) -> Standing:
    firing = known.firing
    if known.doing == Do.RECORD:
        return f"recorded, and nobody is paged: {known.because}", None
    if firing is None:
        return "nobody has acknowledged", None
    if not firing.users:
        return f"nobody at all could be reached by {firing.name}", firing.next_at
    asked = f"{_names(firing)} by {firing.name}, and nobody has acknowledged"
    if firing.next_at is None:
        return f"{asked}; the rounds are over, and nothing more comes by itself", None
    return (
        f"{asked}; then {'the fallback is paged again' if known.exhausted else 'the next step comes'}",
        firing.next_at,
    )


def _names(firing: Firing | None) -> str:
    users = [user or "a channel" for user in firing.users] if firing is not None else []
    return f"{listed(users) or 'nobody'} {'was' if len(users) <= 1 else 'were'} paged"


def listed(names: Iterable[str]) -> str:
    """Names as they are written in a sentence."""
    *others, last = list(dict.fromkeys(names)) or [""]
    return f"{', '.join(others)} and {last}" if others else last


_STANDINGS: Mapping[State, Callable[[Situation], Standing]] = {
    State.TRIAGE: _triage,
    State.TRIGGERED: _triggered,
    State.DEFERRED: lambda known: (f"deferred: {known.because}", known.account.deferred_until),
    State.ACKNOWLEDGED: lambda known: (
        f"acknowledged by {known.account.acknowledged_by}: nobody else is asked",
        known.expires_at,
    ),
    State.SNOOZED: lambda known: (f"snoozed by {known.by}: nobody is asked", known.account.snoozed_until),
    State.RESOLVED: lambda _: ("resolved", None),
}
