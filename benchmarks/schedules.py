"""How fast the library of schedules answers: who is on call, and the shifts of a month."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter

from schedules import BusinessCalendar, Layer, Override, Rotation, Schedule, Turn, When, Window, entries

_ZONE = "America/Denver"
_USERS = ("ana", "bo", "cy", "dee", "eli", "fay", "gus")
_DAYS = ("mon", "tue", "wed", "thu", "fri")
_SECONDS_EACH = 1.0


def measure() -> list[tuple[str, str]]:
    """Return what was measured and the figure with its unit; takes about four seconds."""
    schedule = a_schedule()
    chance = random.Random(1)  # noqa: S311  the same instants each time
    year = datetime(2026, 1, 5, tzinfo=UTC)
    instants = [year + timedelta(minutes=chance.randrange(365 * 24 * 60)) for _ in range(1000)]
    months = [year + timedelta(days=chance.randrange(335)) for _ in range(100)]
    months_apart = timedelta(days=30)
    rows = [
        ("on_call_at, 10 layers, 50 overrides", _figure(schedule.on_call_at, instants)),
        (
            "shifts of 30 days, 10 layers, 50 overrides",
            _figure(lambda at: schedule.shifts(at, at + months_apart), months),
        ),
    ]
    calendar = an_office()
    eight_hours = timedelta(hours=8)
    rows.append(("is_open", _figure(calendar.is_open, instants)))
    rows.append(("add_open_time, 8 hours", _figure(lambda at: calendar.add_open_time(at, eight_hours), instants)))
    return rows


def a_schedule() -> Schedule:
    """Return a schedule of ten layers, most of them limited to windows or a calendar, and fifty overrides."""
    office = an_office()
    first = datetime(2016, 1, 4, 9)  # noqa: DTZ001  a wall time
    users = entries(_USERS)
    turns = (Turn(1, "weeks"), Turn(12, "hours"), Turn(1, "days"))
    limits = (None, When(office, "closed"), When(office), When.weekly(_ZONE, [Window.weekly("sat 00:00", "mon 00:00")]))
    layers = [
        Layer(
            f"layer {number}", Rotation(first, _ZONE, turns[number % 3], users), limits[number % 4 if number < 9 else 3]
        )
        for number in range(10)
    ]
    day = datetime(2026, 1, 5, 18)  # noqa: DTZ001  a wall time
    overrides = [
        Override(day + timedelta(weeks=week), day + timedelta(weeks=week, days=2), users[week % 7], _USERS[week % 3])
        for week in range(50)
    ]
    return Schedule(_ZONE, tuple(layers), tuple(overrides))


def an_office() -> BusinessCalendar:
    """Return a calendar that is open from 09:00 to 17:00 on weekdays."""
    return BusinessCalendar(_ZONE, (Window.daily(_DAYS, "09:00", "17:00"),))


def _figure(ask: Callable[[datetime], object], instants: list[datetime]) -> str:
    asked, began = 0, perf_counter()
    while (took := perf_counter() - began) < _SECONDS_EACH:
        for instant in instants:
            ask(instant)
        asked += len(instants)
    return f"{took / asked * 1e6:,.1f} µs, {asked / took:,.0f} a second"
