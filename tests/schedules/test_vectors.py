"""Answers worked out minute by minute by an independent reading of the rules."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schedules import Duration, format_instant, parse_instant, parse_time
from tests.schedules.documents import calendar_from, schedule_from

_VECTORS = Path(__file__).parent / "vectors"
_CALENDARS: list[dict[str, Any]] = json.loads((_VECTORS / "calendars.json").read_text())
_SCHEDULES: list[dict[str, Any]] = json.loads((_VECTORS / "shifts.json").read_text())


@pytest.mark.parametrize("row", [pytest.param(row, id=f"calendar-{number}") for number, row in enumerate(_CALENDARS)])
def test_calendar_answers_like_the_vectors(row: dict[str, Any]) -> None:
    """Openings, releases and deadlines."""
    calendar = calendar_from(row["calendar"])

    for query in row["queries"]:
        at = parse_instant(query["at"])
        working_days = Duration(query["working_days"], "days", "working_days")
        answers = {
            "open": calendar.is_open(at),
            "next_open": format_instant(calendar.next_open(at)),
            "release": format_instant(calendar.release(at, parse_time(query["release_at"]))),
            "deadline_open_hours": format_instant(
                calendar.deadline(at, Duration(query["open_hours"], "hours", "business"))
            ),
            "deadline_working_days": format_instant(calendar.deadline(at, working_days)),
        }
        assert {**query, **answers} == query


@pytest.mark.parametrize("row", [pytest.param(row, id=f"schedule-{number}") for number, row in enumerate(_SCHEDULES)])
def test_schedule_answers_like_the_vectors(row: dict[str, Any]) -> None:
    """Shifts and gaps, and who is on call at each of their boundaries and just before."""
    document = row["document"]
    schedule = schedule_from(document["schedules"][row["schedule"]], document["calendars"])
    since, until = parse_instant(row["since"]), parse_instant(row["until"])

    final = schedule.final(since, until)

    shifts = [
        {"user": shift.user, "start": format_instant(shift.start), "end": format_instant(shift.end)}
        for shift in final.shifts
    ]
    assert shifts == row["shifts"]
    assert [{"start": format_instant(gap.start), "end": format_instant(gap.end)} for gap in final.gaps] == row["gaps"]

    boundaries = {instant for shift in final.shifts for instant in (shift.start, shift.end)}
    for at in [instant + step for instant in boundaries for step in (timedelta(0), timedelta(microseconds=-1))]:
        if since <= at < until:
            assert schedule.on_call_at(at) == {shift.user for shift in final.shifts if shift.start <= at < shift.end}
