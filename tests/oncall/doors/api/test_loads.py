"""What each person carries, and what speaks against a schedule, over the API."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from oncall.domain.absence import Absence
from oncall.store import time_off
from schedules import Span
from tests.oncall.doors.company import Caller, Company, run_company

WEEK = "since=2026-12-21T00:00:00Z&until=2026-12-28T00:00:00Z"
DOCUMENT = """
version: 1
users:
  ana: {name: "=HYPERLINK(1)", role: admin, contact_methods: {mobile: {type: sms, address: "+15005550006"}}}
  bo: {name: Bo Lindqvist}
calendars:
  hq:
    time_zone: UTC
    open: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]
    holidays: {add: ["2026-12-25"]}
schedules:
  days:
    time_zone: UTC
    rest: 11h
    layers:
      - {name: a, start: "2026-12-21T00:00", end: "2026-12-28T00:00", turn: 12 hours, users: [ana, bo]}
      - {name: b, start: "2026-12-23T22:00", end: "2026-12-24T00:00", turn: 1 week, users: [ana]}
escalation_policies:
  p: {steps: [{notify: [{schedule: days}], wait: 5m}], fallback: [{user: ana}]}
"""


@pytest.fixture
def company(sqlite_url: str, tmp_path: Path) -> Iterator[Company]:
    with run_company(sqlite_url, tmp_path, DOCUMENT) as company:
        yield company


@pytest.fixture
def caller(company: Company) -> Caller:
    return company.caller()


def test_fairness_says_what_each_carries(caller: Caller) -> None:
    answer = caller.get(f"/schedules/days/fairness?{WEEK}").json

    assert (answer["schedule"], answer["rest"]) == ("days", "11h")
    assert answer["users"][1] == {
        "user": "bo",
        "name": "Bo Lindqvist",
        "on_call_hours": 82.0,
        "shifts": 7,
        "nights": 6,
        "night_hours": 12.0,
        "weekends": 1,
        "weekend_hours": 24.0,
        "holidays": 1,
        "holiday_hours": 12.0,
        "longest_run_hours": 12.0,
        "shortest_rest_hours": 12.0,
    }
    assert answer["short_rests"] == [
        {"user": "ana", "start": "2026-12-23T12:00:00Z", "end": "2026-12-23T22:00:00Z", "hours": 10.0}
    ]


def test_fairness_takes_a_rule_of_the_asker(caller: Caller) -> None:
    answer = caller.get(f"/schedules/days/fairness?{WEEK}&rest=9h").json

    assert (answer["rest"], answer["short_rests"]) == ("9h", [])


def test_fairness_as_csv_holds_no_formula(caller: Caller) -> None:
    answer = caller.get(f"/schedules/days/fairness.csv?{WEEK}")

    assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8")
    heading, ana, bo = answer.text.splitlines()
    assert heading.startswith("user,name,on_call_hours,shifts,nights,night_hours,")
    assert ana.startswith("ana,'=HYPERLINK(1),86.0,7,")
    assert bo.startswith("bo,Bo Lindqvist,82.0,7,")


def test_coverage_says_what_speaks_against_a_schedule(company: Company) -> None:
    away = Span(datetime(2026, 12, 21, 6, tzinfo=UTC), datetime(2026, 12, 21, 18, tzinfo=UTC))
    work = partial(time_off.add, absence=Absence("ana", away, "dentist"), source="hand", by="ana", at=away.start)
    company.context.database.write(work)
    answer = company.caller().get("/schedules/days/coverage").json

    assert answer == {
        "schedule": "days",
        "since": "2026-11-22T02:13:00Z",
        "until": "2027-02-20T02:13:00Z",
        "rest": "11h",
        "gaps": [
            {"start": "2026-11-22T02:13:00Z", "end": "2026-12-21T00:00:00Z"},
            {"start": "2026-12-28T00:00:00Z", "end": "2027-02-20T02:13:00Z"},
        ],
        "unreachable": [{"user": "bo", "urgencies": ["high", "low"]}],
        "clashes": [{"user": "ana", "start": "2026-12-21T06:00:00Z", "end": "2026-12-21T12:00:00Z", "note": "dentist"}],
        "short_rests": [{"user": "ana", "start": "2026-12-23T12:00:00Z", "end": "2026-12-23T22:00:00Z", "hours": 10.0}],
    }


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=2026-12-21T00:00:00Z", "until"),
        ("since=2026-12-21T00:00:00Z&until=2026-12-20T00:00:00Z", "until"),
        (f"{WEEK}&rest=long", "rest"),
        (f"{WEEK}&rest=4 business hours", "rest"),
    ],
)
def test_what_is_not_understood_is_named(query: str, field: str, caller: Caller) -> None:
    answer = caller.get(f"/schedules/days/fairness?{query}")

    assert (answer.status_code, [fault["field"] for fault in answer.json["errors"]]) == (422, [field])


def test_unknown_schedule_is_not_found(caller: Caller) -> None:
    for path in (f"fairness?{WEEK}", f"fairness.csv?{WEEK}", "coverage"):
        answer = caller.get(f"/schedules/dayz/{path}")
        assert (answer.status_code, "did you mean 'days'?" in answer.json["detail"]) == (404, True)
