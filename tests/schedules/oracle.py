"""A slow and simple reading of the rules, instant by instant, with which the library is compared.

Nothing here is shared with the library but the values that it is given: every window and every turn that could matter is
looked at, one after another, and a zone is asked for by its table alone.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schedules import BusinessCalendar, DayWindow, Override, Rotation, Schedule, Window

_DAY = timedelta(days=1)


def instant_of(wall: datetime, zone: str) -> datetime:
    """Return the instant of a wall time: with the offset from before the change where it is missing, else the first."""
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def is_open(calendar: BusinessCalendar, at: datetime) -> bool:
    """Say whether any window of the days around covers `at`."""
    today = at.date()
    return any(_covered(calendar, today + number * _DAY, at) for number in range(-10, 4))


def _covered(calendar: BusinessCalendar, day: date, at: datetime) -> bool:
    windows: list[DayWindow | Window] = [window for window in calendar.windows if day.weekday() in window.days]
    if day in calendar.holidays.add:
        windows = []
    for special in calendar.special:
        if special.date == day:
            windows = [*special.windows]
    midnight = datetime.combine(day, time())
    return any(
        instant_of(midnight + timedelta(minutes=window.start), calendar.time_zone)
        <= at
        < instant_of(midnight + timedelta(minutes=window.end), calendar.time_zone)
        for window in windows
    )


def on_call(schedule: Schedule, at: datetime) -> frozenset[str]:
    """Return who is on call at `at`: the last layer that has somebody, then every override in turn."""
    users: frozenset[str] = frozenset()
    for layer in schedule.layers:
        silent = layer.when is not None and is_open(layer.when.calendar, at) is not (layer.when.state == "open")
        users = (frozenset() if silent else _turn(layer.rotation, at)) or users
    for override in schedule.overrides:
        users = _overridden(override, schedule.time_zone, at, users)
    return users


def _turn(rotation: Rotation, at: datetime) -> frozenset[str]:
    """Walk all turns from the start: a turn lasts until the first instant at which any later one begins."""
    end = None if rotation.end is None else instant_of(rotation.end, rotation.zone)
    begun: frozenset[str] = frozenset()
    if at < instant_of(rotation.start, rotation.zone) or (end is not None and at >= end):
        return begun
    number, wall = 0, rotation.start
    while wall <= at.replace(tzinfo=None) + 3 * _DAY:
        if instant_of(wall, rotation.zone) <= at:
            begun = rotation.users[number % len(rotation.users)]
        number += 1
        wall = _wall_start(rotation, number)
    return begun


def _wall_start(rotation: Rotation, number: int) -> datetime:
    amount = rotation.turn.amount * number
    if rotation.turn.unit != "months":
        return rotation.start + timedelta(**{rotation.turn.unit: amount})
    month = rotation.start.month - 1 + amount
    first = rotation.start.replace(year=rotation.start.year + month // 12, month=month % 12 + 1, day=1)
    next_month = (first + 31 * _DAY).replace(day=1)
    return min(first + (rotation.start.day - 1) * _DAY, datetime.combine(next_month - _DAY, first.time()))


def _overridden(override: Override, zone: str, at: datetime, users: frozenset[str]) -> frozenset[str]:
    if not instant_of(override.start, zone) <= at < instant_of(override.end, zone):
        return users
    if override.replaces is None:
        return override.users
    return (users - {override.replaces}) | override.users if override.replaces in users else users
