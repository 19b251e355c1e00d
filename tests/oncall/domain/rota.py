"""Four people who take turns by the day from Monday, 2 March 2026 on, at midnight in UTC, and what they ask of each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from oncall.domain.directory import ContactMethod, Directory, Role, User
from oncall.domain.swap_asking import Request, new_swap
from schedules import Layer, Override, Rotation, Schedule, Span, entries, parse_turn, parse_wall, wall_time

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""Sunday at noon, the day before the first turn."""


def at(day: int, hour: int = 0) -> datetime:
    """An instant in March 2026; ana has the 2nd, bo the 3rd, cy the 4th, dee the 5th, and so on."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def day(number: int) -> Span:
    """A whole day of that month."""
    return Span(at(number), at(number + 1))


def schedule(*users: str, overrides: tuple[Override, ...] = ()) -> Schedule:
    """Days in turn."""
    rotation = Rotation(parse_wall("2026-03-02T00:00"), "UTC", parse_turn("1 day"), entries(users))
    return Schedule("UTC", (Layer("days", rotation),), overrides)


def override(span: Span, taker: str, giver: str | None) -> Override:
    """Somebody else for a while."""
    return Override(wall_time(span.start, "UTC"), wall_time(span.end, "UTC"), frozenset({taker}), giver)


def person(id_: str, role: Role = Role.RESPONDER) -> User:
    """Somebody with a phone."""
    return User(id_, id_.title(), role=role, contact_methods=(ContactMethod("mobile", "sms", f"+1500{id_}"),))


PEOPLE = {id_: person(id_) for id_ in ("ana", "bo", "cy", "dee", "eli")} | {
    "mia": person("mia", Role.MANAGER),
    "vic": person("vic", Role.VIEWER),
}
ENGINEERS = schedule("ana", "bo", "cy", "dee")
DIRECTORY = Directory(users=PEOPLE, schedules={"engineers": ENGINEERS})
SWAP_OF_DAYS = Request("engineers", "ana", "bo", give=day(2), take=day(3))
COVER = Request("engineers", "ana", None, give=day(2))
SWAPPED = (override(day(2), "bo", "ana"), override(day(3), "ana", "bo"))
"""What the swap of days comes to."""


def after(changed: Schedule) -> Directory:
    """The same company with another schedule."""
    return replace(DIRECTORY, schedules={"engineers": changed})


SWAP = replace(new_swap(SWAP_OF_DAYS, DIRECTORY, NOW), id=1)
OPEN_TO_ALL = replace(new_swap(COVER, DIRECTORY, NOW), id=2)
