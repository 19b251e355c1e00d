"""Swaps over the API: who may ask and answer what, and in which shape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oncall.domain.directory import Role
from tests.oncall.doors.company import Caller, Company, run_company

DOCUMENT = """
version: 1
users:
  ana: {contact_methods: {mobile: {type: sms, address: "+15005550006"}}}
  bo: {contact_methods: {mobile: {type: sms, address: "+15005550007"}}}
  cy: {}
  mia: {role: manager}
  vic: {role: viewer}
schedules:
  engineers: {time_zone: UTC, layers: [{start: "2026-11-23T00:00", turn: 1 day, users: [ana, bo, cy]}]}
"""
GIVE = {"start": "2026-11-26T00:00:00Z", "end": "2026-11-27T00:00:00Z"}
TAKE = {"start": "2026-11-27T00:00:00Z", "end": "2026-11-28T00:00:00Z"}
SWAP = {"asked_of": "bo", "give": GIVE, "take": TAKE, "note": "dentist"}
ASK = "/schedules/engineers/swaps"


@pytest.fixture
def company(sqlite_url: str, tmp_path: Path) -> Iterator[Company]:
    """Three who take turns by the day, a manager and a viewer."""
    with run_company(sqlite_url, tmp_path, DOCUMENT) as company:
        yield company


@pytest.fixture
def ana(company: Company) -> Caller:
    """By whom most is asked."""
    return company.caller(Role.RESPONDER, user="ana")


@pytest.fixture
def bo(company: Company) -> Caller:
    """Of whom most is asked."""
    return company.caller(Role.RESPONDER, user="bo")


def asked(caller: Caller, **change: Any) -> int:
    """Ask; the number of the swap."""
    answer = caller.post(ASK, {**SWAP, **change})
    assert answer.status_code == 201, answer.json
    return int(answer.json["id"])


def test_swap_is_asked_and_shown_whole(ana: Caller) -> None:
    answer = ana.post(ASK, SWAP)

    assert answer.status_code == 201
    assert answer.json == {
        "id": 1,
        "schedule": "engineers",
        "asked_by": "ana",
        "asked_of": "bo",
        "give": GIVE,
        "take": TAKE,
        "note": "dentist",
        "state": "asked",
        "asked_at": "2026-11-22T02:13:00Z",
        "expires_at": "2026-11-26T00:00:00Z",
        "answered_at": None,
        "answered_by": None,
        "warnings": [],
    }
    assert ana.get("/swaps").json == {"swaps": [answer.json], "next_cursor": None}
    again = ana.post(ASK, SWAP)
    assert (again.status_code, again.json["id"]) == (200, 1)


def test_accepted_swap_changes_who_is_on_call(ana: Caller, bo: Caller) -> None:
    swap = asked(ana)
    first, again = bo.post(f"/swaps/{swap}/accept", {}), bo.post(f"/swaps/{swap}/accept", {})

    assert (first.status_code, first.json["state"], first.json["answered_by"]) == (200, "accepted", "bo")
    assert again.json == first.json
    shifts = bo.get("/schedules/engineers/shifts?since=2026-11-26T00:00:00Z&until=2026-11-28T00:00:00Z").json["shifts"]
    assert [shift["user"] for shift in shifts] == ["bo", "ana"]


@pytest.mark.parametrize("verb", ["decline", "withdraw"])
def test_ended_swap_cannot_be_accepted(ana: Caller, bo: Caller, verb: str) -> None:
    swap = asked(ana)
    ended = (bo if verb == "decline" else ana).post(f"/swaps/{swap}/{verb}", {})
    late = bo.post(f"/swaps/{swap}/accept", {})

    assert ended.status_code == 200
    assert (late.status_code, late.json["detail"].partition(":")[0]) == (409, "it is too late")


def test_who_was_not_asked_may_not_answer(company: Company, ana: Caller) -> None:
    swap = asked(ana)
    cy = company.caller(Role.RESPONDER, user="cy")

    assert [cy.post(f"/swaps/{swap}/{verb}", {}).status_code for verb in ("accept", "decline", "withdraw")] == [403] * 3
    assert company.caller().post(f"/swaps/{swap}/accept", {}).status_code == 403


def test_viewer_lists_and_asks_nothing(company: Company, ana: Caller) -> None:
    asked(ana)
    vic = company.caller(Role.VIEWER, user="vic")

    assert len(vic.get(ASK).json["swaps"]) == 1
    assert vic.post(ASK, SWAP).status_code == 403


def test_manager_asks_in_the_name_of_somebody_and_withdraws(company: Company, bo: Caller) -> None:
    mia = company.caller(Role.MANAGER, user="mia")
    swap = asked(mia, **{"as": "ana"})

    assert bo.post(ASK, {**SWAP, "as": "ana"}).status_code == 403
    assert mia.post(f"/swaps/{swap}/withdraw", {}).json["answered_by"] == "mia"


def test_system_says_in_whose_name_it_asks(company: Company) -> None:
    system = company.caller(Role.MANAGER)
    answer = system.post(ASK, SWAP)

    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "as")
    assert system.post(ASK, {**SWAP, "as": "ana"}).json["asked_by"] == "ana"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"asked_of": "boo"}, "asked_of"),
        ({"asked_of": None}, "asked_of"),
        ({"give": TAKE}, "give"),
        ({"give": {"start": "2026-11-26T00:00:00", "end": "2026-11-27T00:00:00Z"}}, "give.start"),
        ({"give": {"start": "2026-11-27T00:00:00Z", "end": "2026-11-26T00:00:00Z"}}, "give.end"),
        ({"expires_at": "2026-11-29T00:00:00Z"}, "expires_at"),
        ({"whom": "bo"}, "whom"),
    ],
)
def test_wrong_field_is_named_and_nothing_is_asked(ana: Caller, change: dict[str, Any], field: str) -> None:
    answer = ana.post(ASK, {**SWAP, **change})

    assert (answer.status_code, [fault["field"] for fault in answer.json["errors"]]) == (422, [field])
    assert ana.get("/swaps").json["swaps"] == []


def test_unknown_schedule_and_swap_are_not_found(ana: Caller) -> None:
    assert ana.post("/schedules/enginers/swaps", SWAP).status_code == 404
    assert ana.post("/swaps/9/accept", {}).status_code == 404
    assert ana.post("/swaps/last/accept", {}).status_code == 404


def test_swaps_are_listed_page_by_page_and_by_what_is_asked_for(ana: Caller, bo: Caller) -> None:
    first = asked(ana)
    second = asked(ana, asked_of=None, take=None)
    bo.post(f"/swaps/{first}/decline", {})

    def listed(query: str) -> list[int]:
        return [swap["id"] for swap in ana.get(f"/swaps?{query}").json["swaps"]]

    page = ana.get("/swaps?limit=1").json
    assert ([swap["id"] for swap in page["swaps"]], page["next_cursor"]) == ([second], str(second))
    assert listed("limit=1&cursor=2") == [first]
    assert (listed("state=declined"), listed("user=bo"), listed("schedule=other")) == ([first], [first], [])
    assert ana.get("/swaps?state=gone").status_code == 422
