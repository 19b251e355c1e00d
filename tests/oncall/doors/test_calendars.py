"""Calendars out: what a calendar program reads at a secret address, by an independent reader."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import recurring_ical_events
from icalendar import Calendar
from sqlalchemy import update
from werkzeug.test import TestResponse

from oncall.operations.apply import apply_document
from oncall.operations.feeds import COMMAND_LINE, create_feed, revoke_feed
from oncall.operations.overrides import NewOverride, lay_overrides
from oncall.store.configuration import ConfigVersionRow
from oncall.store.feeds import FeedKind
from schedules import format_instant
from schedules.spans import Span, union
from tests.oncall.doors.company import PUBLIC_URL, Caller, Company, run_company

DOCUMENT = """
version: 1
users:
  ana: {name: "Ana Ruiz, Zürich; on-call engineer of the platform and everything that belongs to it"}
  bo: {name: Bo Lindqvist}
  mia: {name: Mia Tanaka, role: manager}
calendars:
  office: {time_zone: America/Denver, open: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]}
schedules:
  engineers:
    time_zone: America/Denver
    layers:
      - {name: primary, start: "2026-01-05T09:00", turn: 1 week, users: [ana, bo, [bo, mia]]}
      - {name: nights, start: "2026-01-05T17:00", turn: 12 hours, users: [mia, bo], when: {calendar: office, is: closed}}
    overrides:
      - {start: "2026-12-26T00:00", end: "2026-12-26T12:00", users: [mia], replaces: bo}
  managers:
    time_zone: UTC
    layers: [{name: all, start: "2026-12-01T00:00", turn: 1 day, users: [mia, ana]}]
"""
SINCE, UNTIL = datetime(2026, 11, 25, tzinfo=UTC), datetime(2027, 1, 31, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Iterator[Company]:
    with run_company(sqlite_url, tmp_path, DOCUMENT) as company:
        # As if it had been so for long, and not since this very moment.
        long_ago = update(ConfigVersionRow).values(holds_from=datetime(2026, 1, 1, tzinfo=UTC))
        company.context.database.write(lambda session: session.execute(long_ago))
        yield company


def address(company: Company, user: str | None = None, *, schedule: str | None = None) -> str:
    kind = FeedKind.USER if user else FeedKind.SCHEDULE
    made = create_feed(company.context, kind, user or schedule or "", COMMAND_LINE)
    return made.url.removeprefix(PUBLIC_URL)


def read(company: Company, path: str, **headers: str) -> TestResponse:
    return company.app.test_client().get(path, headers=headers)


def duty(text: bytes) -> dict[str, tuple[Span, ...]]:
    """When who is on call by a calendar, told by its summaries, as an independent reader has it."""
    found: dict[str, list[Span]] = {}
    for event in recurring_ical_events.of(Calendar.from_ical(text)).between(SINCE, UNTIL):
        span = Span(max(event["DTSTART"].dt, SINCE), min(event["DTEND"].dt, UNTIL))
        found.setdefault(str(event["SUMMARY"]), []).append(span)
    return {name: union(spans) for name, spans in found.items()}


def shifts(caller: Caller, schedule: str) -> dict[str, tuple[Span, ...]]:
    """The same by the API."""
    query = f"since={format_instant(SINCE)}&until={format_instant(UNTIL)}"
    found: dict[str, list[Span]] = {}
    for shift in caller.get(f"/schedules/{schedule}/shifts?{query}").json["shifts"]:
        span = Span(*(datetime.fromisoformat(shift[edge]) for edge in ("start", "end")))
        found.setdefault(shift["user"], []).append(span)
    return {user: union(spans) for user, spans in found.items()}


def events(text: bytes) -> list[Any]:
    return list(Calendar.from_ical(text).walk("VEVENT"))


def uids(text: bytes) -> dict[str, tuple[datetime, datetime]]:
    found = {str(event["UID"]): (event["DTSTART"].dt, event["DTEND"].dt) for event in events(text)}
    assert len(found) == len(events(text))
    return found


def lay(company: Company, start: str, end: str, user: str, schedule: str = "engineers") -> None:
    wanted = NewOverride(schedule, datetime.fromisoformat(start), datetime.fromisoformat(end), (user,))
    now = company.clock.now()
    company.context.database.write(lambda session: lay_overrides(company.context, session, [wanted], "test", now))


def test_calendar_of_a_schedule_read_back_has_the_same_shifts(small: Company) -> None:
    names = {"Bo Lindqvist on call (engineers)": "bo", "Mia Tanaka on call (engineers)": "mia"}
    told = duty(read(small, address(small, schedule="engineers")).data)

    by_user = {names.get(summary, "ana"): spans for summary, spans in told.items()}
    assert by_user == shifts(small.caller(), "engineers")
    assert set(by_user) == {"ana", "bo", "mia"}


@pytest.mark.parametrize("user", ["ana", "bo", "mia"])
def test_calendar_of_a_user_has_their_shifts_in_all_schedules(small: Company, user: str) -> None:
    told = duty(read(small, address(small, user)).data)

    caller = small.caller()
    expected = {f"On call ({key})": shifts(caller, key).get(user) for key in ("engineers", "managers")}
    assert told == {summary: spans for summary, spans in expected.items() if spans}


def test_calendar_after_an_edit_has_the_past_as_it_stood_then(small: Company) -> None:
    path = address(small, schedule="engineers")
    small.clock.set(datetime(2026, 12, 9, 12, tzinfo=UTC))
    text = DOCUMENT.replace("turn: 1 week, users: [ana, bo, [bo, mia]]", "turn: 1 day, users: [bo, ana]")
    apply_document(small.context, text, author="test", prune=False, dry_run=False)
    small.clock.advance(24 * HOUR)

    told = duty(read(small, path).data)
    assert {len(spans) for spans in told.values()} != {0}
    by_user = {"bo" if "Bo" in name else "mia" if "Mia" in name else "ana": spans for name, spans in told.items()}
    assert by_user == shifts(small.caller(), "engineers")


def test_calendar_is_written_as_calendar_programs_want_it(small: Company) -> None:
    answer = read(small, address(small, "ana"))
    lines = answer.data.decode().split("\r\n")

    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["Cache-Control"] == "private, max-age=300"
    assert "Set-Cookie" not in answer.headers
    assert lines[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//oncall//oncall//EN"]
    assert {
        "METHOD:PUBLISH",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "TRANSP:TRANSPARENT",
        "URL:http://127.0.0.1:8080/schedules/engineers",
        "SUMMARY:On call (engineers)",
    } <= set(lines)
    assert lines[-1] == ""
    assert b"\n" not in answer.data.replace(b"\r\n", b"")
    assert max(len(line.encode()) for line in lines) <= 75
    unfolded = answer.data.decode().replace("\r\n ", "").split("\r\n")
    name = r"On call: Ana Ruiz\, Zürich\; on-call engineer of the platform and everything that belongs to it"
    assert {f"NAME:{name}", f"X-WR-CALNAME:{name}"} <= set(unfolded)
    event = events(answer.data)[0]
    assert {"UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE"} <= set(event)
    assert all(event[name].to_ical().endswith(b"Z") for name in ("DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND"))
    assert str(event["UID"]).endswith("@127.0.0.1")


def test_calendar_reaches_from_a_month_back_to_three_ahead_in_whole_turns(small: Company) -> None:
    found = uids(read(small, address(small, schedule="managers")).data).values()
    assert min(start for start, _ in found) == datetime(2026, 12, 1, tzinfo=UTC)
    assert max(end for _, end in found) == datetime(2027, 2, 20, tzinfo=UTC)

    nights = uids(read(small, address(small, schedule="engineers")).data).values()
    assert min(start for start, _ in nights) == datetime(2026, 10, 22, 23, tzinfo=UTC)


def test_uid_stays_while_its_turn_does(small: Company) -> None:
    path = address(small, schedule="managers")
    before = uids(read(small, path).data)

    # Another day, so another window.
    small.clock.advance(24 * HOUR)
    later = uids(read(small, path).data)
    assert {uid: later[uid] for uid in before.keys() & later.keys()} == before

    # An override elsewhere.
    lay(small, "2026-12-24T00:00", "2026-12-24T12:00", "bo", "managers")
    cut = uids(read(small, path).data)
    changed = {uid for uid in later if cut.get(uid) != later[uid]}
    assert {later[uid][0].date().isoformat() for uid in changed} == {"2026-12-24"}
    # The turn that was cut keeps its own.
    assert changed <= cut.keys()


def test_uid_stays_when_the_hours_of_its_turn_change(small: Company) -> None:
    path = address(small, schedule="engineers")
    before = uids(read(small, path).data)
    small.clock.advance(HOUR)
    text = DOCUMENT.replace('from: "09:00", to: "17:00"', 'from: "10:00", to: "17:00"')
    apply_document(small.context, text, author="test", prune=False, dry_run=False)

    after = uids(read(small, path).data)
    nights = {uid for uid, (start, _) in before.items() if ".nights." in uid and start > small.clock.now()}
    assert nights
    assert nights <= after.keys()
    assert any(after[uid] != before[uid] for uid in nights)


def test_change_raises_the_sequence_and_the_time_of_modification(small: Company) -> None:
    path = address(small, schedule="managers")

    def modified() -> tuple[int, datetime]:
        event = events(read(small, path).data)[0]
        return event["SEQUENCE"], event["LAST-MODIFIED"].dt

    before = modified()
    small.clock.advance(HOUR)
    assert modified() == before
    lay(small, "2026-12-24T00:00", "2026-12-24T12:00", "bo", "managers")
    assert modified() == (before[0] + 1, small.clock.now())


def test_calendar_that_has_not_changed_is_not_sent_again(small: Company) -> None:
    path = address(small, schedule="managers")
    first = read(small, path)
    small.clock.advance(HOUR)
    tag, modified = first.headers["ETag"], first.headers["Last-Modified"]

    assert read(small, path).headers["ETag"] == tag
    for headers in ({"If-None-Match": tag}, {"If-Modified-Since": modified}):
        again = read(small, path, **headers)
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)

    lay(small, "2026-12-24T00:00", "2026-12-24T12:00", "bo", "managers")
    assert read(small, path, **{"If-None-Match": tag}).status_code == 200
    assert read(small, path, **{"If-Modified-Since": modified}).status_code == 200


def test_calendar_can_be_asked_for_its_head(small: Company) -> None:
    path = address(small, "ana")
    head = small.app.test_client().head(path)

    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == read(small, path).headers["ETag"]


def test_address_that_leads_nowhere_says_the_same_whatever_is_wrong_with_it(small: Company) -> None:
    made = create_feed(small.context, FeedKind.USER, "ana", COMMAND_LINE)
    revoke_feed(small.context, made.feed.id, COMMAND_LINE)
    gone = address(small, schedule="managers")
    left = DOCUMENT[: DOCUMENT.index("  managers:")]
    apply_document(small.context, left, author="test", prune=True, dry_run=False)

    paths = (
        made.url.removeprefix(PUBLIC_URL),
        gone,
        "/ical/unknown.ics",
        "/ical/unknown",
        "/ical/a/b.ics",
        "/ical/%00.ics",
    )
    answers = {(answer.status_code, answer.text) for answer in (read(small, path) for path in paths)}
    assert answers == {(404, "There is no calendar here: the address is unknown, or it was revoked.\n")}
