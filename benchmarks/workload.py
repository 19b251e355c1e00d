"""The schedules that are measured: up to ten layers of 8 people in New York, and fifty overrides of four hours."""

from datetime import UTC, datetime, timedelta
from typing import Any

ZONE = "America/New_York"
BEGIN = datetime(2026, 1, 5, 14, tzinfo=UTC)
NOW = datetime(2026, 3, 18, 8, 7, tzinfo=UTC)
LAST_WEEK = datetime(2026, 3, 9, 9)  # noqa: DTZ001  a wall time, as those below
TEN_YEARS_AGO = datetime(2016, 1, 4, 9)  # noqa: DTZ001
PEOPLE = ("ana", "bo", "cy", "dee", "eli", "fay", "gus", "hal")

_OVERRIDDEN_FROM = datetime(2026, 1, 5, 10)  # noqa: DTZ001
_EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def schedule(layers: int, begun: datetime, overrides: int = 50) -> dict[str, Any]:
    """Return a schedule in the document's shape, whose rotations began on that Monday at 09:00.

    Weekly turns around the clock, 12 hours daily from 19:00, and office hours from Monday to Friday take turns as kinds of its
    layers. Those around the clock lie at the bottom: further up they would hide all that is below, and nothing of it had to
    be worked out.
    """
    kinds = sorted(number % 3 for number in range(layers))
    weeks = [
        (week, _OVERRIDDEN_FROM + timedelta(weeks=week, days=week % 7, hours=week % 5 * 3)) for week in range(overrides)
    ]
    return {
        "time_zone": ZONE,
        "layers": [_layer(kind, number, begun) for number, kind in enumerate(kinds)],
        "overrides": [
            {"start": _text(start), "end": _text(start + timedelta(hours=4)), "users": [PEOPLE[week % 8]]}
            for week, start in weeks
        ],
    }


def _layer(kind: int, number: int, begun: datetime) -> dict[str, Any]:
    users = [*PEOPLE[number % 8 :], *PEOPLE[: number % 8]]
    layer: dict[str, Any] = {"name": f"layer {number}", "users": users, "start": _text(begun), "turn": "1 week"}
    if kind == 1:
        nights = {"days": list(_EVERY_DAY), "from": "19:00", "to": "07:00"}
        return {**layer, "turn": "1 day", "when": {"windows": [nights]}}
    if kind == 2:
        office = {"days": list(_EVERY_DAY[:5]), "from": "09:00", "to": "17:00"}
        return {**layer, "when": {"windows": [office]}}
    return layer


def _text(wall: datetime) -> str:
    return wall.isoformat(timespec="minutes")
