"""The answers of tests/schedules/vectors, to the letter, out of the command."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from oncall.cli import main

VECTORS = Path(__file__).parents[2] / "schedules" / "vectors"
SHIFTS: list[dict[str, Any]] = json.loads((VECTORS / "shifts.json").read_text(encoding="utf-8"))
CALENDARS: list[dict[str, Any]] = json.loads((VECTORS / "calendars.json").read_text(encoding="utf-8"))


def lines(*arguments: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def written(path: Path, document: dict[str, Any]) -> str:
    file = path / "oncall.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("row", SHIFTS, ids=[f"row{number}" for number in range(len(SHIFTS))])
def test_shifts_are_those_of_the_vectors(row: dict[str, Any], tmp_path: Path) -> None:
    config = written(tmp_path, row["document"])
    window = ("--since", row["since"], "--until", row["until"])
    (printed,) = lines("shifts", row["schedule"], *window, "--config", config, "--json")
    assert printed == {key: row[key] for key in ("schedule", "since", "until", "shifts", "gaps")}


def questions(query: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """What is asked of the calendar at the instant of a query, each with the right answer."""
    at = query["at"]
    yield ("open",), {"at": at, "open": query["open"], "next_open": query["next_open"]}
    yield ("release", "--release-at", query["release_at"]), {"at": at, "release": query["release"]}
    for length, kind in ((f"{query['open_hours']} business hours", "open_hours"),
                         (f"{query['working_days']} business days", "working_days")):  # fmt: skip
        yield ("deadline", "--for", length), {"at": at, "for": length, "deadline": query[f"deadline_{kind}"]}


@pytest.mark.parametrize("row", CALENDARS, ids=[f"row{number}" for number in range(len(CALENDARS))])
def test_calendar_answers_are_those_of_the_vectors(row: dict[str, Any], tmp_path: Path) -> None:
    config = written(tmp_path, {"version": 1, "calendars": {"hq": row["calendar"]}})
    answers: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for query in row["queries"]:
        for question, answer in questions(query):
            answers.setdefault(question, []).append(answer)
    for question, right in answers.items():
        instants = [part for answer in right for part in ("--at", answer["at"])]
        assert lines("calendar", "hq", *question, *instants, "--config", config, "--json") == right


def test_many_instants_are_a_line_each_in_a_process_of_its_own(tmp_path: Path) -> None:
    row = CALENDARS[0]
    config = written(tmp_path, {"version": 1, "calendars": {"hq": row["calendar"]}})
    instants = [part for query in row["queries"] for part in ("--at", query["at"])]
    command = [sys.executable, "-c", "from oncall.cli import main; main()"]
    ran = subprocess.run(
        [*command, "calendar", "hq", "open", *instants, "--config", config, "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert [json.loads(line) for line in ran.stdout.splitlines()] == [
        {key: query[key] for key in ("at", "open", "next_open")} for query in row["queries"]
    ]
