"""`oncall who`, `shifts` and `calendar` for people, and what they refuse."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oncall.cli import main
from oncall.clock import SystemClock
from schedules import format_instant
from tests.oncall.document.company import COMPANY
from tests.oncall.document.test_written import DEMO

WEDNESDAY = "2026-11-25T18:00:00Z"
LONG_AGO = "2026-03-18T18:00:00Z"


def oncall(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=text)


def test_who_is_on_call_at_an_instant() -> None:
    result = oncall("who", "--at", WEDNESDAY, "--config", str(DEMO), "--json")
    assert json.loads(result.stdout) == {
        "at": WEDNESDAY,
        "schedules": {"office": ["bo"], "nights": [], "shift-managers": ["mia"]},
    }


def test_who_asks_for_one_schedule_in_any_offset() -> None:
    result = oncall("who", "--at", "2026-11-25T19:00:00+01:00", "--schedule", "office", "--config", str(DEMO), "--json")
    assert json.loads(result.stdout) == {"at": WEDNESDAY, "schedules": {"office": ["bo"]}}


def test_who_says_names_and_until_when_in_the_readers_zone() -> None:
    result = oncall("who", "--at", LONG_AGO, "--zone", "Europe/Berlin", "--config", str(DEMO))
    assert [" ".join(line.split()) for line in result.stdout.splitlines()] == [
        "On call at Wed 2026-03-18 19:00 (Europe/Berlin):",
        "",
        "schedule on call until (Europe/Berlin)",
        "office Bo Lindqvist Thu 2026-03-19 00:00",
        "nights nobody Thu 2026-03-19 00:00",
        "shift-managers Mia Novak Thu 2026-03-19 03:00",
    ]


def test_who_without_an_instant_is_now() -> None:
    result = oncall("who", "--config", str(DEMO), "--json")
    assert result.exit_code == 0
    assert list(json.loads(result.stdout)["schedules"]) == ["office", "nights", "shift-managers"]


def test_document_may_come_by_standard_input() -> None:
    result = oncall("who", "--at", WEDNESDAY, "--config", "-", "--json", text=COMPANY)
    assert json.loads(result.stdout)["schedules"] == {"engineers": ["ana"]}


def test_shifts_for_people_show_gaps_in_the_readers_zone() -> None:
    window = ("--since", "2026-03-18T00:00:00Z", "--until", "2026-03-19T00:00:00Z", "--zone", "Asia/Kolkata")
    result = oncall("shifts", "office", *window, "--config", str(DEMO))
    assert [" ".join(line.split()) for line in result.stdout.splitlines()] == [
        "from (Asia/Kolkata) to on call",
        "Wed 2026-03-18 05:30 Wed 2026-03-18 20:30 nobody",
        "Wed 2026-03-18 20:30 Thu 2026-03-19 04:30 Bo Lindqvist",
        "Thu 2026-03-19 04:30 Thu 2026-03-19 05:30 nobody",
    ]


def test_shifts_mark_what_is_now_and_today() -> None:
    now = SystemClock().now()
    window = ("--since", format_instant(now - timedelta(hours=1)), "--until", format_instant(now + timedelta(hours=1)))
    lines = oncall("shifts", "shift-managers", *window, "--zone", "UTC", "--config", str(DEMO)).stdout.splitlines()
    assert len([line for line in lines if line.split()[-1] == "now"]) == 1
    assert "today" in lines[1]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (("open",), "at (Europe/Berlin) open next open Thu 2026-03-19 00:30 no Thu 2026-03-19 16:00"),
        (("release",), "at (Europe/Berlin) release Thu 2026-03-19 00:30 Thu 2026-03-19 15:00"),
        (
            ("deadline", "--for", "2 business hours"),
            "at (Europe/Berlin) for deadline Thu 2026-03-19 00:30 2 business hours Thu 2026-03-19 18:00",
        ),
    ],
    ids=["open", "release", "deadline"],
)
def test_calendar_for_people_speaks_in_the_readers_zone(question: tuple[str, ...], said: str) -> None:
    config = ("--config", str(DEMO))
    result = oncall("calendar", "hq", *question, "--at", "2026-03-18T23:30:00Z", "--zone", "Europe/Berlin", *config)
    assert " ".join(result.stdout.split()) == said


def test_who_says_that_there_are_no_schedules(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("version: 1\n")
    said = CliRunner().invoke(main, ["who", "--config", str(tmp_path / "empty.yaml")])
    assert (said.exit_code, said.stderr) == (0, "no schedule is known here: is --data or --config right?\n")


def test_unknown_zone_is_refused_with_the_nearest() -> None:
    result = oncall("calendar", "hq", "open", "--at", WEDNESDAY, "--zone", "Europe/Berlim", "--config", str(DEMO))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean 'Europe/Berlin'?" in " ".join(result.stderr.replace("│", " ").split())


def test_calendar_that_opens_no_more_has_no_next_opening_and_no_release() -> None:
    text = (
        "version: 1\ncalendars: {hq: {time_zone: UTC, special: [{date: 2026-01-05, open: [{from: 9:00, to: 10:00}]}]}}"
    )
    ask = ("--at", WEDNESDAY, "--config", "-", "--json")
    assert json.loads(oncall("calendar", "hq", "open", *ask, text=text).stdout)["next_open"] is None
    result = oncall("calendar", "hq", "release", *ask, text=text)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "calendar 'hq': the calendar does not open again" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("who", "--at", "2026-11-25T18:00:00"), "give it an offset"),
        (("who", "--at", "yesterday"), "is not an instant"),
        (("shifts", "office", "--since", WEDNESDAY), "--until"),
        (("shifts", "office", "--since", WEDNESDAY, "--until", WEDNESDAY), "is not after --since"),
        (("calendar", "hq", "open"), "--at"),
        (("calendar", "hq", "shut", "--at", WEDNESDAY), "'shut' is not one of"),
        (("calendar", "hq", "deadline", "--at", WEDNESDAY), "needs --for"),
        (("calendar", "hq", "deadline", "--at", WEDNESDAY, "--for", "4 busines hours"), "did you mean 'business'?"),
        (("calendar", "hq", "release", "--at", WEDNESDAY, "--release-at", "8"), "write one like 08:00"),
        (("who", "--config", "no-such-file.yaml"), "does not exist"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...], said: str) -> None:
    config = () if "--config" in arguments else ("--config", str(DEMO))
    result = CliRunner(env={"COLUMNS": "200"}).invoke(main, [*arguments, *config])
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("who", "--schedule", "ofice"), "unknown schedule 'ofice'; did you mean 'office'?"),
        (("shifts", "x", "--since", "2026-01-01T00:00:00Z", "--until", WEDNESDAY), "known: nights, office"),
        (("calendar", "hk", "open", "--at", WEDNESDAY), "unknown calendar 'hk'; known: hq"),
    ],
)
def test_unknown_name_is_refused_with_the_nearest(arguments: tuple[str, ...], said: str) -> None:
    result = oncall(*arguments, "--config", str(DEMO))
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr


def test_faulty_document_is_refused_with_file_line_and_path(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(COMPANY.replace("turn: 1 week, users: [bo]", "turn: 1 weak, users: [bo]"), encoding="utf-8")
    result = oncall("who", "--config", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{file}: line 28: schedules.engineers.layers[2].turn: '1 weak' is not a turn")


def test_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "binary.yaml"
    file.write_bytes(b"version: 1\n\xff\xfe")
    result = oncall("who", "--config", str(file))
    assert result.exit_code == 1
    assert "is not UTF-8 text" in result.stderr


def test_history_is_asked_of_the_database_alone(tmp_path: Path) -> None:
    window = ("--since", WEDNESDAY, "--until", "2026-11-26T00:00:00Z", "--known-at", WEDNESDAY)
    result = oncall("shifts", "office", *window, "--config", str(DEMO))
    assert (result.exit_code, "--config" in result.stderr) == (2, True)
    data = ("--data", str(tmp_path))
    oncall("apply", "-", *data, text=COMPANY)
    known = oncall("who", "--at", WEDNESDAY, "--known-at", "2020-01-01T00:00:00Z", "--json", *data)
    assert json.loads(known.stdout)["schedules"] == {}
    before = oncall("who", "--at", "2020-06-01T00:00:00Z", "--json", *data)
    assert json.loads(before.stdout)["schedules"] == {"engineers": []}
