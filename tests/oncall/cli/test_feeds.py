"""Calendars by the command line: holidays from a feed, addresses of shifts, and absences from a person's calendar."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oncall.cli import main
from oncall.domain.directory import Role
from oncall.fetching import Fetcher
from oncall.outbound import Outbound
from tests.oncall.document.company import line_of
from tests.oncall.doors.company import Company, run_company
from tests.vendors.calendars import Shelf, calendar, run_shelf, whole_days
from tests.vendors.serving import serve

CHRISTMAS_EVE = "2026-12-24"
PATH = "calendars.hq.holidays.feed"
DOCUMENT = """\
version: 1
users: {ana: , bo: }
calendars:
  hq:
    time_zone: UTC
    open: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]
    holidays: {feed: SOURCE}
schedules:
  engineers:
    time_zone: UTC
    layers:
      - {start: "2026-01-05T00:00", turn: 1 week, users: [ana]}
      - {start: "2026-01-05T00:00", turn: 1 week, users: [bo], when: {calendar: hq, is: closed}}
"""


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with run_shelf() as shelf:
        yield shelf


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the document and its calendars lie, away from where the commands run."""
    folder = tmp_path / "configuration"
    folder.mkdir()
    monkeypatch.setenv("ONCALL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ONCALL_PRIVATE_WEBHOOKS", "1")
    return folder


def document(folder: Path, source: str) -> str:
    file = folder / "oncall.yaml"
    file.write_text(DOCUMENT.replace("SOURCE", json.dumps(source)))
    return str(file)


def oncall(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def on_call(*arguments: str) -> list[str]:
    result = oncall("who", "--at", f"{CHRISTMAS_EVE}T12:00:00Z", "--json", *arguments)
    found: list[str] = json.loads(result.stdout)["schedules"]["engineers"]
    return found


def test_feed_of_a_document_is_read_with_it_from_beside_it_or_by_its_address(folder: Path, shelf: Shelf) -> None:
    (folder / "days.ics").write_bytes(whole_days(CHRISTMAS_EVE))

    for source in ("days.ics", shelf.lay(whole_days(CHRISTMAS_EVE))):
        assert on_call("--config", document(folder, source)) == ["bo"]
    shelf.lay(whole_days("2026-12-31"))
    assert on_call("--config", document(folder, shelf.url())) == ["ana"]


def test_applied_feed_is_in_the_database(folder: Path) -> None:
    (folder / "days.ics").write_bytes(whole_days(CHRISTMAS_EVE))
    file = document(folder, "days.ics")

    assert oncall("apply", file, "--dry-run").exit_code == 0
    assert oncall("apply", file).exit_code == 0
    (folder / "days.ics").unlink()
    assert on_call() == ["bo"]
    assert oncall("apply", file).stdout == "nothing changes\n"


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("lint", ()),
        ("apply", ()),
        ("who", ("--config",)),
        ("shifts", ("engineers", "--since", "2026-12-01T00:00Z", "--until", "2026-12-02T00:00Z", "--config")),
        ("calendar", ("hq", "open", "--at", "2026-12-01T00:00Z", "--config")),
    ],
)
def test_feed_that_cannot_be_read_is_an_error_with_its_path_and_line(
    folder: Path, shelf: Shelf, command: str, more: tuple[str, ...]
) -> None:
    for source, because in (
        (shelf.lay(b"<html>"), "no iCalendar"),
        (shelf.url("/gone.ics"), "127.0.0.1 answered 404 Not Found"),
        ("none.ics", "none.ics is no file"),
        ("ftp://example.com/days.ics", "is not an http or https address"),
    ):
        file = document(folder, source)
        result = oncall(command, *more, file)

        assert result.exit_code == 1
        assert f"line {line_of(DOCUMENT, 'holidays:')}: {PATH}: " in result.output
        assert because in result.output
    assert json.loads(oncall("who", "--json").stdout)["schedules"] == {}


@pytest.mark.parametrize(
    ("holidays", "path"),
    [
        ("{country: XX}", "calendars.hq.holidays.country"),
        ("{country: US, subdivision: XX}", "calendars.hq.holidays.subdivision"),
        ("{subdivision: CO}", "calendars.hq.holidays.country"),
        ("{add: [tomorrow]}", "calendars.hq.holidays.add[0]"),
    ],
)
def test_holidays_of_a_place_that_there_is_not_are_an_error_with_its_path(
    folder: Path, holidays: str, path: str
) -> None:
    file = folder / "oncall.yaml"
    file.write_text(DOCUMENT.replace("{feed: SOURCE}", holidays))

    result = oncall("lint", str(file))
    assert result.exit_code == 1
    assert f"line 7: {path}: " in result.output


def test_address_is_made_listed_and_revoked(folder: Path) -> None:
    (folder / "days.ics").write_bytes(whole_days(CHRISTMAS_EVE))
    oncall("apply", document(folder, "days.ics"))

    url = oncall("feed", "create", "ana").stdout.strip()
    assert url.startswith("http://127.0.0.1:8080/ical/")
    assert url.endswith(".ics")
    made = json.loads(oncall("feed", "create", "--schedule", "engineers", "--json").stdout)
    listed = json.loads(oncall("feed", "list", "--json").stdout)["feeds"]
    assert [(one.get("user"), one.get("schedule"), one["created_by"]) for one in listed] == [
        ("ana", None, "cli"),
        (None, "engineers", "cli"),
    ]
    assert f"{listed[1]['prefix']}…" in oncall("feed", "list").stdout

    assert oncall("feed", "revoke", str(made["id"])).exit_code == 0
    assert [one["id"] for one in json.loads(oncall("feed", "list", "--json").stdout)["feeds"]] == [1]
    assert "there is no calendar address 2" in oncall("feed", "revoke", "2").stderr


def test_address_of_nobody_is_refused(folder: Path) -> None:
    oncall("apply", document(folder, "none.ics"))
    assert oncall("feed", "create", "anna").exit_code == 1
    assert oncall("feed", "create").exit_code == 2
    assert oncall("feed", "create", "ana", "--schedule", "engineers").exit_code == 2


def test_absences_are_taken_over_from_a_file_or_an_address(sqlite_url: str, tmp_path: Path, shelf: Shelf) -> None:
    skiing = calendar(["DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Skiing"])
    (tmp_path / "away.ics").write_bytes(skiing)
    with run_company(sqlite_url, tmp_path) as company:
        _let_call_this_machine(company)
        token = company.caller(Role.RESPONDER, user="bo").token
        with serve(company.app) as address:

            def bo(*arguments: str) -> Result:
                return CliRunner().invoke(main, arguments, env={"ONCALL_URL": address, "ONCALL_TOKEN": token})

            imported = bo("time-off", "import", "bo", str(tmp_path / "away.ics"))
            assert imported.stdout == "bo: 1 absence to come\n"
            assert json.loads(bo("time-off", "import", "bo", shelf.lay(skiing), "--json").stdout) == {"absences": 1}
            assert bo("time-off", "list", "bo").stdout.count("Skiing") == 2

            refused = bo("time-off", "import", "bo", shelf.lay(b"<html>"))
            assert refused.exit_code == 1
            assert "url: " in refused.stderr
            assert bo("time-off", "import", "bo", "none.ics").exit_code == 2

            (tmp_path / "large.ics").write_bytes(b"BEGIN:VCALENDAR\r\n" + b" " * 50_000_000)
            refused = bo("time-off", "import", "bo", str(tmp_path / "large.ics"))
            assert (refused.exit_code, "large.ics: is larger than 1 MB" in refused.stderr) == (1, True)
            assert bo("time-off", "list", "bo").stdout.count("Skiing") == 2


def _let_call_this_machine(company: Company) -> None:
    company.app.extensions["oncall"] = replace(company.context, feeds=Fetcher(Outbound(private=True)))
