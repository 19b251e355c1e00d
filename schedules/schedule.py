"""Schedules: layers stacked, overrides laid on; who is on call, the shifts and the gaps."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from schedules.errors import ScheduleError
from schedules.instants import as_utc, zone_named
from schedules.layer import Layer
from schedules.override import Override, Overrides
from schedules.pieces import Piece, pieces
from schedules.rotation import Duty, taken
from schedules.shifts import Final, Shift, shifts_of
from schedules.spans import Span, subtract

_ASKED = "asked"
_NEVER = Duty(datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), frozenset())


@dataclass(frozen=True, slots=True)
class Schedule:
    """Layers, of which a later one beats an earlier one wherever it has somebody; then overrides, oldest first.

    The rules are docs/semantics.md 3. Who is on call at an instant costs the same whenever the layers started.
    """

    time_zone: str
    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    _overrides: Overrides = field(init=False, repr=False, compare=False)
    # Who was on call when somebody asked last, and from when to when, as most who ask ask about much the same time.
    _lately: dict[str, Duty] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an unknown zone, and a layer of another zone."""
        zone_named(self.time_zone)
        for index, layer in enumerate(self.layers):
            if layer.rotation.zone != self.time_zone:
                message = f"the layer is in {layer.rotation.zone}, its schedule in {self.time_zone}"
                raise ScheduleError(f"layers[{index}].time_zone", message)
        object.__setattr__(self, "_overrides", Overrides(self.overrides, self.time_zone))

    def on_call_at(self, at: datetime) -> frozenset[str]:
        """Return who is on call at `at`; nobody where there is a gap. At a handoff it is the one who comes."""
        if at.tzinfo is not UTC:
            at = as_utc(at)
        since, until, users = self._lately.get(_ASKED, _NEVER)
        return users if since <= at < until else self._found(at).users

    def _found(self, at: datetime) -> Duty:
        since, until = self._overrides.unchanged_around(at)
        users: frozenset[str] = frozenset()
        for layer in reversed(self.layers):
            start, end, users = layer.on_call_around(at)
            since, until = max(since, start), min(until, end)
            if users:
                break
        self._lately[_ASKED] = found = Duty(since, until, self._overrides.applied_at(at, users))
        return found

    def shifts(self, since: datetime, until: datetime) -> tuple[Shift, ...]:
        """Return the maximal intervals in which one user is on call, clipped to `since` and `until`."""
        return self.final(since, until).shifts

    def gaps(self, since: datetime, until: datetime) -> tuple[Span, ...]:
        """Return the maximal intervals in which nobody is on call, clipped to `since` and `until`."""
        return self.final(since, until).gaps

    def final(self, since: datetime, until: datetime) -> Final:
        """Return shifts and gaps together; none where `until` is not after `since`."""
        since, until = as_utc(since), as_utc(until)
        if since >= until:
            return Final((), ())
        duties, free = self._stacked(since, until)
        gaps = subtract(free, self._overrides.filled(since, until)) if free else ()
        return Final(shifts_of(self._overrides.applied(duties, since, until)), gaps)

    def pieces(self, since: datetime, until: datetime) -> tuple[Piece, ...]:
        """Return the pieces of turns and overrides that touch `since` to `until`, whole, by start and then user.

        What they cover is what the shifts cover; where one turn follows another there are two, each known by its origin.
        """
        since, until = as_utc(since), as_utc(until)
        return pieces(self.layers, self.overrides, self._overrides, Span(since, until)) if since < until else ()

    def _stacked(self, since: datetime, until: datetime) -> tuple[list[Duty], list[Span]]:
        """Return who is on call by the layers alone, and when nobody is."""
        free = [Span(since, until)]
        stacked: list[Duty] = []
        for layer in reversed(self.layers):
            duties, free = taken(free, layer.duties(free[0].start, free[-1].end))
            stacked += duties
            if not free:
                break
        stacked.sort()
        return stacked, free
