"""Layers: a rotation, limited or not to certain times."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from schedules.calendar import BusinessCalendar
from schedules.errors import ScheduleError
from schedules.instants import as_utc
from schedules.rotation import Duty, Rotation, taken
from schedules.spans import Span, complement
from schedules.windows import Window

OpenOrClosed = Literal["open", "closed"]


@dataclass(frozen=True, slots=True)
class When:
    """The times to which a layer is limited: those at which a calendar is open, or those at which it is closed."""

    calendar: BusinessCalendar
    state: OpenOrClosed = "open"

    @classmethod
    def weekly(cls, zone: str, windows: Iterable[Window]) -> "When":
        """Limit to weekly windows in a zone, which are a calendar without holidays."""
        windows = tuple(windows)
        if not windows:
            raise ScheduleError("windows", "the layer would never be on call: give it a window, or leave out `when`")
        return cls(_weekly(zone, windows))

    def around(self, at: datetime) -> tuple[datetime, datetime, bool]:
        """Return a span around `at` in which nothing changes, and whether it is among the times."""
        since, until, is_open = self.calendar.open_around(at)
        return since, until, is_open is (self.state == "open")

    def spans(self, since: datetime, until: datetime) -> tuple[Span, ...]:
        """Return the times from `since` up to `until`."""
        spans = self.calendar.open_spans(since, until)
        return spans if self.state == "open" else complement(spans, Span(since, until))


@lru_cache(maxsize=1000)
def _weekly(zone: str, windows: tuple[Window, ...]) -> BusinessCalendar:
    """Return the calendar of weekly windows, the same for the many layers that are limited alike: it keeps what it worked out."""
    return BusinessCalendar(zone, windows)


@dataclass(frozen=True, slots=True)
class Layer:
    """A rotation that is silent outside of `when`; its turns go on counting meanwhile (docs/semantics.md 3.3)."""

    name: str
    rotation: Rotation
    when: When | None = None

    def on_call_at(self, at: datetime) -> frozenset[str]:
        """Return who is on call by this layer alone at `at`."""
        return self.on_call_around(as_utc(at)).users

    def on_call_around(self, at: datetime) -> Duty:
        """Return who is on call by this layer alone at `at`, a UTC instant, and a span around it in which that stays so."""
        if self.when is None:
            return self.rotation.on_call_around(at)
        since, until, holds = self.when.around(at)
        if not holds:
            return Duty(since, until, frozenset())
        start, end, users = self.rotation.on_call_around(at)
        return Duty(max(start, since), min(end, until), users)

    def duties(self, since: datetime, until: datetime) -> list[Duty]:
        """Return who is on call by this layer alone from `since` up to `until`, in order, without overlaps."""
        duties = self.rotation.duties(since, until)
        if self.when is None or not duties:
            return duties
        within, _ = taken(self.when.spans(duties[0].start, duties[-1].end), duties)
        return within
