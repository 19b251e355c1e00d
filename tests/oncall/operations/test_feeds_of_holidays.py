"""Holidays from a feed: read before a document is applied, written into the version, read again each day."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from oncall.document.difference import Difference
from oncall.domain.directory import Directory
from oncall.engine.feeds import FeedReader
from oncall.errors import InvalidInputError
from oncall.fetching import Fetcher
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.operations.export import export_document
from oncall.operations.history import history_of
from oncall.operations.refresh import claim_feed, refresh
from oncall.outbound import Outbound
from oncall.store import subscriptions
from oncall.store.configuration import ConfigVersionRow
from oncall.store.messages import MessageRow
from oncall.store.subscriptions import Failing, SubscriptionKind
from oncall.watch.status import status
from oncall.watch.told import as_json
from schedules import parse_instant
from tests.clock import FrozenClock
from tests.oncall.document.company import line_of, with_line
from tests.oncall.floor import open_context
from tests.vendors.calendars import Shelf, run_shelf, whole_days

CHRISTMAS_EVE, NEW_YEARS_EVE, BEFORE = "2026-12-24", "2026-12-31", "2026-11-20"
PATIENCE = 20
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PATH = "calendars.hq.holidays.feed"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def context(database_url: str, clock: FrozenClock) -> Iterator[Context]:
    """A service that may call this machine."""
    context = replace(open_context(database_url, clock), feeds=Fetcher(Outbound(private=True)))
    yield context
    context.database.dispose()


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with run_shelf() as shelf:
        yield shelf


def with_feed(source: str) -> str:
    text = with_line("holidays: {country: US, subdivision: CO,", f'holidays: {{country: US, feed: "{source}",')
    return text.replace("    special: [{date: 2026-12-24, open: [{from: 09:00, to: 12:00}]}]\n", "")


def applied(context: Context, source: str, *, folder: Path | None = None, dry_run: bool = False) -> Difference:
    return apply_document(context, with_feed(source), author="ana", prune=False, dry_run=dry_run, folder=folder)


def directory(context: Context) -> Directory:
    with context.database.read() as session:
        return context.directory(session)


def closed(context: Context, *days: str) -> dict[str, bool]:
    calendar = directory(context).calendars["hq"]
    return {day: not calendar.is_open(parse_instant(f"{day}T19:00:00Z")) for day in days}


def versions(context: Context) -> list[tuple[str, list[str] | None]]:
    query = select(ConfigVersionRow).where(ConfigVersionRow.section == "calendars").order_by(ConfigVersionRow.id)
    with context.database.read() as session:
        return [(row.author, row.feed_days) for row in session.scalars(query)]


def failing(context: Context) -> tuple[Failing, ...]:
    with context.database.read() as session:
        return subscriptions.failing(session)


def read_what_is_due(context: Context) -> int:
    count = 0
    while (claimed := claim_feed(context)) is not None:
        refresh(context, claimed)
        count += 1
    return count


def test_days_of_a_feed_are_holidays_and_are_written_into_the_version(context: Context, shelf: Shelf) -> None:
    applied(context, shelf.lay(whole_days(BEFORE, CHRISTMAS_EVE)))

    assert closed(context, CHRISTMAS_EVE, "2026-12-25", "2026-12-23") == {
        CHRISTMAS_EVE: True,
        "2026-12-25": True,
        "2026-12-23": False,
    }
    assert versions(context) == [("ana", [BEFORE, CHRISTMAS_EVE])]


def test_feed_is_read_again_each_day_and_what_differs_is_a_new_version(
    context: Context, clock: FrozenClock, shelf: Shelf
) -> None:
    applied(context, shelf.lay(whole_days(BEFORE, CHRISTMAS_EVE)))
    shelf.lay(whole_days(NEW_YEARS_EVE))
    clock.advance(DAY - HOUR)
    assert read_what_is_due(context) == 0

    clock.advance(HOUR)
    assert read_what_is_due(context) == 1
    assert closed(context, CHRISTMAS_EVE, NEW_YEARS_EVE) == {CHRISTMAS_EVE: False, NEW_YEARS_EVE: True}
    # Of the past it stays as it was read then.
    assert versions(context) == [("ana", [BEFORE, CHRISTMAS_EVE]), ("feed", [BEFORE, NEW_YEARS_EVE])]
    assert directory(context).version == 2

    clock.advance(DAY)
    assert read_what_is_due(context) == 1
    assert len(versions(context)) == 2


@ON_SQLITE
def test_who_was_on_call_on_a_day_that_the_feed_dropped_stays_as_it_was(
    context: Context, clock: FrozenClock, shelf: Shelf
) -> None:
    monday = "2026-11-23"
    applied(context, shelf.lay(whole_days(monday)))
    clock.set(parse_instant("2026-11-24T12:00:00Z"))
    shelf.lay(whole_days(CHRISTMAS_EVE))
    assert read_what_is_due(context) == 1

    with context.database.read() as session:
        history = history_of(context, session, "engineers", None)
    # The office was closed that Monday, so its second layer had Bo.
    assert history.on_call_at(parse_instant(f"{monday}T20:00:00Z")) == {"bo"}


@ON_SQLITE
def test_those_whose_shifts_a_feed_changes_are_told(context: Context, clock: FrozenClock, shelf: Shelf) -> None:
    applied(context, shelf.lay(whole_days(BEFORE)))
    shelf.lay(whole_days(BEFORE, "2026-12-01"))
    clock.advance(DAY)
    assert read_what_is_due(context) == 1

    with context.database.read() as session:
        told = {row.user_id: row.text or "" for row in session.scalars(select(MessageRow))}
    assert list(told) == ["ana"]
    assert told["ana"].startswith(
        "Your shifts have changed (Europe/Berlin):\n- no longer on call for engineers, Tue 2026-12-01 17:00"
    )


def test_feed_that_fails_keeps_its_days_and_is_tried_again_after_an_hour(
    context: Context, clock: FrozenClock, shelf: Shelf
) -> None:
    applied(context, shelf.lay(whole_days(CHRISTMAS_EVE)))
    shelf.lay(b"<html>Log in</html>")
    clock.advance(DAY)
    assert read_what_is_due(context) == 1

    (found,) = failing(context)
    assert (found.kind, found.target, found.looked_at) == (SubscriptionKind.HOLIDAYS, "hq", clock.now())
    assert "no iCalendar" in found.fault
    assert as_json(status(context))["feeds_failing"] == [
        {"kind": "holidays", "target": "hq", "fault": found.fault, "looked_at": "2026-11-23T02:13:00Z"}
    ]
    assert closed(context, CHRISTMAS_EVE) == {CHRISTMAS_EVE: True}

    shelf.lay(whole_days(CHRISTMAS_EVE))
    clock.advance(HOUR)
    assert read_what_is_due(context) == 1
    assert failing(context) == ()
    assert len(versions(context)) == 1


def test_feed_is_read_by_one_worker_at_a_time(context: Context, clock: FrozenClock, shelf: Shelf) -> None:
    applied(context, shelf.lay(whole_days(CHRISTMAS_EVE)))
    clock.advance(DAY)

    claimed = claim_feed(context)
    assert claimed is not None
    assert claim_feed(context) is None
    # A worker that dies half-way leaves it to others.
    clock.advance(HOUR)
    assert claim_feed(context) == claimed


@ON_SQLITE
def test_reader_of_a_worker_takes_a_feed_over_on_a_thread_of_its_own(
    context: Context, clock: FrozenClock, shelf: Shelf
) -> None:
    applied(context, shelf.lay(whole_days(CHRISTMAS_EVE)))
    shelf.lay(whole_days(NEW_YEARS_EVE))
    clock.advance(DAY)
    reader = FeedReader(context)

    assert reader.read_due() == 1
    reader.stop()

    assert closed(context, NEW_YEARS_EVE) == {NEW_YEARS_EVE: True}


@ON_SQLITE
def test_what_pages_waits_for_no_feed(context: Context, clock: FrozenClock, shelf: Shelf) -> None:
    applied(context, shelf.lay(whole_days(CHRISTMAS_EVE)))
    clock.advance(DAY)
    read_on, began = threading.Event(), threading.Event()

    def slow(source: str) -> bytes:
        began.set()
        assert read_on.wait(PATIENCE)
        return context.feeds(source)

    reader = FeedReader(replace(context, feeds=slow))  # type: ignore[arg-type]  # as slow as a server may be
    assert reader.read_due() == 1
    assert began.wait(PATIENCE)
    clock.advance(DAY)
    assert reader.read_due() == 0
    # Nor is any transaction open meanwhile: others write.
    apply_document(context, "version: 1\nusers: {eve: }\n", author="ana", prune=False, dry_run=False)
    read_on.set()
    reader.stop()
    assert failing(context) == ()


@ON_SQLITE
@pytest.mark.parametrize(
    ("body", "more", "because"),
    [
        (b"<html>", {}, "no iCalendar"),
        (b"", {"status": "404 Not Found"}, "127.0.0.1 answered 404 Not Found"),
        (b"x" * 5_000_001, {}, "it is larger than 5 MB"),
        (b"", {"status": "302 Found", "head": "Location: file:///etc/passwd\r\n"}, "is not an http or https address"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", {}, ""),
    ],
    ids=["a web page", "gone", "too large", "redirected", "cut short"],
)
def test_feed_that_cannot_be_read_the_first_time_refuses_the_document(
    context: Context, shelf: Shelf, body: bytes, more: dict[str, str], because: str
) -> None:
    url = shelf.lay(body, **more)

    for dry_run in (True, False):
        with pytest.raises(InvalidInputError) as caught:
            applied(context, url, dry_run=dry_run)
        (fault,) = caught.value.faults
        assert (fault.path, fault.line) == (PATH, line_of(with_feed(url), "holidays:"))
        assert because in fault.message

    assert directory(context) == Directory()


@ON_SQLITE
def test_address_of_a_wrong_scheme_or_a_private_place_is_refused(context: Context) -> None:
    careful = replace(context, feeds=Fetcher(Outbound(private=False)))
    for url, because in (
        ("ftp://example.com/days.ics", "is not an http or https address"),
        ("http://example.com/days.ics", "is not encrypted: use https"),
        ("https://10.0.0.1/days.ics", "leads to 10.0.0.1, which is no public address"),
    ):
        with pytest.raises(InvalidInputError, match=because) as caught:
            applied(careful, url)
        assert [fault.path for fault in caught.value.faults] == [PATH]
    assert directory(context) == Directory()


@ON_SQLITE
def test_feed_that_was_read_before_may_fail_when_a_document_is_applied_again(context: Context, shelf: Shelf) -> None:
    url = shelf.lay(whole_days(CHRISTMAS_EVE))
    applied(context, url)
    shelf.lay(b"<html>")

    assert applied(context, url).is_empty
    assert closed(context, CHRISTMAS_EVE) == {CHRISTMAS_EVE: True}
    assert [one.target for one in failing(context)] == ["hq"]

    with pytest.raises(InvalidInputError, match="no iCalendar"):
        applied(context, shelf.lay(b"<html>", "/others.ics"))


@ON_SQLITE
def test_what_a_feed_names_by_now_is_said_before_it_is_applied(context: Context, shelf: Shelf) -> None:
    url = shelf.lay(whole_days(CHRISTMAS_EVE))
    applied(context, url)
    shelf.lay(whole_days(NEW_YEARS_EVE))

    said = applied(context, url, dry_run=True)
    (change,) = said.changed
    assert str(change) == f"calendars.hq\n    holidays: - {CHRISTMAS_EVE}\n    holidays: + {NEW_YEARS_EVE}"
    assert applied(context, url) == said
    assert applied(context, url).is_empty


@ON_SQLITE
def test_file_beside_the_document_is_read_with_it_and_then_by_nobody(
    context: Context, clock: FrozenClock, tmp_path: Path
) -> None:
    (tmp_path / "days.ics").write_bytes(whole_days(CHRISTMAS_EVE))

    with pytest.raises(InvalidInputError, match="only by the command that reads the document"):
        applied(context, "days.ics")
    applied(context, "days.ics", folder=tmp_path)

    assert closed(context, CHRISTMAS_EVE) == {CHRISTMAS_EVE: True}
    clock.advance(DAY)
    assert read_what_is_due(context) == 0
    assert apply_document(context, export_document(context), author="x", prune=True, dry_run=False).is_empty


@ON_SQLITE
def test_day_that_is_removed_by_hand_is_no_holiday_whatever_the_feed_says(context: Context, shelf: Shelf) -> None:
    text = with_feed(shelf.lay(whole_days(CHRISTMAS_EVE, NEW_YEARS_EVE)))
    apply_document(
        context, text.replace("remove: [", f"remove: [{CHRISTMAS_EVE}, "), author="a", prune=False, dry_run=False
    )

    assert closed(context, CHRISTMAS_EVE, NEW_YEARS_EVE) == {CHRISTMAS_EVE: False, NEW_YEARS_EVE: True}


@ON_SQLITE
def test_feed_that_no_calendar_names_any_more_is_looked_at_no_more(
    context: Context, clock: FrozenClock, shelf: Shelf
) -> None:
    applied(context, shelf.lay(whole_days(CHRISTMAS_EVE)))
    apply_document(context, with_line(", subdivision: CO", ""), author="ana", prune=False, dry_run=False)
    clock.advance(DAY)

    assert read_what_is_due(context) == 0
    assert closed(context, "2026-12-23") == {"2026-12-23": False}
