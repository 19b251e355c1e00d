"""A layer that is never silent, over the clock changes of this year in every zone that there is."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from schedules import Rotation, Turn, entries
from tests.schedules.slow_clock import EVERY_ZONE, clock_changes, instant_of

HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)


def test_hourly_turns_tile_the_day_of_each_clock_change_and_begin_at_handoffs_on_the_wall() -> None:
    for zone, change in [(name, change) for name in EVERY_ZONE for change in clock_changes(name, 2026)]:
        since, until = change - 12 * HOUR, change + 12 * HOUR
        start = since.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - HOUR / 2
        hourly = Rotation(start, zone, Turn(1, "hours"), entries("abcdefg"))

        duties = hourly.duties(since, until)

        assert (duties[0].start, duties[-1].end) == (since, until), zone
        assert all(before.end == after.start for before, after in pairwise(duties)), zone
        handoffs = {instant_of(start + number * HOUR, zone) for number in range(28)}
        assert {duty.start for duty in duties[1:]} == {at for at in handoffs if since < at < until}, zone
        for at in (since + number * QUARTER for number in range(96)):
            assert [hourly.on_call_at(at)] == [duty.users for duty in duties if duty.start <= at < duty.end], (zone, at)


def test_there_are_zones_whose_clocks_change() -> None:
    changing = [zone for zone in EVERY_ZONE if clock_changes(zone, 2026)]

    assert len(changing) > 150
    assert clock_changes("Europe/Berlin", 2026) == (
        datetime.fromisoformat("2026-03-29T01:00Z"),
        datetime.fromisoformat("2026-10-25T01:00Z"),
    )
