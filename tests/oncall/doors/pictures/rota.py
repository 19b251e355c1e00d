"""A rota with two layers and an override, and a look at it."""

from datetime import UTC, datetime, timedelta

from oncall.domain.absence import Absence
from oncall.doors.pictures.timeline import Timeline, View, timeline
from schedules import Layer, Override, Rotation, Schedule, Span, When, Window, entries, parse_turn, parse_wall, resolve

DENVER = "America/Denver"
NAMES = {"ana": "Ana Ruiz", "bo": "Bo Lindqvist", "cy": "Cy Okafor", "dee": "Dee Marchetti"}


def layer(name: str, *users: str | tuple[str, ...], when: When | None = None, zone: str = DENVER) -> Layer:
    """A layer of turns of a day from Monday 2026-03-02 at 09:00."""
    start = parse_wall("2026-03-02T09:00")
    return Layer(name, Rotation(start, zone, parse_turn("1 day"), entries(users)), when)


def denver(text: str) -> datetime:
    """The instant of a wall time in Denver."""
    return resolve(datetime.fromisoformat(text), DENVER)


WEEKDAYS = When.weekly(DENVER, [Window.weekly("mon 09:00", "sat 09:00")])
SCHEDULE = Schedule(
    DENVER,
    (
        layer("base", "ana", "bo", when=WEEKDAYS),
        layer("pair", ("cy", "dee"), when=When.weekly(DENVER, [Window.weekly("wed 09:00", "thu 09:00")])),
    ),
    (Override(parse_wall("2026-03-03T12:00"), parse_wall("2026-03-03T18:00"), frozenset({"dee"}), "bo"),),
)
AWAY = Absence("ana", Span(datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC)))


def look(
    since: str = "2026-03-02T00:00",
    days: int = 14,
    *,
    schedule: Schedule = SCHEDULE,
    now: str = "2026-03-04T08:00",
    away: tuple[Absence, ...] = (AWAY,),
    **more: object,
) -> Timeline:
    """The timeline of so many days in Denver; keywords as for a view."""
    start = datetime.fromisoformat(since)
    view = View(denver(since), resolve(start + timedelta(days=days), DENVER), DENVER, denver(now), NAMES, **more)  # type: ignore[arg-type]  # as the test says
    return timeline(schedule, schedule.final(view.since, view.until), view, away)
