"""What an edit changes, as a page shows it: who gains and loses which shifts, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from oncall.domain.preview import Broken, Preview, ScheduleChange
from oncall.doors.web.times import Times
from schedules import Shift, Span

MOST = 6
"""So many spans of each person and kind are named."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One line: what kind of change it is (`gains`, `loses`, `opens`, `closes`, `breaks`, `clashes`), for whom, and when."""

    kind: str
    text: str
    spans: tuple[str, ...]
    hidden: int = 0


def shown_changes(preview: Preview, names: Mapping[str, str], times: Times) -> tuple[Changed, ...]:
    """What a preview says, worst first: gaps, then what breaks, then each person's shifts; empty where nothing changes."""
    return tuple(line for change in preview.schedules for line in _Lines(change, preview, names, times).all())


@dataclass(frozen=True, slots=True)
class _Lines:
    change: ScheduleChange
    preview: Preview
    names: Mapping[str, str]
    times: Times

    def all(self) -> Iterator[Changed]:
        found = self.change.changes
        yield from self._line("opens", "Nobody is on call any more", found.opened)
        for broken in self.change.broken:
            yield self._breaks(broken)
        for clash in self.change.clashes:
            note = f" ({clash.note})" if clash.note else ""
            yield from self._line("clashes", f"{self._name(clash.user)} is away{note}", (clash.span,))
        for user in sorted({shift.user for shift in (*found.gained, *found.lost)}, key=self._name):
            yield from self._line("gains", f"{self._name(user)} is on call", _of(user, found.gained))
            yield from self._line("loses", f"{self._name(user)} is not on call any more", _of(user, found.lost))
        yield from self._line("closes", "Somebody is on call where nobody was", found.closed)

    def _breaks(self, broken: Broken) -> Changed:
        who = ", ".join(map(self._name, broken.users))
        text = f"{who} no longer takes the place of {self._name(broken.replaces)}"
        return Changed("breaks", text, (self._said(broken.span),))

    def _line(self, kind: str, text: str, spans: Sequence[Span]) -> Iterator[Changed]:
        if spans:
            yield Changed(kind, text, tuple(map(self._said, spans[:MOST])), max(0, len(spans) - MOST))

    def _said(self, span: Span) -> str:
        start = "from now on" if span.start <= self.preview.since else self.times.clock(span.start)
        return start if span.end >= self.preview.until else f"{start} to {self.times.end(span.start, span.end)}"

    def _name(self, user: str) -> str:
        return self.names.get(user, user)


def _of(user: str, shifts: Sequence[Shift]) -> tuple[Span, ...]:
    return tuple(Span(shift.start, shift.end) for shift in shifts if shift.user == user)
