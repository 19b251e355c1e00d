"""An incident explained from its log alone: no directory, no incident, nothing else is asked (docs/semantics.md 5.8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from oncall.domain.explained_pages import Pages
from oncall.domain.explanation import Explanation, Phase, Unreached
from oncall.domain.incident import State
from oncall.domain.log import Entry
from oncall.domain.situation import Situation, Standing


def explain(entries: Iterable[Entry], now: datetime) -> Explanation:
    """Who was paged and why, and why nobody was, at every instant from the first entry until `now` or the resolution.

    The entries are those of one incident, in order. What is known later of a page (that it was delivered, or not) is told
    with the page. Raises ValueError where there is no entry: an incident's log begins with its trigger.
    """
    story = _Story()
    for at, together in groupby(entries, attrgetter("at")):
        for entry in together:
            story.hear(entry)
        story.settle(at)
    return story.told(now)


@dataclass(slots=True)
class _Stretch:
    """A phase that is being told: its pages by their ids, whose ways may still come."""

    since: datetime
    state: State
    standing: Standing
    pages: list[str] = field(default_factory=list)
    unreached: list[Unreached] = field(default_factory=list)
    until: datetime | None = None


@dataclass(slots=True)
class _Story:
    situation: Situation = field(default_factory=Situation)
    pages: Pages = field(default_factory=Pages)
    stretches: list[_Stretch] = field(default_factory=list)
    pages_told: int = 0
    unreached_told: int = 0

    def hear(self, entry: Entry) -> None:
        """Take in one more entry."""
        self.situation.hear(entry)
        self.pages.hear(entry)

    def settle(self, at: datetime) -> None:
        """Begin a new stretch where what has happened at that instant makes the present another; then tell whom it paged."""
        state, standing = self.situation.account.state, self.situation.standing()
        present = self.stretches[-1] if self.stretches else None
        if present is None or (present.until is None and (present.state, present.standing) != (state, standing)):
            # A clock that was set back makes no stretch end before it began.
            since = at if present is None else max(at, present.since)
            present = self._go_on(present, _Stretch(since, state, standing))
        self._tell(present)

    def _go_on(self, present: _Stretch | None, new: _Stretch) -> _Stretch:
        if present is not None:
            present.until = new.since
        if new.state is State.RESOLVED and present is not None:
            return present
        if new.state is State.RESOLVED:
            new.until = new.since
        self.stretches.append(new)
        return new

    def _tell(self, stretch: _Stretch) -> None:
        pages, unreached = list(self.pages.known), self.pages.unreached
        stretch.pages += pages[self.pages_told :]
        stretch.unreached += unreached[self.unreached_told :]
        self.pages_told, self.unreached_told = len(pages), len(unreached)

    def told(self, now: datetime) -> Explanation:
        """All of it, the last stretch until `now` unless it has ended."""
        if not self.stretches:
            message = "there is nothing to explain: a log begins with its incident's trigger"
            raise ValueError(message)
        until = self.stretches[-1].until or max(now, self.stretches[-1].since)
        phases = tuple(self._phase(stretch, stretch.until or until) for stretch in self.stretches)
        return Explanation(phases[0].since, until, phases)

    def _phase(self, stretch: _Stretch, until: datetime) -> Phase:
        because, ends_at = stretch.standing
        return Phase(
            since=stretch.since,
            until=until,
            state=stretch.state,
            because=because,
            ends_at=ends_at,
            pages=tuple(self.pages.known[page] for page in stretch.pages),
            unreached=tuple(stretch.unreached),
        )
