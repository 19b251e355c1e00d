"""Secret addresses of calendars, and people's own calendars of absences, by the API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from oncall.domain.directory import Role
from oncall.fetching import Fetcher
from oncall.operations.refresh import claim_feed, refresh
from oncall.outbound import Outbound
from oncall.store.feeds import FeedRow
from oncall.store.subscriptions import SubscriptionRow
from tests.oncall.doors.company import PUBLIC_URL, Caller, Company
from tests.vendors.calendars import Shelf, calendar, run_shelf

SKIING = "DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Skiing"
DENTIST = "DTSTART:20261201T090000Z\r\nDTEND:20261201T100000Z\r\nSUMMARY:Dentist"
LUNCH = "DTSTART:20261202T110000Z\r\nDTEND:20261202T120000Z\r\nSUMMARY:Lunch\r\nTRANSP:TRANSPARENT"


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with run_shelf() as shelf:
        yield shelf


@pytest.fixture
def small(small: Company) -> Company:
    """The company, which may call this machine."""
    small.app.extensions["oncall"] = replace(small.context, feeds=Fetcher(Outbound(private=True)))
    return small


def test_address_is_shown_once_and_only_its_hash_is_kept(small: Company) -> None:
    bo = small.caller(Role.RESPONDER, user="bo")
    made = bo.post("/feeds", {}).json
    secret = made["url"].removeprefix(f"{PUBLIC_URL}/ical/").removesuffix(".ics")

    assert (made["user"], made["schedule"], made["created_by"]) == ("bo", None, "bo")
    assert secret.startswith(made["prefix"])
    assert small.app.test_client().get(f"/ical/{secret}.ics").status_code == 200
    listed = bo.get("/feeds").json["feeds"]
    assert listed == [{key: value for key, value in made.items() if key != "url"}]
    with small.context.database.read() as session:
        assert secret not in str(vars(session.scalars(select(FeedRow)).one()))

    assert bo.delete(f"/feeds/{made['id']}").status_code == 204
    assert small.app.test_client().get(f"/ical/{secret}.ics").status_code == 404
    assert bo.get("/feeds").json["feeds"] == []
    assert bo.delete(f"/feeds/{made['id']}").status_code == 404


def test_address_of_somebody_elses_shifts_is_for_managers(small: Company) -> None:
    bo, manager = small.caller(Role.RESPONDER, user="bo"), small.caller(Role.MANAGER)
    assert bo.post("/feeds", {"user": "ana"}).status_code == 403
    anas = manager.post("/feeds", {"user": "ana"}).json
    bos = bo.post("/feeds", {"schedule": "engineers"}).json

    assert [feed["id"] for feed in bo.get("/feeds").json["feeds"]] == [bos["id"]]
    assert [feed["id"] for feed in manager.get("/feeds").json["feeds"]] == [anas["id"], bos["id"]]
    assert bo.delete(f"/feeds/{anas['id']}").status_code == 404
    assert manager.delete(f"/feeds/{bos['id']}").status_code == 204


@pytest.mark.parametrize(
    ("body", "field", "because"),
    [
        ({"user": "anna"}, "user", "unknown user 'anna'; did you mean 'ana'?"),
        ({"schedule": "engineer"}, "schedule", "did you mean 'engineers'?"),
        ({"user": "ana", "schedule": "engineers"}, "schedule", "ask for two addresses"),
        ({}, "user", "is missing"),
    ],
)
def test_address_of_what_there_is_not_is_refused(
    small: Company, body: dict[str, str], field: str, because: str
) -> None:
    answer = small.caller().post("/feeds", body)

    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["errors"]] == [field]
    assert because in answer.json["errors"][0]["message"]


def away(caller: Caller, user: str = "bo") -> list[tuple[str, str, str, str]]:
    found = caller.get(f"/users/{user}/time-off").json["time_off"]
    return [(one["start"], one["end"], one["note"], one["source"]) for one in found]


def read_what_is_due(company: Company) -> None:
    while (claimed := claim_feed(company.context)) is not None:
        refresh(company.context, claimed)


def test_absences_are_read_from_a_persons_calendar_and_each_day_again(small: Company, shelf: Shelf) -> None:
    bo = small.caller(Role.RESPONDER, user="bo")
    url = shelf.lay(calendar([SKIING, LUNCH]), "/private-8f2c/away.ics")
    by_hand = {"start": "2026-12-30", "end": "2026-12-30", "note": "moving"}
    assert bo.post("/users/bo/time-off", by_hand).status_code == 201

    assert bo.put("/users/bo/time-off-feed", {"url": url}).json == {"absences": 1}
    moving = ("2026-12-30T00:00:00Z", "2026-12-31T00:00:00Z", "moving", "hand")
    assert away(bo) == [moving, ("2026-12-24T00:00:00Z", "2026-12-27T00:00:00Z", "Skiing", "feed")]

    shelf.lay(calendar([DENTIST]), "/private-8f2c/away.ics")
    small.clock.advance(timedelta(days=1))
    read_what_is_due(small)
    assert away(bo) == [moving, ("2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z", "Dentist", "feed")]

    shelf.lay(b"<html>", "/private-8f2c/away.ics")
    small.clock.advance(timedelta(days=1))
    read_what_is_due(small)
    assert len(away(bo)) == 2
    shown = bo.get("/users/bo/time-off-feed").json
    assert (shown["host"], shown["looked_at"]) == ("127.0.0.1", "2026-11-24T02:13:00Z")
    assert "no iCalendar" in shown["fault"]

    assert bo.delete("/users/bo/time-off-feed").status_code == 204
    assert away(bo) == [moving]
    assert bo.get("/users/bo/time-off-feed").status_code == 404


def test_address_of_a_persons_calendar_is_kept_sealed(small: Company, shelf: Shelf) -> None:
    bo = small.caller(Role.RESPONDER, user="bo")
    bo.put("/users/bo/time-off-feed", {"url": shelf.lay(calendar([SKIING]), "/private-8f2c/away.ics")})

    with small.context.database.read() as session:
        assert "private-8f2c" not in session.scalars(select(SubscriptionRow.url)).one()
    assert "private-8f2c" not in str(bo.get("/users/bo/time-off-feed").json)


@pytest.mark.parametrize("body", [b"<html>Log in</html>", b"", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"])
def test_calendar_that_is_none_changes_nothing(small: Company, shelf: Shelf, body: bytes) -> None:
    bo = small.caller(Role.RESPONDER, user="bo")
    bo.put("/users/bo/time-off-feed", {"url": shelf.lay(calendar([SKIING]))})
    before = away(bo), bo.get("/users/bo/time-off-feed").json

    answer = bo.put("/users/bo/time-off-feed", {"url": shelf.lay(body, "/other.ics")})

    assert (answer.status_code, [fault["field"] for fault in answer.json["errors"]]) == (422, ["url"])
    assert (away(bo), bo.get("/users/bo/time-off-feed").json) == before


def test_calendar_file_takes_the_place_of_the_one_before(small: Company) -> None:
    bo = small.caller(Role.RESPONDER, user="bo")
    for events, notes in (([SKIING, DENTIST], ["Dentist", "Skiing"]), ([SKIING], ["Skiing"])):
        answer = bo.post("/users/bo/time-off/import", {"calendar": calendar(events).decode()})
        assert answer.json == {"absences": len(notes)}
        assert sorted(note for *_, note, _ in away(bo)) == notes

    refused = bo.post("/users/bo/time-off/import", {"calendar": "none"})
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "calendar")
    assert [source for *_, source in away(bo)] == ["file"]


def test_calendar_of_somebody_else_is_for_managers(small: Company, shelf: Shelf) -> None:
    url = shelf.lay(calendar([SKIING]))
    assert small.caller(Role.RESPONDER, user="bo").put("/users/ana/time-off-feed", {"url": url}).status_code == 403
    assert small.caller(Role.MANAGER).put("/users/ana/time-off-feed", {"url": url}).status_code == 200
    assert small.caller().put("/users/nobody/time-off-feed", {"url": url}).status_code == 404
