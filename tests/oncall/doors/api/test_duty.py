"""Who is on call, over the API."""

from datetime import timedelta

import pytest

from oncall.operations.apply import apply_document
from tests.oncall.doors.company import Caller, Company

COVERED = """
version: 1
schedules: {desk: {time_zone: UTC, layers: [{start: "2026-01-05T09:00", turn: 1 week, users: [ana]}]}}
"""


def test_on_call_now_names_everybody_by_schedule(admin: Caller) -> None:
    assert admin.get("/on-call").json == {
        "at": "2026-11-22T02:13:00Z",
        "schedules": {"engineers": ["ana"], "managers": []},
    }


@pytest.mark.parametrize("plus", ["%2B", "+"], ids=["escaped", "as people type it"])
def test_on_call_at_an_instant_by_one_schedule(admin: Caller, plus: str) -> None:
    answer = admin.get(f"/on-call?at=2026-12-01T12:00:00{plus}01:00&schedule=managers")

    assert answer.json == {"at": "2026-12-01T11:00:00Z", "schedules": {"managers": ["ana"]}}


def test_shifts_and_gaps_are_clipped_to_the_window(admin: Caller) -> None:
    answer = admin.get("/schedules/managers/shifts?since=2026-11-30T00:00:00Z&until=2026-12-02T00:00:00Z")

    assert answer.json == {
        "schedule": "managers",
        "since": "2026-11-30T00:00:00Z",
        "until": "2026-12-02T00:00:00Z",
        "shifts": [{"user": "ana", "start": "2026-12-01T00:00:00Z", "end": "2026-12-02T00:00:00Z"}],
        "gaps": [{"start": "2026-11-30T00:00:00Z", "end": "2026-12-01T00:00:00Z"}],
    }


def test_schedules_are_listed_page_by_page(admin: Caller) -> None:
    first = admin.get("/schedules?limit=1").json
    second = admin.get(f"/schedules?limit=1&cursor={first['next_cursor']}").json

    assert first["schedules"] == [{"id": "engineers", "time_zone": "America/Denver", "on_call": ["ana"]}]
    assert [schedule["id"] for schedule in second["schedules"]] == ["managers"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/on-call?at=2026-12-01T12:00:00", "at"),
        ("/on-call?at=0", "at"),
        ("/on-call?at=tomorrow", "at"),
        ("/on-call?at=9999-12-31T23:59:59-14:00", "at"),
        ("/schedules/managers/shifts?since=2026-11-30T00:00:00&until=2026-12-02T00:00:00Z", "since"),
        ("/schedules/managers/shifts?since=2026-11-30T00:00:00Z", "until"),
        ("/schedules/managers/shifts?since=2026-11-30T00:00:00Z&until=2026-11-30T00:00:00Z", "until"),
        ("/schedules/managers/shifts?since=2026-11-30T00:00:00Z&until=2036-11-30T00:00:00Z", "until"),
    ],
)
def test_wrong_instant_is_named(path: str, field: str, caller: Caller) -> None:
    answer = caller.get(path)

    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert [fault["field"] for fault in answer.json["errors"]] == [field]


@pytest.mark.parametrize(
    "path",
    ["/on-call?schedule=nobody", "/schedules/nobody/shifts?since=2026-11-30T00:00:00Z&until=2026-12-02T00:00:00Z"],
)
def test_unknown_schedule_is_not_found(path: str, caller: Caller) -> None:
    answer = caller.get(path)

    assert answer.status_code == 404
    assert "engineers, managers" in answer.json["detail"]


def test_past_is_answered_as_it_stood_then_and_as_it_was_known(company: Company) -> None:
    apply_document(company.context, COVERED, author="test", prune=False, dry_run=False)
    company.clock.advance(timedelta(days=1))
    apply_document(company.context, COVERED.replace("ana", "vic"), author="test", prune=False, dry_run=False)
    company.clock.advance(timedelta(days=1))
    caller = company.caller()

    def on_call(query: str) -> list[str]:
        found: list[str] = caller.get(f"/on-call?schedule=desk&{query}").json["schedules"]["desk"]
        return found

    assert on_call("at=2026-11-22T12:00:00Z") == ["ana"]
    assert on_call("at=2026-11-23T12:00:00Z") == ["vic"]
    assert on_call("at=2026-11-23T12:00:00Z&known_at=2026-11-22T12:00:00Z") == ["ana"]
    window = "/schedules/desk/shifts?since=2026-11-22T12:00:00Z&until=2026-11-30T00:00:00Z"
    shifts = [(shift["user"], shift["start"]) for shift in caller.get(window).json["shifts"]]
    assert shifts == [("ana", "2026-11-22T12:00:00Z"), ("vic", "2026-11-23T02:13:00Z")]
    known = caller.get(f"{window}&known_at=2026-11-22T12:00:00Z").json["shifts"]
    assert [shift["user"] for shift in known] == ["ana"]
