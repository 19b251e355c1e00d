"""Calendars in: whole days as holidays, absences as time off, and what is refused."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules import Absence, ScheduleError, read_absences, read_days, resolve
from tests.schedules.walls import at, utc

YEAR = date(2026, 1, 1), date(2027, 1, 1)
BERLIN = "Europe/Berlin"
DENVER = "America/Denver"
OWN_ZONE = """BEGIN:VTIMEZONE
TZID:(UTC+02:00) Our office
X-LIC-LOCATION:Nowhere
BEGIN:STANDARD
DTSTART:16010101T040000
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
"""


def calendar(*events: str, zone: str = "") -> bytes:
    """Return a file of events, each written as `DTSTART:... | SUMMARY:...`."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", *zone.splitlines()]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.split(" | "), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def days(*events: str) -> list[str]:
    return [f"{day:%m-%d}" for day in read_days(calendar(*events), *YEAR)]


def absences(*events: str, zone: str = DENVER, described: str = "") -> list[str]:
    """Return the absences of 2026 as `holiday 01-02T07:00-01-03T07:00`, in UTC."""
    found = read_absences(calendar(*events, zone=described), zone, utc("2026-01-01T00:00Z"), utc("2027-01-01T00:00Z"))
    return [f"{absence.summary} {absence.start:%m-%dT%H:%M}-{absence.end:%m-%dT%H:%M}" for absence in found]


def refused(data: bytes) -> str:
    with pytest.raises(ScheduleError) as raised:
        read_days(data, *YEAR)
    return raised.value.message


def test_whole_day_event_covers_its_days_without_the_last() -> None:
    assert days("DTSTART;VALUE=DATE:20260601 | DTEND;VALUE=DATE:20260604") == ["06-01", "06-02", "06-03"]
    assert days("DTSTART;VALUE=DATE:20260601") == ["06-01"]
    assert days("DTSTART;VALUE=DATE:20260601 | DTEND;VALUE=DATE:20260601") == ["06-01"]
    assert days("DTSTART;VALUE=DATE:20260601 | DURATION:P2D") == ["06-01", "06-02"]


def test_days_come_once_and_in_order() -> None:
    assert days("DTSTART;VALUE=DATE:20260602", "DTSTART;VALUE=DATE:20260601", "DTSTART;VALUE=DATE:20260602") == [
        "06-01",
        "06-02",
    ]


def test_days_outside_of_the_window_are_left_out() -> None:
    data = calendar("DTSTART;VALUE=DATE:20251230 | DTEND;VALUE=DATE:20260103", "DTSTART;VALUE=DATE:20270101")

    assert read_days(data, *YEAR) == (date(2026, 1, 1), date(2026, 1, 2))
    assert read_days(data, YEAR[1], YEAR[0]) == ()


def test_event_with_a_time_of_the_day_is_no_holiday() -> None:
    assert days("DTSTART:20260601T000000Z | DTEND:20260602T000000Z") == []


def test_cancelled_event_is_no_holiday_and_a_transparent_one_is() -> None:
    assert days("DTSTART;VALUE=DATE:20260601 | STATUS:CANCELLED") == []
    assert days("DTSTART;VALUE=DATE:20260601 | TRANSP:TRANSPARENT") == ["06-01"]


def test_yearly_event_comes_back() -> None:
    assert days("DTSTART;VALUE=DATE:19900703 | RRULE:FREQ=YEARLY") == ["07-03"]
    assert days("DTSTART;VALUE=DATE:19901122 | RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH") == ["11-26"]


def test_repeated_event_leaves_its_exceptions_out_and_moves_what_was_moved() -> None:
    assert days(
        "UID:1 | DTSTART;VALUE=DATE:20260601 | RRULE:FREQ=DAILY;COUNT=5 | EXDATE;VALUE=DATE:20260602",
        "UID:1 | DTSTART;VALUE=DATE:20260610 | RECURRENCE-ID;VALUE=DATE:20260603",
        "UID:1 | DTSTART;VALUE=DATE:20260604 | RECURRENCE-ID;VALUE=DATE:20260604 | STATUS:CANCELLED",
    ) == ["06-01", "06-05", "06-10"]


def test_repeated_event_moved_to_a_far_day_is_found_there() -> None:
    assert days(
        "UID:1 | DTSTART;VALUE=DATE:20200601 | RRULE:FREQ=YEARLY;UNTIL=20210601",
        "UID:1 | DTSTART;VALUE=DATE:20260610 | RECURRENCE-ID;VALUE=DATE:20210601",
    ) == ["06-10"]


def test_additional_dates_are_read() -> None:
    assert days("DTSTART;VALUE=DATE:20260601 | RDATE;VALUE=DATE:20260611,20260621") == ["06-01", "06-11", "06-21"]


def test_whole_day_absence_is_from_midnight_to_midnight_of_the_zone() -> None:
    assert absences("DTSTART;VALUE=DATE:20260307 | DTEND;VALUE=DATE:20260309 | SUMMARY:Skiing") == [
        "Skiing 03-07T07:00-03-09T06:00"
    ]


def test_time_without_a_zone_is_in_the_zone_given() -> None:
    assert absences("DTSTART:20260601T090000 | DTEND:20260601T120000 | SUMMARY:Dentist") == [
        "Dentist 06-01T15:00-06-01T18:00"
    ]


def test_time_with_a_zone_is_in_that() -> None:
    assert absences(
        "DTSTART;TZID=Europe/Berlin:20260601T090000 | DURATION:PT3H | SUMMARY:IANA",
        'DTSTART;TZID="W. Europe Standard Time":20260602T090000 | DURATION:PT3H | SUMMARY:Windows',
        "DTSTART;TZID=/a.maker/Europe/Berlin:20260603T090000 | DURATION:PT3H | SUMMARY:Prefix",
        "DTSTART:20260604T070000Z | DURATION:PT3H | SUMMARY:UTC",
    ) == [
        "IANA 06-01T07:00-06-01T10:00",
        "Windows 06-02T07:00-06-02T10:00",
        "Prefix 06-03T07:00-06-03T10:00",
        "UTC 06-04T07:00-06-04T10:00",
    ]


def test_zone_that_the_file_describes_is_taken_from_there() -> None:
    event = 'DTSTART;TZID="(UTC+02:00) Our office":20260701T090000 | DURATION:PT1H | SUMMARY:Ours'

    assert absences(event, described=OWN_ZONE) == ["Ours 07-01T06:00-07-01T07:00"]
    assert absences(event, described=OWN_ZONE.replace("+0300", "+0400")) == ["Ours 07-01T05:00-07-01T06:00"]


def test_zone_that_nobody_knows_is_refused() -> None:
    assert "'Mars/Base' is not a time zone" in refused(calendar("DTSTART;TZID=Mars/Base:20260601T090000"))


def test_repeated_absence_keeps_its_time_across_a_clock_change() -> None:
    assert absences(
        "DTSTART;TZID=America/Denver:20260306T090000 | DURATION:PT1H | RRULE:FREQ=DAILY;COUNT=4 | SUMMARY:Nap"
    ) == [f"Nap 03-0{day}T{hour}:00-03-0{day}T{hour + 1}:00" for day, hour in ((6, 16), (7, 16), (8, 15), (9, 15))]


def test_missing_hour_is_resolved_as_everywhere() -> None:
    assert absences("DTSTART;TZID=America/Denver:20260308T023000 | DTEND;TZID=America/Denver:20260308T040000")[
        0
    ].strip() == ("03-08T09:30-03-08T10:00")


def test_cancelled_transparent_and_empty_events_are_no_absence() -> None:
    assert (
        absences(
            "DTSTART;VALUE=DATE:20260601 | STATUS:CANCELLED",
            "DTSTART;VALUE=DATE:20260602 | TRANSP:TRANSPARENT",
            "DTSTART:20260603T090000Z",
        )
        == []
    )


def test_absence_is_whole_where_it_touches_the_window() -> None:
    data = calendar("DTSTART:20260601T000000Z | DTEND:20260610T000000Z | SUMMARY:Away")
    away = Absence(utc("2026-06-01T00:00Z"), utc("2026-06-10T00:00Z"), "Away")

    assert read_absences(data, "UTC", utc("2026-06-09T00:00Z"), utc("2026-06-20T00:00Z")) == (away,)
    assert read_absences(data, "UTC", utc("2026-06-10T00:00Z"), utc("2026-06-20T00:00Z")) == ()
    assert read_absences(data, "UTC", utc("2026-05-10T00:00Z"), utc("2026-06-01T00:00Z")) == ()


def test_what_else_a_calendar_holds_is_left_alone() -> None:
    data = (
        "BEGIN:VCALENDAR\nBEGIN:VTODO\nDTSTART:nonsense\nEND:VTODO\nBEGIN:VEVENT\nDESCRIPTION:long\n and folded\n"
        "SUMMARY:Fol\n ded\nDTSTART;VALUE=DATE:20260601\nATTENDEE;:nonsense\nBEGIN:VALARM\nTRIGGER:nonsense\nEND:VALARM\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )

    found = read_absences(b"\xef\xbb\xbf" + data.encode(), "UTC", utc("2026-01-01T00:00Z"), utc("2027-01-01T00:00Z"))

    assert [absence.summary for absence in found] == ["Folded"]


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\n<html><body>Sign in", "web page"),
        (b"<?xml version='1.0'?>", "XML"),
        (b'{"error": "not found"}', "JSON"),
        (b"PK\x03\x04", "ZIP"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"%PDF-1.7", "PDF"),
        (b"BEGIN:VCARD\r\nVERSION:4.0", "address card"),
        (b"2026-12-25 Christmas", "begins otherwise"),
    ],
)
def test_what_is_no_calendar_is_refused_with_what_it_looks_like(data: bytes, looks: str) -> None:
    assert looks in refused(data)
    assert "no iCalendar" in refused(data)


def test_calendar_that_is_cut_short_or_garbled_is_refused() -> None:
    assert "cut short" in refused(calendar("DTSTART;VALUE=DATE:20260601")[:-30])
    assert "garbled" in refused(b"BEGIN:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR")


@pytest.mark.parametrize(
    ("event", "wrong"),
    [
        ("SUMMARY:Picnic", "'Picnic' has no DTSTART"),
        ("SUMMARY:Picnic | DTSTART:tomorrow", "'Picnic' cannot be read: DTSTART"),
        ("UID:7 | DTSTART;VALUE=DATE:20260601 | DTSTART;VALUE=DATE:20260602", "'7' has more than one DTSTART"),
        ("DTSTART:PT1H", "without a name has no DTSTART"),
        ("DTSTART;VALUE=DATE:99991231", "has the year 9999"),
        ("DTSTART;VALUE=DATE:20260601 | DURATION:P99999D", "longer than ten years"),
        ("DTSTART;VALUE=DATE:20260601 | DTEND:P1D", "no date as its DTEND"),
        ("DTSTART;VALUE=DATE:20260601 | RRULE:FREQ=OFTEN", "cannot be read: RRULE"),
        ("DTSTART;VALUE=DATE:20260601 | RRULE:FREQ=DAILY;INTERVAL=0", "rule that cannot be read"),
        ("DTSTART;VALUE=DATE:20260601 | RRULE:FREQ=YEARLY;BYDAY=MO;BYSETPOS=400", "rule that cannot be read"),
        ("DTSTART;VALUE=DATE:20260601 | RRULE:COUNT=3", "rule that cannot be read"),
    ],
)
def test_event_that_cannot_be_read_is_refused_by_its_name(event: str, wrong: str) -> None:
    assert wrong in refused(calendar(event))


@pytest.mark.parametrize(
    ("rules", "wrong"),
    [
        (["FREQ=SECONDLY"], "repeats within the day"),
        (["FREQ=HOURLY;INTERVAL=24"], "repeats within the day"),
        (["FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5"], "repeats within the day"),
        (["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"], "never comes about again"),
        (["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20300101"], "never comes about again"),
        (["FREQ=DAILY"] * 40, "more than 10,000 times"),
        (["FREQ=YEARLY;BYMONTH=1;BYDAY=1MO"] * 30 + ["FREQ=DAILY;BYMONTH=1"] * 20, "too long to follow"),
    ],
)
def test_rules_that_would_take_long_are_refused_at_once(rules: list[str], wrong: str) -> None:
    start = "19500101" if "too long" in wrong else "20250101"
    events = [f"UID:{number} | DTSTART;VALUE=DATE:{start} | RRULE:{rule}" for number, rule in enumerate(rules)]

    assert wrong in refused(calendar(*events))


def test_zone_whose_clock_changes_every_second_is_refused() -> None:
    event = 'DTSTART;TZID="(UTC+02:00) Our office":20260701T090000'

    assert "odd rule" in refused(calendar(event, zone=OWN_ZONE.replace("YEARLY", "SECONDLY")))


def test_too_long_a_calendar_is_refused() -> None:
    assert "50.0 MB" in refused(b"BEGIN:VCALENDAR\r\n".ljust(50_000_000))
    assert "10,001 events" in refused(calendar(*["DTSTART;VALUE=DATE:20260601"] * 10_001))


@given(st.dates(date(2025, 11, 1), date(2027, 2, 1)), st.integers(1, 60), st.integers(1, 9), st.integers(1, 40))
def test_days_are_those_that_the_events_cover(start: date, length: int, interval: int, count: int) -> None:
    end = start + timedelta(days=length)
    rule = f"RRULE:FREQ=DAILY;INTERVAL={interval};COUNT={count}"

    found = read_days(calendar(f"DTSTART;VALUE=DATE:{start:%Y%m%d} | DTEND;VALUE=DATE:{end:%Y%m%d} | {rule}"), *YEAR)

    covered = {start + timedelta(days=time * interval + day) for time in range(count) for day in range(length)}
    assert list(found) == sorted(day for day in covered if YEAR[0] <= day < YEAR[1])


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)), st.sampled_from([BERLIN, DENVER, "Australia/Lord_Howe"])
)
def test_absence_is_where_the_clock_on_the_wall_says(start: datetime, zone: str) -> None:
    start = start.replace(microsecond=0)
    end = start + timedelta(hours=5)

    found = read_absences(
        calendar(f"DTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S} | DTEND;TZID={zone}:{end:%Y%m%dT%H%M%S}"),
        "UTC",
        at("2025-12-01T00:00", "UTC"),
        at("2027-01-01T00:00", "UTC"),
    )

    assert found == (Absence(resolve(start, zone), resolve(end, zone), ""),)


LINES = st.sampled_from(
    [
        "BEGIN:VEVENT",
        "END:VEVENT",
        "BEGIN:VTIMEZONE",
        "END:VTIMEZONE",
        "DTSTART;VALUE=DATE:20260601",
        "DTSTART:20260601T090000",
        "DTSTART;TZID=Europe/Berlin:20260601T090000",
        "DTEND:20260602T090000Z",
        "DTEND;VALUE=DATE:20260501",
        "DURATION:-P1D",
        "DURATION:PT1H",
        "RRULE:FREQ=WEEKLY;UNTIL=20260801",
        "RRULE:FREQ=WEEKLY;UNTIL=20260801T000000Z;BYDAY=MO",
        "RRULE:FREQ=DAILY;COUNT=-1",
        "EXDATE:20260608",
        "EXDATE;TZID=Europe/Berlin:20260608T090000",
        "RDATE;VALUE=PERIOD:20260608T090000/PT1H",
        "RECURRENCE-ID:20260608T090000",
        "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260608",
        "SEQUENCE:2",
        "UID:1",
        "SUMMARY",
        ":",
        " folded",
    ]
)


@given(st.lists(st.one_of(LINES, st.text(max_size=20)), max_size=12))
def test_whatever_is_in_a_file_it_is_read_or_refused(lines: list[str]) -> None:
    data = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"]).encode()

    try:
        assert all(YEAR[0] <= day < YEAR[1] for day in read_days(data, *YEAR))
        read_absences(data, DENVER, utc("2026-01-01T00:00Z"), utc("2027-01-01T00:00Z"))
    except ScheduleError as error:
        assert error.message  # noqa: PT017  either will do
