"""Every page of a log: why this person, why by these ways, why then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import ceil
from typing import Any

from oncall.domain.escalation import ADMINISTRATORS, FALLBACK, REASSIGNED
from oncall.domain.explanation import ExplainedPage, Outcome, Unreached, Way
from oncall.domain.incident import Cause
from oncall.domain.log import Entry
from oncall.domain.replay import instant_in
from oncall.domain.situation import Firing, fired, run_of

_Details = Mapping[str, Any]

_BEGINNINGS: Mapping[str, Callable[[_Details], str]] = {
    "triggered": lambda said: f"it was triggered: {said['because']}",
    "severity": lambda said: f"the severity went from {said['was']} to {said['severity']}: {said.get('because', '')}",
    "classified": lambda said: f"it was classified anew: {said['because']}",
    "released": lambda said: str(said["because"]),
    "resumed": lambda said: str(said["because"]),
    "ack_expired": lambda said: f"the acknowledgement by {said['by']} expired",
    "triaged": lambda said: f"triaged by {said['by']}",
    "triage_expired": lambda said: str(said["because"]),
    "reassigned": lambda said: f"reassigned by {said['by']}",
    "repaged": lambda said: f"begun anew by {said['by']}",
    "escalated": lambda said: f"escalated by {said['by']}",
    "rule": lambda said: str(said["because"]),
}
"""What can begin the escalation, in words."""

_BESIDE: Mapping[str, tuple[Cause, Callable[[_Details], str]]] = {
    "breached": (Cause.BREACH, lambda said: f"the limit has passed: {said['because']}"),
    "warned": (Cause.WARNING, lambda said: f"the limit is near: {said['because']}"),
    "customer_escalated": (Cause.CUSTOMER, lambda said: f"the customer asked for it through {said['by']}"),
}
"""What begins a run beside it."""

_OUTCOMES: Mapping[str, Outcome] = {"attempted": "sent", "delivered": "delivered", "attempt_failed": "failed"}


@dataclass(slots=True)
class Pages:
    """The pages that have been heard of so far, by their ids, in order."""

    known: dict[str, ExplainedPage] = field(default_factory=dict)
    unreached: list[Unreached] = field(default_factory=list)
    _firings: dict[str, Firing] = field(default_factory=dict)
    _why: dict[str, str] = field(default_factory=dict)
    _begun: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    _nobody: dict[str, Entry] = field(default_factory=dict)
    _exhausted: datetime | None = None
    _last: dict[str, int] = field(default_factory=dict)

    def hear(self, entry: Entry) -> None:
        """Take in one more entry."""
        said = entry.details
        match entry.event:
            case "paged":
                self._paged(entry)
            case "unreachable" | "nobody":
                self._unreached(entry)
            case "attempted" | "delivered" | "attempt_failed":
                self._attempt(entry)
            case "exhausted" if run_of(said) == Cause.ESCALATION:
                self._exhausted = entry.at
            case event if event in _BEGINNINGS:
                self._begin(Cause.ESCALATION, entry.at, _BEGINNINGS[event](said))
            case event if event in _BESIDE:
                cause, words = _BESIDE[event]
                self._begin(cause, entry.at, words(said))

    def _begin(self, run: str, at: datetime, why: str) -> None:
        """Keep what has happened; several things of one instant lead to one page together."""
        earlier = self._begun.get(run)
        self._begun[run] = (at, f"{earlier[1]}; {why}" if earlier is not None and earlier[0] == at else why)

    def _paged(self, entry: Entry) -> None:
        said, run = entry.details, run_of(entry.details)
        before = self._firings.get(run)
        if run not in self._why or before is None or not before.is_of(entry):
            self._why[run] = self._why_then(entry, before)
        self._firings[run] = fired(entry, before)
        id_ = said.get("page") or f"page-{len(self.known) + 1}"
        self.known[id_] = ExplainedPage(
            id=id_,
            at=entry.at,
            user=said["user"],
            run=run,
            policy=said["policy"],
            step=said["step"],
            round=said["round"],
            urgency=said.get("urgency"),
            why_person=said["because"],
            why_then=self._why[run],
            ways=(),
        )

    def _unreached(self, entry: Entry) -> None:
        said, run = entry.details, run_of(entry.details)
        if entry.event == "nobody":
            self._firings[run] = fired(entry, None)
            self._nobody[run] = entry
            self._why.pop(run, None)
        user = said.get("user")
        self.unreached.append(Unreached(entry.at, user, said["policy"], said["step"], said["round"], said["because"]))

    def _why_then(self, entry: Entry, before: Firing | None) -> str:
        """Why this step of its run came at that instant."""
        said, run = entry.details, run_of(entry.details)
        begun_at, begun = self._begun.get(Cause.ESCALATION if run == Cause.TRIAGE else run, (None, ""))
        empty = self._nobody.get(run)
        if said["step"] in {FALLBACK, ADMINISTRATORS}:
            return self._why_last_resort(entry, empty)
        if empty is not None and empty.at == entry.at:
            return f"{_step(empty)} reached nobody: {empty.details['because']}"
        if begun_at == entry.at or before is None or said["step"] == REASSIGNED:
            return begun
        return f"nobody acknowledged in time after {before.name}"

    def _why_last_resort(self, entry: Entry, empty: Entry | None) -> str:
        if self._exhausted == entry.at:
            return "the rounds ran out without an acknowledgement"
        if empty is not None and empty.at == entry.at:
            return f"{_step(empty)} reached nobody: {empty.details['because']}"
        return "still nobody has acknowledged"

    def _attempt(self, entry: Entry) -> None:
        """Add a way to its page, or say of the last one what came of it."""
        said = entry.details
        attempt = said.get("attempt") or f"{self._latest_of(said['user'])}.{said['method']}"
        page = self.known.get(attempt.rpartition(".")[0])
        if page is None:
            return
        ways, last = list(page.ways), self._last.get(attempt)
        outcome = _OUTCOMES[entry.event]
        because, again_at = said.get("because") or _why_late(entry), instant_in(said, "again_at")
        if outcome != "sent" and last is not None and ways[last].outcome == "sent":
            ways[last] = replace(ways[last], outcome=outcome, because=because, again_at=again_at)
        else:
            self._last[attempt] = len(ways)
            urgency, bundle = said.get("urgency", page.urgency), said.get("bundle")
            ways.append(Way(entry.at, said["method"], urgency, bundle, outcome, because, again_at))
        self.known[page.id] = replace(page, ways=tuple(ways))

    def _latest_of(self, user: str | None) -> str | None:
        """The last page to that person, for logs that do not say whose attempt it was."""
        return next((page for page, known in reversed(self.known.items()) if known.user == user), None)


def _why_late(entry: Entry) -> str | None:
    """Why a page went out later than it was due (docs/semantics.md 6.6); None where it did not, or where the log says otherwise."""
    waited = instant_in(entry.details, "waited_since")
    if waited is None:
        return None
    seconds = ceil((entry.at - waited).total_seconds())
    return f"it waited {seconds} seconds, as another page had gone out by this way within the minute"


def _step(entry: Entry) -> str:
    return fired(entry, None).name
