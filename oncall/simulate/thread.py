"""One incident's thread in a story: what is new of it, what only repeats itself, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from oncall.simulate.local import day_and_time
from oncall.simulate.moments import moment_lines
from oncall.simulate.people import instant, page_id
from oncall.simulate.sayings import Entry, Speaker, listed

_PAGING = frozenset({"paged", "attempted", "unreachable", "nobody"})
_BEGINS_ANEW = frozenset({"rule", "severity", "escalated", "repaged", "reassigned"})
_BESIDE = frozenset({"warned", "breached", "noted", "told"})
_MANAGEMENT = frozenset({"breach", "warning", "customer"})


class Told(NamedTuple):
    """What there is to say at one instant: what had only repeated itself until then, and what is new."""

    before: str | None
    lines: list[str]


@dataclass(slots=True)
class _Repeats:
    """Pages that were like others before: how many to whom, and until when."""

    last_at: datetime | None = None
    pages: dict[str, int] = field(default_factory=dict)

    def count(self, page: Entry, speaker: Speaker) -> None:
        self.last_at = instant(page)
        whom = speaker.person(page["user"]) if page["user"] else "the channel"
        self.pages[whom] = self.pages.get(whom, 0) + 1

    def said(self, zone: str) -> str | None:
        if self.last_at is None:
            return None
        alike: dict[int, list[str]] = {}
        for whom, count in sorted(self.pages.items(), key=itemgetter(1), reverse=True):
            alike.setdefault(count, []).append(whom)
        more = (_more_pages(count, whom) for count, whom in alike.items())
        return f"and so on until {day_and_time(self.last_at, zone)}: {'; '.join(more)}"


@dataclass(slots=True)
class Thread:
    """One open incident as a story tells it.

    A page like one before, but for the instant and the round, is counted and not told again, until the incident's state changes.
    """

    name: str
    service: str
    title: str
    zone: str
    standing: str = "triggered"
    _said: set[tuple[object, ...]] = field(default_factory=set)
    _steps: dict[str, tuple[object, ...]] = field(default_factory=dict)
    _repeats: _Repeats = field(default_factory=_Repeats)

    def tell(self, moment: Sequence[Entry], speaker: Speaker) -> Told:
        """What to say of what happened to it at one instant."""
        if any("state" in entry or entry["event"] in _BEGINS_ANEW for entry in moment):
            self._said.clear()
        news = [entry for entry in moment if self._is_news(entry)]
        before = None if all(map(_is_beside, news)) else self.repeated()
        for entry in moment:
            self._stand(entry, speaker)
            if entry["event"] == "paged" and entry not in news:
                self._repeats.count(entry, speaker)
        return Told(before, [speaker.local(line) for line in moment_lines(news, speaker, self.service, self.title)])

    def repeated(self) -> str | None:
        """What was not said because it repeated itself, once and in one line; None where nothing did."""
        repeats, self._repeats = self._repeats, _Repeats()
        return repeats.said(self.zone)

    def _is_news(self, entry: Entry) -> bool:
        if entry["event"] not in _PAGING:
            return True
        what = self._signature(entry)
        known = what in self._said
        self._said.add(what)
        return not known

    def _signature(self, entry: Entry) -> tuple[object, ...]:
        """What an entry about a page says, but for the instant and the round."""
        if entry["event"] == "attempted":
            return (entry["user"], entry["method"], self._steps.get(page_id(entry)))
        step = tuple(entry.get(name) for name in ("event", "user", "policy", "step", "because"))
        if entry["event"] == "paged":
            # A newer page takes the place of the older one (docs/semantics.md 5.3).
            self._steps = {page: known for page, known in self._steps.items() if known[1] != entry["user"]}
            self._steps[entry["page"]] = step
        return step

    def _stand(self, entry: Entry, speaker: Speaker) -> None:
        state = entry.get("state")
        if state is None:
            return
        self.standing = "being triaged" if state == "triage" else state
        if state == "acknowledged":
            self.standing += f" by {speaker.person(entry.get('by'))}"
        if entry.get("until"):
            self.standing += f" until {day_and_time(datetime.fromisoformat(entry['until']), self.zone)}"


def _more_pages(count: int, whom: Sequence[str]) -> str:
    each = " each" if len(whom) > 1 else ""
    return f"{count} more page{'' if count == 1 else 's'}{each} to {listed(whom)}"


def _is_beside(entry: Entry) -> bool:
    """Whether the escalation goes on as it did."""
    return entry["event"] in _BESIDE or entry.get("run") in _MANAGEMENT or entry["event"] == "attempted"
