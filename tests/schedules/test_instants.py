"""The one rule by which a wall time becomes an instant, and instants as text."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules import (
    ScheduleError,
    as_utc,
    format_instant,
    parse_date,
    parse_instant,
    parse_time,
    parse_wall,
    resolve,
    wall_time,
    zone_named,
)
from tests.schedules.drawn import zones_and_instants, zones_and_walls

EVERY_ZONE = st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"}))
ANY_TIME = st.datetimes(datetime(1995, 1, 1), datetime(2045, 1, 1)).map(lambda wall: wall.replace(microsecond=0))
ZONES_AND_WALLS = st.one_of(zones_and_walls(), st.tuples(EVERY_ZONE, ANY_TIME))


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("America/Denver", "2026-03-08T02:30", "2026-03-08T03:30-06:00"),
        ("America/Denver", "2026-11-01T01:30", "2026-11-01T01:30-06:00"),
        ("America/Chicago", "2026-03-07T02:30", "2026-03-07T02:30-06:00"),
        ("America/Chicago", "2026-03-08T02:30", "2026-03-08T03:30-05:00"),
        ("America/Chicago", "2026-03-09T02:30", "2026-03-09T02:30-05:00"),
        ("America/Chicago", "2026-10-31T01:30", "2026-10-31T01:30-05:00"),
        ("America/Chicago", "2026-11-01T01:30", "2026-11-01T01:30-05:00"),
        ("America/Chicago", "2026-11-02T01:30", "2026-11-02T01:30-06:00"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T03:30+02:00"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T02:30+02:00"),
        ("Australia/Lord_Howe", "2026-10-03T02:15", "2026-10-03T02:15+10:30"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:45+11:00"),
        ("Australia/Lord_Howe", "2026-10-05T02:15", "2026-10-05T02:15+11:00"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-05T01:45+11:00"),
        ("Australia/Lord_Howe", "2026-04-06T01:45", "2026-04-06T01:45+10:30"),
        ("Africa/Cairo", "2026-04-24T00:00", "2026-04-24T01:00+03:00"),
        ("Asia/Beirut", "2026-03-29T00:00", "2026-03-29T01:00+03:00"),
        ("America/Havana", "2026-03-08T00:30", "2026-03-08T01:30-04:00"),
        ("America/Santiago", "2026-09-06T00:30", "2026-09-06T01:30-03:00"),
        ("America/Havana", "2026-11-01T00:30", "2026-11-01T00:30-04:00"),
        ("America/Santiago", "2026-04-04T23:30", "2026-04-04T23:30-03:00"),
        ("Antarctica/Troll", "2026-03-29T01:30", "2026-03-29T03:30+02:00"),
        ("America/Nuuk", "2026-03-28T23:30", "2026-03-29T00:30-01:00"),
        ("Pacific/Chatham", "2026-09-27T02:45", "2026-09-27T03:45+13:45"),
        ("Pacific/Apia", "2011-12-29T09:00", "2011-12-29T09:00-10:00"),
        ("Pacific/Apia", "2011-12-30T09:00", "2011-12-31T09:00+14:00"),
        ("Pacific/Apia", "2011-12-31T09:00", "2011-12-31T09:00+14:00"),
    ],
)
def test_wall_time_becomes_instant(zone: str, wall: str, instant: str) -> None:
    assert resolve(parse_wall(wall), zone) == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("America/Mexico_City", "2026-04-05T02:30", "2026-04-05T02:30-06:00"),
        ("America/Asuncion", "2026-07-01T12:00", "2026-07-01T12:00-03:00"),
        ("Asia/Almaty", "2026-07-01T12:00", "2026-07-01T12:00+05:00"),
    ],
)
def test_zone_tables_know_what_was_decided_since_2022(zone: str, wall: str, instant: str) -> None:
    assert resolve(parse_wall(wall), zone) == datetime.fromisoformat(instant)


def test_resolved_instant_is_a_plain_datetime_in_utc() -> None:
    instant = resolve(datetime(2026, 7, 1, 9), "America/Denver")

    assert type(instant) is datetime
    assert instant.tzinfo is UTC


def test_fold_of_the_wall_time_is_not_looked_at() -> None:
    assert resolve(datetime(2026, 11, 1, 1, 30, fold=1), "America/Denver") == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)


@given(ZONES_AND_WALLS)
def test_resolve_follows_the_rule_in_every_zone(drawn: tuple[str, datetime]) -> None:
    zone, wall = drawn
    rules = ZoneInfo(zone)
    around = [(wall + timedelta(hours=hours)).replace(tzinfo=UTC) for hours in range(-48, 49, 12)]
    offsets = [rules.utcoffset(instant.astimezone(rules)) for instant in around]
    candidates = [(wall - offset).replace(tzinfo=UTC) for offset in offsets if offset is not None]
    exist = [instant for instant in candidates if instant.astimezone(rules).replace(tzinfo=None) == wall]

    instant = resolve(wall, zone)

    if exist:
        assert instant == min(exist)
    else:
        before = rules.utcoffset(wall.replace(tzinfo=rules))
        after = rules.utcoffset(wall.replace(tzinfo=rules, fold=1))
        assert before is not None
        assert after is not None
        assert wall_time(instant, zone) == wall + (after - before)
        assert after > before


@given(ZONES_AND_WALLS)
def test_resolve_agrees_with_pendulum_where_its_fold_is_chosen_well(drawn: tuple[str, datetime]) -> None:
    zone, wall = drawn
    try:
        pendulum.timezone(zone).convert(wall, raise_on_unknown_times=True)
        assert wall_time(resolve(wall, zone), zone) == wall
    except pendulum.tz.exceptions.NonExistingTime:
        assert resolve(wall, zone) == pendulum.timezone(zone).convert(wall.replace(fold=1))
        assert wall_time(resolve(wall, zone), zone) > wall
    except pendulum.tz.exceptions.AmbiguousTime:
        assert resolve(wall, zone) == pendulum.timezone(zone).convert(wall.replace(fold=0)).astimezone(UTC)


@given(zones_and_instants())
def test_wall_time_comes_back_as_the_first_of_its_kind(drawn: tuple[str, datetime]) -> None:
    zone, instant = drawn
    back = resolve(wall_time(instant, zone), zone)

    assert back <= instant
    assert wall_time(back, zone) == wall_time(instant, zone)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Europe/Berlim", "Europe/Berlin"),
        ("america/denver", "America/Denver"),
        ("Europe", ""),
        ("../etc/passwd", ""),
        ("/etc/localtime", ""),
        ("", ""),
        ("US\0", ""),
        ("posix/Europe/Berlin", "Europe/Berlin"),
        ("right/Europe/Berlin", "Europe/Berlin"),
        ("localtime", ""),
        ("Factory", ""),
    ],
)
def test_unknown_zone_is_refused_with_the_nearest_name(name: str, hint: str) -> None:
    with pytest.raises(ScheduleError, match="is not an IANA time zone") as refused:
        zone_named(name)

    assert refused.value.field == "time_zone"
    assert hint in refused.value.message


def test_two_names_of_utc_are_the_same() -> None:
    wall = datetime(2026, 7, 1, 9)

    assert resolve(wall, "Etc/UTC") == resolve(wall, "UTC")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-18T08:07:00Z", datetime(2026, 3, 18, 8, 7, tzinfo=UTC)),
        ("2026-03-18T02:07:00-06:00", datetime(2026, 3, 18, 8, 7, tzinfo=UTC)),
        ("2026-03-18T08:07:00.250Z", datetime(2026, 3, 18, 8, 7, 0, 250_000, tzinfo=UTC)),
        ("2026-03-18 08:07Z", datetime(2026, 3, 18, 8, 7, tzinfo=UTC)),
    ],
)
def test_instant_is_read(text: str, instant: datetime) -> None:
    read = parse_instant(text)

    assert read == instant
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-03-18T08:07:00", "give it an offset, or Z"),
        ("2026-03-18", "give it an offset, or Z"),
        ("tomorrow", "is not an instant"),
        ("", "is not an instant"),
        ("2026-02-30T08:00Z", "is not an instant"),
        ("0001-01-01T00:00+14:00", "outside of 1900 to 2999"),
        ("9999-12-31T23:59-14:00", "outside of 1900 to 2999"),
    ],
)
def test_what_is_no_instant_is_refused(text: str, why: str) -> None:
    with pytest.raises(ScheduleError, match=why):
        parse_instant(text)


def test_instant_is_written_in_utc_to_the_second() -> None:
    mountain = timezone(timedelta(hours=-6))

    assert format_instant(datetime(2026, 3, 18, 2, 7, tzinfo=mountain)) == "2026-03-18T08:07:00Z"


def test_fraction_of_a_second_is_written_where_there_is_one() -> None:
    assert format_instant(datetime(2026, 3, 18, 8, 7, 0, 250_000, tzinfo=UTC)) == "2026-03-18T08:07:00.250000Z"


@given(st.datetimes(datetime(1900, 1, 2), datetime(2999, 12, 30), timezones=st.just(UTC)))
def test_instant_is_read_as_it_was_written(instant: datetime) -> None:
    assert parse_instant(format_instant(instant)) == instant


def test_naive_time_is_no_instant() -> None:
    with pytest.raises(ScheduleError, match="give it an offset"):
        as_utc(datetime(2026, 3, 18, 8, 7))


def test_wall_time_is_read() -> None:
    assert parse_wall("2026-01-05T09:00") == datetime(2026, 1, 5, 9)


@pytest.mark.parametrize(
    "text", ["2026-01-05T09:00Z", "soon", "3000-01-01T00:00", "2026-12-31T23:59:60", "2026-02-29T09:00"]
)
def test_what_is_no_wall_time_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError):
        parse_wall(text)


def test_date_and_time_of_the_day_are_read() -> None:
    assert parse_date("2026-11-27") == date(2026, 11, 27)
    assert parse_time("08:30") == time(8, 30)


@pytest.mark.parametrize("text", ["2026-13-01", "11/27/2026", "1899-12-31", ""])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError):
        parse_date(text)


@pytest.mark.parametrize("text", ["24:00", "8", "08:60", "08:00:00", "", "eight"])
def test_what_is_no_time_of_the_day_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError, match="is not a time of the day"):
        parse_time(text)
