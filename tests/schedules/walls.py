"""Short words for the tests: instants from what a clock on a wall shows."""

from datetime import UTC, datetime

from schedules import parse_wall, resolve

NEW_YORK = "America/New_York"
CHICAGO = "America/Chicago"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def at(wall: str, zone: str) -> datetime:
    """Return the instant of `2026-03-06T16:00` in a zone."""
    return resolve(parse_wall(wall), zone)


def utc(text: str) -> datetime:
    """Return the instant of an ISO text with an offset."""
    return datetime.fromisoformat(text).astimezone(UTC)
