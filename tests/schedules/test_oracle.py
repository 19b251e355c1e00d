"""The library against a slow reading of the rules that shares no code with it, at every minute that could matter."""

import random
from bisect import bisect_left, bisect_right
from datetime import datetime, time, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from schedules import Final, Span
from tests.examples import examples
from tests.schedules.documents import calendar_from, schedule_from
from tests.schedules.drawn_shapes import Shape, Situation, openings, situations
from tests.schedules.oracle import Reading
from tests.schedules.slow_calendar import Opening
from tests.schedules.slow_clock import clock_changes
from tests.schedules.walls import utc

MINUTE, MOMENT = timedelta(minutes=1), timedelta(microseconds=1)
MINUTES_AROUND = 180
EDGES_ENOUGH = 16
AT_RANDOM = 40
CLOCKS = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))


def turns(zone: str, start: str, turn: str, since: str, until: str) -> Situation:
    layer = {"name": "turns", "start": start, "turn": turn, "users": ["a", "b", "c"]}
    return Situation({"time_zone": zone, "layers": [layer]}, {}, utc(since), utc(until))


# Where clocks skip a day or two hours, turns that do not go into it are out of order; and months are too short for the 31st.
@example(turns("Pacific/Kwajalein", "1993-08-20T23:59", "5 hours", "1993-08-21T00:00Z", "1993-08-23T12:00Z"))
@example(turns("Pacific/Kwajalein", "1993-08-20T23:59", "7 hours", "1993-08-21T00:00Z", "1993-08-23T12:00Z"))
@example(turns("Antarctica/Troll", "2026-03-28T00:30", "3 hours", "2026-03-28T12:00Z", "2026-03-31T00:00Z"))
@example(turns("Asia/Beirut", "2025-12-31T00:00", "1 month", "2026-01-01T00:00Z", "2026-07-01T00:00Z"))
@examples(500)
@given(situations())
def test_on_call_and_shifts_are_what_a_slow_reading_says(drawn: Situation) -> None:
    schedule = schedule_from(drawn.schedule, drawn.calendars)
    final = schedule.final(drawn.since, drawn.until)
    oracle = Reading(drawn.schedule, drawn.calendars, drawn.until)
    starts, users = on_shift(final)

    for at in instants(drawn, final):
        expected = oracle.on_call(at)
        assert (at, schedule.on_call_at(at)) == (at, expected)
        assert (at, users[bisect_right(starts, at) - 1]) == (at, expected)


@given(openings(), st.integers(1, 60))
def test_calendar_is_open_when_a_slow_reading_says(drawn: tuple[Shape, datetime], hours: int) -> None:
    shape, since = drawn
    calendar, oracle = calendar_from(shape), Opening(shape)
    minutes = [since + minute * MINUTE for minute in range(hours * 60)]

    is_open = [oracle.is_open(at) for at in minutes]

    assert [calendar.is_open(at) for at in minutes] == is_open
    assert calendar.open_time(since, since + timedelta(hours=hours)) == sum(is_open) * MINUTE
    assert calendar.next_open(since) == oracle.next_open(since)


@examples(200)
@given(openings(), st.integers(1, 40))
def test_calendar_is_open_for_weeks_when_a_slow_reading_says(drawn: tuple[Shape, datetime], days: int) -> None:
    shape, since = drawn
    calendar, oracle = calendar_from(shape), Opening(shape)
    quarters = [since + quarter * 15 * MINUTE for quarter in range(days * 24 * 4)]
    spans = calendar.open_spans(since, since + timedelta(days=days))

    is_open = [oracle.is_open(at) for at in quarters]

    assert [calendar.is_open(at) for at in quarters] == is_open
    starts = [span.start for span in spans]
    assert [any(at < span.end for span in spans[: bisect_right(starts, at)][-1:]) for at in quarters] == is_open


@given(openings(), st.integers(1, 600), st.integers(1, 6), CLOCKS)
def test_deadlines_and_releases_are_when_a_slow_reading_says(
    drawn: tuple[Shape, datetime], minutes: int, days: int, clock: time
) -> None:
    shape, at = drawn
    calendar, oracle = calendar_from(shape), Opening(shape)

    assert calendar.add_open_time(at, minutes * MINUTE) == oracle.after_open_minutes(at, minutes)
    assert calendar.add_working_days(at, days) == oracle.after_working_days(at, days)
    assert calendar.release(at, clock) == oracle.release(at, clock)


def on_shift(final: Final) -> tuple[list[datetime], list[frozenset[str]]]:
    """Return when something changes, and who has a shift from then on."""
    spans = [*(Span(shift.start, shift.end) for shift in final.shifts), *final.gaps]
    starts = sorted({edge for span in spans for edge in span})
    users = [frozenset[str]() for _ in starts]
    for shift in final.shifts:
        for number in range(bisect_left(starts, shift.start), bisect_left(starts, shift.end)):
            users[number] |= {shift.user}
    return starts, users


def instants(drawn: Situation, final: Final) -> list[datetime]:
    """Return some instants of the window at random, then every minute near the edges of shifts and the clock changes.

    Of a window of months some of the edges are enough.
    """
    since, until = drawn.since, drawn.until
    chance = random.Random(f"{since} {until}")
    years = range(since.year, until.year + 1)
    changes = {change for year in years for change in clock_changes(drawn.schedule["time_zone"], year)}
    edges = sorted({edge for edge in (*on_shift(final)[0], *changes) if since <= edge <= until})
    if until - since > timedelta(days=3):
        edges = chance.sample(edges, min(len(edges), EDGES_ENOUGH))
    near = {edge + minute * MINUTE for edge in edges for minute in range(-MINUTES_AROUND, MINUTES_AROUND + 1)}
    near |= {edge - MOMENT for edge in edges}
    return [
        *(since + (until - since) * chance.random() for _ in range(AT_RANDOM)),
        *sorted(at for at in near if since <= at < until),
    ]
