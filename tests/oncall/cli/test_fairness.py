"""`oncall fairness`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oncall.cli import main
from tests.oncall.document.test_written import DEMO

JANUARY = ("--since", "2026-01-05T00:00:00Z", "--until", "2026-02-02T00:00:00Z")


def oncall(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, ["fairness", *arguments, "--config", str(DEMO)])


def test_fairness_for_people_is_a_table_and_the_rests_that_are_too_short() -> None:
    result = oncall("shift-managers", *JANUARY, "--rest", "13h", "--zone", "Europe/Berlin")
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]

    assert lines[0] == "hours shifts nights weekends holidays longest run shortest rest"
    assert lines[1].startswith("Ana Ruiz 324 27 27 (216 h) 4 (")
    assert "Rests shorter than 13h (Europe/Berlin):" in lines
    assert "Mia Novak: 12 h, Tue 2026-01-06 04:00 to Tue 2026-01-06 16:00" in lines


def test_fairness_for_programs_is_json_or_csv() -> None:
    found = json.loads(oncall("shift-managers", *JANUARY, "--json").stdout)
    rows = oncall("shift-managers", *JANUARY, "--csv").stdout.splitlines()

    assert (found["schedule"], found["rest"], found["short_rests"]) == ("shift-managers", "11h", [])
    assert [user["user"] for user in found["users"]] == ["ana", "mia"]
    assert rows[0].startswith("user,name,on_call_hours")
    assert rows[1].startswith("ana,Ana Ruiz,324.0,27,27,216.0,")


def test_fairness_and_the_timeline_are_told_of_the_database_too(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    CliRunner().invoke(main, ["apply", str(DEMO), *data], catch_exceptions=False)
    found = json.loads(CliRunner().invoke(main, ["fairness", "nights", *JANUARY, "--json", *data]).stdout)
    drawn = CliRunner().invoke(main, ["timeline", "nights", *data])

    assert [user["user"] for user in found["users"]] == ["bo", "cy", "dee", "eli"]
    assert "Timeline of nights" in drawn.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nihgts", *JANUARY), 1, "unknown schedule 'nihgts'; did you mean 'nights'?"),
        (("nights", *JANUARY, "--rest", "eleven"), 2, "'eleven'"),
        (("nights", *JANUARY, "--csv", "--json"), 2, "choose one of --csv and --json"),
        (("nights", *JANUARY[::-1]), 2, ""),
        (("nights", *JANUARY[:3], "2026-01-01T00:00:00Z"), 2, "is not after --since by at most 400 days"),
    ],
)
def test_what_cannot_be_told_is_refused(arguments: tuple[str, ...], code: int, said: str) -> None:
    result = oncall(*arguments)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in " ".join(result.stderr.replace("│", " ").split())
