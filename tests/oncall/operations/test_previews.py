"""Those whose shifts an edit changes are told, once each (docs/semantics.md 3.8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from oncall.delivery.protocol import Outgoing
from oncall.domain.absence import Absence
from oncall.operations.apply import apply_document
from oncall.store import time_off
from schedules import Span
from tests.oncall.floor import Floor, open_floor

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
PEOPLE = """
version: 1
users:
  ana:
    name: Ana Ruiz
    time_zone: Asia/Tokyo
    contact_methods: {mobile: {type: sms, address: "+15005550006"}, chat: {type: slack, address: U0ANA}}
  bo: {contact_methods: {mobile: {type: sms, address: "+15005550007"}}}
  cy: {contact_methods: {mobile: {type: sms, address: "+15005550008"}}}
"""
CALENDAR = """
calendars: {hq: {time_zone: UTC, open: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]%s}}
schedules:
  desk: {time_zone: UTC, layers: [{start: "2026-01-05T09:00", turn: 1 week, users: [ana], when: {calendar: hq, is: open}}]}
"""


def desk(*users: str, start: str = "2026-01-05T09:00") -> str:
    layer = f'{{start: "{start}", turn: 1 week, users: [{", ".join(users)}]}}'
    return f"{PEOPLE}schedules: {{desk: {{time_zone: UTC, layers: [{layer}]}}}}\n"


@pytest.fixture
def floor(sqlite_url: str) -> Iterator[Floor]:
    """Ana and Bo take turns; it is Monday, and Bo's week begins."""
    with open_floor(sqlite_url, desk("ana", "bo")) as floor:
        floor.clock.set(MONDAY)
        yield floor


def applied(floor: Floor, text: str, *, author: str = "cli", dry_run: bool = False) -> None:
    apply_document(floor.context, text, author=author, prune=False, dry_run=dry_run)


def told(floor: Floor) -> dict[str | None, Outgoing]:
    while floor.work():
        continue
    found = {sent.user: sent for sent in floor.vendor.sent if "shifts have changed" in sent.text}
    assert len(found) == len(floor.vendor.sent)
    floor.vendor.sent.clear()
    return found


def test_nobody_is_told_of_a_first_document(floor: Floor) -> None:
    assert told(floor) == {}


def test_who_gains_and_who_loses_is_told_once_by_the_first_way(floor: Floor) -> None:
    applied(floor, desk("ana", "cy"), dry_run=True)
    assert told(floor) == {}
    applied(floor, desk("ana", "cy"), author="ana")
    found = told(floor)
    assert sorted(map(str, found)) == ["bo", "cy"]
    assert (found["bo"].urgency, found["bo"].method) == ("high", "sms")
    assert found["cy"].text.splitlines()[:2] == [
        "Your shifts have changed, by Ana Ruiz (UTC):",
        "+ on call for desk, now to Mon 2026-11-09 09:00",
    ]
    applied(floor, desk("ana", "cy"))
    assert told(floor) == {}


def test_what_is_later_than_two_days_is_told_quietly_on_the_persons_own_clock(floor: Floor) -> None:
    later = (
        desk("ana", "bo")[:-3] + ', overrides: [{start: "2026-11-20T09:00", end: "2026-11-20T17:00", users: [ana]}]}}\n'
    )
    applied(floor, later)
    found = told(floor)
    assert (found["ana"].urgency, found["ana"].method) == ("low", "slack")
    assert found["ana"].text.splitlines() == [
        "Your shifts have changed (Asia/Tokyo):",
        "+ on call for desk, Fri 2026-11-20 18:00 to Sat 2026-11-21 02:00",
        "https://pager.example.com",
    ]


def test_edit_that_changes_nobodys_shifts_tells_nobody(floor: Floor) -> None:
    applied(floor, desk("ana", "bo", "ana", "bo"))
    assert told(floor) == {}


def test_changed_calendar_is_told_as_well(floor: Floor) -> None:
    applied(floor, PEOPLE + CALENDAR % "")
    told(floor)
    applied(floor, PEOPLE + CALENDAR % ", holidays: {add: ['2026-11-20']}")
    assert [sent.text.splitlines()[1] for sent in told(floor).values()] == [
        "- no longer on call for desk, Fri 2026-11-20 18:00 to Sat 2026-11-21 02:00"
    ]


def test_preview_knows_time_off(floor: Floor) -> None:
    away = Absence("cy", Span(MONDAY, MONDAY + timedelta(days=2)), "Crete")
    floor.context.database.write(lambda session: time_off.add(session, away, source="hand", by="cy", at=MONDAY))
    found = apply_document(floor.context, desk("ana", "cy"), author="cli", prune=False, dry_run=True)
    assert "  ! cy is away (Crete), Mon 2026-11-02 09:00 to Wed 2026-11-04 09:00" in str(found).splitlines()
