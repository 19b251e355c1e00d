"""Which part of a schedule a page shows, and on whose clock: from the address, and in its links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from oncall.doors.web.times import Times
from oncall.errors import FieldFault, InvalidInputError
from schedules import ScheduleError, parse_date, resolve, wall_time

LENGTHS: Mapping[str, tuple[str, int]] = {
    "fortnight": ("2 weeks", 14),
    "month": ("Month", 30),
    "quarter": ("Quarter", 91),
}
"""How long a page may look: by the word in its address what it is called, and how many days it has."""
MINE, THEIRS = "mine", "schedule"


@dataclass(frozen=True, slots=True)
class Window:
    """The days that a page shows: from midnight of `first` on the clock of `zone`."""

    first: date
    length: str
    clock: str
    zone: str
    today: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return LENGTHS[self.length][1]

    @property
    def since(self) -> datetime:
        """Its first instant."""
        return _midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The first instant after it."""
        return _midnight(self.first + timedelta(days=self.days), self.zone)

    def here(self) -> dict[str, str]:
        """The address of this one."""
        return self._address(self.first, self.length, self.clock)

    def moved(self, steps: int) -> dict[str, str]:
        """The address of the same so many windows later, or earlier."""
        return self._address(self.first + timedelta(days=steps * self.days), self.length, self.clock)

    def at_today(self) -> dict[str, str]:
        """The address of the same from today on."""
        return self._address(self.today, self.length, self.clock)

    def stretched(self, length: str) -> dict[str, str]:
        """The address of a longer or shorter one that begins on the same day."""
        return self._address(self.first, length, self.clock)

    def told_by(self, clock: str) -> dict[str, str]:
        """The address of the same on another clock."""
        return self._address(self.first, self.length, clock)

    def _address(self, first: date, length: str, clock: str) -> dict[str, str]:
        asked = {"from": first.isoformat(), "show": length, "clock": clock}
        usual = {"from": self.today.isoformat(), "show": "fortnight", "clock": MINE}
        return {name: value for name, value in asked.items() if value != usual[name]}


def window(asked: Mapping[str, str], times: Times, zone: str) -> Window:
    """What an address asks for, of a schedule in `zone`; raises InvalidInputError for a day or a length that there is not."""
    length, clock = asked.get("show") or "fortnight", asked.get("clock") or MINE
    if length not in LENGTHS:
        raise InvalidInputError([FieldFault("show", f"{length!r} is not one of {', '.join(LENGTHS)}")])
    if clock not in {MINE, THEIRS}:
        raise InvalidInputError([FieldFault("clock", f"{clock!r} is not one of {MINE}, {THEIRS}")])
    told_in = times.zone if clock == MINE else zone
    today = wall_time(times.now, told_in).date()
    try:
        first = parse_date(asked["from"]) if asked.get("from") else today
    except ScheduleError as error:
        raise InvalidInputError([FieldFault("from", error.message)]) from error
    return Window(first, length, clock, told_in, today)


def _midnight(day: date, zone: str) -> datetime:
    return resolve(datetime.combine(day, time()), zone)
