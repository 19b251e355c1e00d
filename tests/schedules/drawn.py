"""What Hypothesis draws, as the library's own values: calendars and schedules of all kinds, close to a clock change."""

from datetime import datetime, timedelta

from hypothesis import strategies as st

from schedules import BusinessCalendar, Override, Schedule, Turn
from tests.schedules.documents import calendar_from, schedule_from
from tests.schedules.drawn_shapes import instant_near, openings, places, situations, wall_near

QUARTER = timedelta(minutes=15)
USERS = st.frozensets(st.sampled_from("abcd"), min_size=1, max_size=2)
TURNS = st.one_of(
    st.builds(Turn, st.integers(1, 30), st.just("hours")),
    st.builds(Turn, st.integers(1, 3), st.sampled_from(["days", "weeks", "months"])),
)


@st.composite
def zones_and_instants(draw: st.DrawFn) -> tuple[str, datetime]:
    """Draw a zone and an instant within two days of one of its clock changes."""
    place = draw(places())
    return place.zone, instant_near(draw, place)


@st.composite
def zones_and_walls(draw: st.DrawFn) -> tuple[str, datetime]:
    """Draw a zone and a wall time within two days of one of its clock changes, existing or not."""
    place = draw(places())
    return place.zone, wall_near(draw, place)


@st.composite
def calendars_and_instants(draw: st.DrawFn) -> tuple[BusinessCalendar, datetime]:
    """Draw a calendar and an instant, both near one clock change of its zone."""
    shape, instant = draw(openings())
    return calendar_from(shape), instant


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Schedule, datetime]:
    """Draw a schedule and an instant, both near one clock change of its zone."""
    drawn = draw(situations())
    return schedule_from(drawn.schedule, drawn.calendars), drawn.since


@st.composite
def overrides(draw: st.DrawFn, wall: datetime) -> Override:
    """Draw an override that begins within two days of a wall time."""
    start = wall + draw(st.integers(-200, 200)) * QUARTER
    return Override(
        start, start + draw(st.integers(1, 200)) * QUARTER, draw(USERS), draw(st.none() | st.sampled_from("abcd"))
    )
