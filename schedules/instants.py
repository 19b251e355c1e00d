"""Instants, and the one rule by which a wall time becomes one.

An instant is an aware stdlib `datetime` in UTC. A wall time is a naive `datetime`; it means something only together
with the name of an IANA zone. Nothing here reads the clock.
"""

import re
from datetime import UTC, date, datetime, time, tzinfo
from functools import cache

from schedules.errors import ScheduleError, did_you_mean

FIRST_YEAR, LAST_YEAR = 1900, 2999
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WALL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  a wall time
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
# The parts of an instant as they are written, each with the sign that follows it.
_YEARS = {year: f"{year}-" for year in range(FIRST_YEAR, LAST_YEAR + 1)}
_MONTHS, _DAYS, _MINUTES, _SECONDS = (tuple(f"{number:02}{sign}" for number in range(60)) for sign in "-T:Z")
_NOT_PLACES = {"Factory", "localtime", "posixrules"}


@cache
def zone_named(name: str) -> tzinfo:
    """Return the rules of the IANA zone `name`; refuse an unknown one with `ScheduleError` at `time_zone`."""
    import pendulum  # noqa: PLC0415  costs more than the rest of this package; only who resolves a time pays

    if name in _NOT_PLACES or name.startswith(("posix/", "right/")):
        raise _unknown_zone(name)
    try:
        return pendulum.timezone(name)
    except (ValueError, OSError) as error:
        raise _unknown_zone(name) from error


def _unknown_zone(name: str) -> ScheduleError:
    from zoneinfo import available_timezones  # noqa: PLC0415  reads every zone's file: for the message only

    hint = did_you_mean(name, available_timezones() - _NOT_PLACES)
    return ScheduleError("time_zone", f"'{name}' is not an IANA time zone{hint}")


def resolve(wall: datetime, zone: str) -> datetime:
    """Return the instant of a wall time in a zone, by the one rule (docs/semantics.md 1.2).

    A wall time that does not exist takes the offset from before the change; one that exists twice means the first:
    in Denver 2026-03-08T02:30 is 09:30Z (03:30 on the wall) and 2026-11-01T01:30 is 07:30Z.
    """
    return resolved(wall.replace(fold=0) if wall.fold else wall, zone_named(zone))


def resolved(wall: datetime, rules: tzinfo) -> datetime:
    """Do what `resolve` does, with the zone's rules at hand and a wall time whose `fold` is 0."""
    # fold=0 is the offset from before the change in a gap and in a fold alike (PEP 495). pendulum's own conversion
    # moves a missing time back with fold=0 and takes the second of a repeated one with fold=1.
    offset = rules.utcoffset(wall)
    assert offset is not None  # noqa: S101  zones from the IANA database always have an offset
    # Not by `replace(tzinfo=UTC)`, which takes longer than all the rest.
    return _EPOCH + (wall - _WALL_EPOCH - offset)


def wall_time(instant: datetime, zone: str) -> datetime:
    """Return what the clock on the wall in `zone` shows at `instant`, naive."""
    return shown(instant, zone_named(zone))


def shown(instant: datetime, rules: tzinfo) -> datetime:
    """Do what `wall_time` does, with the zone's rules at hand."""
    offset = instant.astimezone(rules).utcoffset()
    assert offset is not None  # noqa: S101  as in `resolved`
    return _WALL_EPOCH + (instant - _EPOCH + offset)


def as_utc(instant: datetime) -> datetime:
    """Return the instant in UTC; refuse a naive one, which is no instant, with `ScheduleError`."""
    if instant.tzinfo is UTC:
        return instant
    if instant.tzinfo is None:
        raise ScheduleError("", f"'{instant.isoformat()}' is no instant: give it an offset, or Z for UTC")
    return instant.astimezone(UTC)


def parse_instant(text: str) -> datetime:
    """Read an instant, ISO 8601 with an offset or `Z`; refuse a time without one."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        message = f"'{text}' is not an instant: write one like 2026-03-18T08:07:00Z or 2026-03-18T02:07:00-06:00"
        raise ScheduleError("", message) from None
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        require_year(instant, "")
    return instant if instant.tzinfo is UTC else as_utc(instant)


def format_instant(instant: datetime) -> str:
    """Write an instant in UTC with `Z`, to the second (`2026-03-18T08:07:00Z`); a fraction only where there is one."""
    at = instant if instant.tzinfo is UTC else as_utc(instant)
    year = _YEARS.get(at.year)
    if at.microsecond or year is None:
        return at.isoformat()[: -len("+00:00")] + "Z"
    # By hand, as logs are full of them: isoformat() takes four times as long.
    return f"{year}{_MONTHS[at.month]}{_DAYS[at.day]}{_MINUTES[at.hour]}{_MINUTES[at.minute]}{_SECONDS[at.second]}"


def parse_wall(text: str) -> datetime:
    """Read a wall time such as `2026-01-05T09:00`; refuse one that has an offset."""
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        raise ScheduleError("", f"'{text}' is not a date and time: write one like 2026-01-05T09:00") from None
    return require_wall(wall, "")


def parse_date(text: str) -> date:
    """Read a date such as `2026-11-27`."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ScheduleError("", f"'{text}' is not a date: write one like 2026-11-27") from None
    require_year(day, "")
    return day


def parse_time(text: str) -> time:
    """Read a time of the day such as `08:00`."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ScheduleError("", f"'{text}' is not a time of the day: write one like 08:00")
    return time(int(match[1]), int(match[2]))


def require_wall(wall: datetime, field: str) -> datetime:
    """Return `wall` where it is naive and of a year that the package reckons with; refuse it at `field` otherwise."""
    if wall.tzinfo is not None:
        raise ScheduleError(
            field, f"'{wall.isoformat()}' has an offset: a wall time has none, its zone is the schedule's"
        )
    if not FIRST_YEAR <= wall.year <= LAST_YEAR:
        require_year(wall, field)
    return wall.replace(fold=0) if wall.fold else wall


def require_year(day: date, field: str) -> None:
    """Refuse, at `field`, a year outside of 1900 to 2999."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ScheduleError(field, f"the year of '{day.isoformat()}' lies outside of {FIRST_YEAR} to {LAST_YEAR}")
