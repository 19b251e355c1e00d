"""Time off over the API: by days or by instants, one's own, and what one is on call for then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from oncall.domain.absence import Absence
from oncall.domain.directory import Role
from oncall.store import time_off
from schedules import Span, parse_instant
from tests.oncall.doors.company import Caller, Company, run_company

DOCUMENT = """
version: 1
users:
  ana: {time_zone: Europe/Berlin}
  bo: {}
  mia: {role: manager}
schedules:
  engineers: {time_zone: UTC, layers: [{start: "2026-11-23T00:00", turn: 1 day, users: [ana, bo]}]}
"""
OURS = "/users/ana/time-off"


@pytest.fixture
def company(sqlite_url: str, tmp_path: Path) -> Iterator[Company]:
    """Two who take turns by the day, one of them in Berlin."""
    with run_company(sqlite_url, tmp_path, DOCUMENT) as company:
        yield company


@pytest.fixture
def ana(company: Company) -> Caller:
    """Who wants to be away."""
    return company.caller(Role.RESPONDER, user="ana")


def test_days_are_whole_on_the_persons_clock_and_the_duty_in_them_is_named(ana: Caller) -> None:
    answer = ana.post(OURS, {"start": "2026-11-25", "end": "2026-11-25", "note": "moving"})

    assert answer.status_code == 201
    clash = {
        "schedule": "engineers",
        "start": "2026-11-25T00:00:00Z",
        "end": "2026-11-25T23:00:00Z",
        "message": (
            "ana is on call for engineers then, Wed 2026-11-25 01:00 to Thu 2026-11-26 00:00 (Europe/Berlin):"
            " ask for cover"
        ),
    }
    kept = {
        "id": 1,
        "user": "ana",
        "start": "2026-11-24T23:00:00Z",
        "end": "2026-11-25T23:00:00Z",
        "note": "moving",
        "source": "hand",
        "made_at": "2026-11-22T02:13:00Z",
        "made_by": "ana",
    }
    assert answer.json == {**kept, "clashes": [clash]}
    assert ana.get(OURS).json == {"time_off": [kept], "next_cursor": None}
    assert ana.get("/on-call?at=2026-11-25T12:00:00Z").json["schedules"] == {"engineers": ["ana"]}


def test_instants_are_taken_as_they_are(ana: Caller) -> None:
    answer = ana.post(OURS, {"start": "2026-11-24T12:00:00+01:00", "end": "2026-11-24T15:00:00Z"})

    assert (answer.json["start"], answer.json["end"]) == ("2026-11-24T11:00:00Z", "2026-11-24T15:00:00Z")
    assert answer.json["clashes"] == []


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("2026-11-26", "2026-11-24", "end"),
        ("2026-11-01", "2026-11-20", "end"),
        ("2026-11-26", "2028-11-26", "end"),
        ("26.11.2026", "2026-11-28", "start"),
        ("2026-11-26T12:00", "2026-11-28", "start"),
    ],
)
def test_wrong_time_is_named_and_nothing_is_kept(ana: Caller, start: str, end: str, field: str) -> None:
    answer = ana.post(OURS, {"start": start, "end": end})

    assert (answer.status_code, [fault["field"] for fault in answer.json["errors"]]) == (422, [field])
    assert ana.get(OURS).json["time_off"] == []


def test_time_off_is_planned_by_oneself_or_a_manager(company: Company, ana: Caller) -> None:
    bo, mia = company.caller(Role.RESPONDER, user="bo"), company.caller(Role.MANAGER, user="mia")
    days = {"start": "2026-11-25", "end": "2026-11-26"}

    assert bo.post(OURS, days).status_code == 403
    assert mia.post(OURS, days).json["made_by"] == "mia"
    assert bo.delete("/time-off/1").status_code == 403
    assert ana.delete("/time-off/1").status_code == 204
    assert ana.delete("/time-off/1").status_code == 404
    assert ana.get(OURS).json["time_off"] == []


def test_what_a_calendar_says_is_removed_there(company: Company, ana: Caller) -> None:
    span = Span(parse_instant("2026-11-25T00:00:00Z"), parse_instant("2026-11-26T00:00:00Z"))
    company.context.database.write(
        lambda session: time_off.add(
            session, Absence("ana", span), source=time_off.OF_FEED, by="ana", at=company.clock.now()
        )
    )

    answer = ana.delete("/time-off/1")
    assert (answer.status_code, "comes from a calendar" in answer.json["detail"]) == (409, True)


def test_unknown_user_is_not_found(ana: Caller) -> None:
    assert ana.get("/users/anna/time-off").status_code == 404
    assert ana.post("/users/anna/time-off", {"start": "2026-11-25", "end": "2026-11-25"}).status_code == 404
