"""`oncall simulate`: the log for programs, the story for people, and what is refused."""

import json
import os
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oncall.cli import main
from tests.oncall.simulate.support import DOCUMENT

NIGHT = "2026-02-28T09:13:00Z"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "company.yaml"
    file.write_text(DOCUMENT, encoding="utf-8")
    return file


def line(do: str, at: str = NIGHT, **more: object) -> str:
    return json.dumps({"at": at, "do": do, "incident": "db", **more}) + "\n"


def simulate(config: Path, events: str, *more: str) -> Result:
    return CliRunner().invoke(main, ["simulate", "--config", str(config), "--events", "-", *more], input=events)


def log(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.stderr
    return [json.loads(each) for each in result.stdout.splitlines()]


def test_log_is_an_object_a_line_up_to_and_including_the_end(config: Path) -> None:
    result = simulate(config, line("trigger", service="cloud"), "--until", "2026-02-28T09:18:00Z", "--json")

    told = [(entry["at"], entry["incident"], entry["event"], entry.get("user")) for entry in log(result)]

    assert told == [
        (NIGHT, "db", "triggered", None),
        (NIGHT, "db", "paged", "max"),
        (NIGHT, "db", "attempted", "max"),
        ("2026-02-28T09:18:00Z", "db", "triage_expired", None),
        ("2026-02-28T09:18:00Z", "db", "paged", "bo"),
        ("2026-02-28T09:18:00Z", "db", "attempted", "bo"),
    ]


def test_events_in_any_order_of_time_are_the_same_story(config: Path) -> None:
    lines = [
        line("trigger", service="cloud"),
        line("acknowledge", "2026-02-28T09:20:00Z", by="bo"),
        line("resolve", "2026-02-28T09:30:00Z", by="bo"),
    ]

    assert log(simulate(config, "".join(reversed(lines)), "--json")) == log(simulate(config, "".join(lines), "--json"))


def test_story_is_told_to_people_also_where_no_terminal_is(config: Path) -> None:
    result = simulate(config, line("trigger", service="cloud", title="disk full"), "--until", NIGHT)

    assert result.stdout.splitlines()[0] == "Saturday 28 February 2026, America/Denver"
    assert "Sev 1 on cloud: disk full" in result.stdout


def test_events_may_come_from_a_file_or_a_pipe(config: Path, tmp_path: Path) -> None:
    file, pipe = tmp_path / "events.jsonl", tmp_path / "pipe"
    file.write_text("\ufeff" + line("trigger", service="cloud"), encoding="utf-8")
    os.mkfifo(pipe)
    arguments = ["simulate", "--config", str(config), "--until", NIGHT, "--json", "--events"]

    writer = threading.Thread(target=lambda: pipe.write_bytes(file.read_bytes()))
    writer.start()
    by_pipe = CliRunner().invoke(main, [*arguments, str(pipe)])
    writer.join()

    assert log(by_pipe) == log(CliRunner().invoke(main, [*arguments, str(file)]))


def test_wrong_lines_are_refused_all_at_once_and_nothing_runs(config: Path) -> None:
    events = line("trigger", service="cloud") + line("trigger", service="clod") + line("acknowlege")

    result = simulate(config, events, "--json")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "-: line 2: service: unknown service 'clod'; did you mean 'cloud'?",
        "-: line 3: do: unknown verb 'acknowlege'; did you mean 'acknowledge'?",
    ]


def test_unknown_severity_of_a_trigger_counts_as_the_default_with_a_warning(config: Path) -> None:
    triggered = log(simulate(config, line("trigger", service="cloud", severity="huge"), "--until", NIGHT, "--json"))[0]

    assert triggered["severity"] == "sev1"
    assert "severity 'huge' is not known here: taken as sev1" in str(triggered["warnings"])


def test_events_that_are_no_text_are_refused(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\xff\xfe{}\n")

    result = CliRunner().invoke(main, ["simulate", "--config", str(config), "--events", str(file)])

    assert result.exit_code == 1
    assert f"{file}: is not UTF-8 text" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--config", "-", "--events", "-"), "standard input can be --config or --events, not both"),
        (("--config", "-"), "--events"),
        (("--config", "-", "--events", "no-such-file"), "does not exist"),
        (("--config", "-", "--events", "-", "--until", "tomorrow"), "is not an instant"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...], said: str) -> None:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(main, ["simulate", *arguments])

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in " ".join(result.stderr.replace("│", " ").split())
