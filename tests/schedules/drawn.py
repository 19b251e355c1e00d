"""What Hypothesis draws: calendars and schedules of all kinds, close to a clock change of their zone."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from schedules import (
    BusinessCalendar,
    DayWindow,
    Holidays,
    Layer,
    Override,
    Rotation,
    Schedule,
    SpecialDate,
    Turn,
    When,
    Window,
    wall_time,
)
from tests.schedules.walls import CHANGING_ZONES, clock_changes

MINUTES_AROUND = st.one_of(st.integers(-3 * 60, 3 * 60), st.integers(-48 * 60, 48 * 60))


@st.composite
def zones_and_instants(draw: st.DrawFn) -> tuple[str, datetime]:
    """Draw a zone and an instant within two days of one of its clock changes."""
    zone, change = _zone_and_change(draw)
    return zone, change + timedelta(minutes=draw(MINUTES_AROUND))


@st.composite
def zones_and_walls(draw: st.DrawFn) -> tuple[str, datetime]:
    """Draw a zone and a wall time within two days of one of its clock changes, existing or not."""
    zone, change = _zone_and_change(draw)
    minute = timedelta(minutes=1)
    return zone, wall_time(change - minute, zone) + minute * (1 + draw(MINUTES_AROUND))


def _zone_and_change(draw: st.DrawFn) -> tuple[str, datetime]:
    zone, year = draw(st.sampled_from(CHANGING_ZONES))
    return zone, draw(st.sampled_from(clock_changes(zone, year) or (datetime(year, 7, 1, tzinfo=UTC),)))


QUARTER = timedelta(minutes=15)
STARTS = st.integers(0, 95).map(lambda quarters: quarters * 15)
LENGTHS = st.integers(1, 96).map(lambda quarters: quarters * 15)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start = draw(STARTS)
    return Window(draw(st.frozensets(st.integers(0, 6), min_size=1)), start, start + draw(LENGTHS))


@st.composite
def day_windows(draw: st.DrawFn) -> DayWindow:
    start = draw(STARTS)
    return DayWindow(start, start + draw(LENGTHS))


@st.composite
def calendars(draw: st.DrawFn, zone: str, day: date) -> BusinessCalendar:
    """Draw a calendar with holidays and special dates within some days of `day`."""
    near = st.integers(-4, 8).map(lambda days: day + timedelta(days=days))
    special = draw(st.dictionaries(near, st.lists(day_windows(), max_size=2).map(tuple), max_size=2))
    return BusinessCalendar(
        time_zone=zone,
        windows=tuple(draw(st.lists(windows(), min_size=1, max_size=3))),
        holidays=Holidays(add=draw(st.frozensets(near, max_size=2))),
        special=tuple(SpecialDate(day, windows) for day, windows in special.items()),
    )


@st.composite
def calendars_and_instants(draw: st.DrawFn) -> tuple[BusinessCalendar, datetime]:
    zone, instant = draw(zones_and_instants())
    return draw(calendars(zone, wall_time(instant, zone).date())), instant


USERS = st.frozensets(st.sampled_from("abcd"), min_size=1, max_size=2)
TURNS = st.one_of(
    st.builds(Turn, st.integers(1, 30), st.just("hours")),
    st.builds(Turn, st.integers(1, 3), st.sampled_from(["days", "weeks", "months"])),
)


@st.composite
def layers(draw: st.DrawFn, zone: str, wall: datetime) -> Layer:
    start = wall - draw(st.integers(-200, 2000)) * QUARTER
    end = draw(st.none() | st.integers(1, 3000).map(lambda quarters: start + quarters * QUARTER))
    users = tuple(draw(st.lists(USERS, min_size=1, max_size=3)))
    limits = st.one_of(
        st.none(),
        st.builds(When, calendars(zone, wall.date()), st.sampled_from(["open", "closed"])),
        st.lists(windows(), min_size=1, max_size=2).map(lambda some: When.weekly(zone, some)),
    )
    return Layer("layer", Rotation(start, zone, draw(TURNS), users, end), draw(limits))


@st.composite
def overrides(draw: st.DrawFn, wall: datetime) -> Override:
    start = wall + draw(st.integers(-200, 200)) * QUARTER
    return Override(
        start, start + draw(st.integers(1, 200)) * QUARTER, draw(USERS), draw(st.none() | st.sampled_from("abcd"))
    )


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Schedule, datetime]:
    """Draw a schedule and an instant, both near one clock change of its zone."""
    zone, instant = draw(zones_and_instants())
    wall = wall_time(instant, zone)
    some_layers = draw(st.lists(layers(zone, wall), max_size=3))
    some_overrides = draw(st.lists(overrides(wall), max_size=4))
    return Schedule(zone, tuple(some_layers), tuple(some_overrides)), instant
