"""On whose clock a command tells people the time: the machine's zone, or the one that they name."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import datetime

import rich_click as click

from oncall.cli import options
from oncall.clock import SystemClock
from schedules import ScheduleError, parse_instant, wall_time, zone_named

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


def machine_zone() -> str:
    """The zone of this machine's clock; UTC where the machine names none that is known."""
    from pendulum.tz import get_local_timezone  # noqa: PLC0415  costs more than a command that tells no times

    with warnings.catch_warnings(action="ignore"):  # of a machine that says nothing of its zone
        name = get_local_timezone().name
    try:
        return _known(name or "UTC")
    except ScheduleError:
        return "UTC"


def _known(name: str) -> str:
    zone_named(name)
    return name


ZONE = options.Read("zone", _known)
zone = click.option("--zone", type=ZONE, help="An IANA time zone for the times that are shown [this machine's].")


@dataclass(frozen=True, slots=True)
class Wall:
    """The clock on somebody's wall, as it stands `now`."""

    zone: str
    now: datetime

    @classmethod
    def of(cls, zone: str | None) -> Wall:
        """The clock of a zone, or where none is named of this machine's."""
        return cls(zone or machine_zone(), SystemClock().now())

    def said(self, at: datetime) -> str:
        """An instant for people, today's marked: `Wed 2026-03-18 09:07`, `Mon 2026-11-23 17:00 today`."""
        wall = wall_time(at, self.zone)
        mark = " today" if wall.date() == wall_time(self.now, self.zone).date() else ""
        return f"{wall:%a %Y-%m-%d %H:%M}{mark}"

    def retold(self, text: str) -> str:
        """A text with each instant in it, such as 2026-03-18T08:07:00Z, as this clock shows it."""
        return _INSTANT.sub(lambda found: self.said(parse_instant(found[0])), text)
