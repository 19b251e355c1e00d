"""`oncall explain`: why somebody was paged, and why nobody was."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oncall.cli import main
from oncall.domain.directory import Role
from tests.oncall.doors.company import Company, run_company
from tests.vendors.serving import serve

Oncall = Callable[..., Result]


@pytest.fixture
def company(sqlite_url: str, tmp_path: Path) -> Iterator[Company]:
    with run_company(sqlite_url, tmp_path) as company:
        yield company


@pytest.fixture
def oncall(company: Company) -> Iterator[Oncall]:
    """The command in the environment of somebody who may look on."""
    token = company.caller(Role.VIEWER, user="vic").token
    with serve(company.app) as address:

        def run(*arguments: str) -> Result:
            return CliRunner().invoke(main, arguments, env={"ONCALL_URL": address, "ONCALL_TOKEN": token})

        yield run


def test_explain_tells_people_phase_by_phase(oncall: Oncall, company: Company) -> None:
    company.caller().open(severity="sev1")
    company.caller(Role.RESPONDER, user="bo").post("/incidents/1/acknowledge", {})

    told = oncall("explain", "1", "--zone", "America/Denver")

    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.splitlines()[0] == "Incident 1, times in America/Denver"
    assert "Sat 2026-11-21 19:13 to Sat 2026-11-21 19:13: acknowledged" in told.stdout
    assert "acknowledged by bo: nobody else is asked" in told.stdout


def test_explain_tells_why_somebody_is_paged(oncall: Oncall, company: Company) -> None:
    company.caller().open(severity="sev1")

    told = oncall("explain", "1").stdout

    assert "paged ana at Sun 2026-11-22 02:13, by engineering step 1" in told
    assert "why they: named in the step" in told
    assert "why then: it was triggered: the built-in policy for sev1 pages at once" in told
    assert "(until Sun 2026-11-22 02:18 where nobody does anything)" in told


def test_explain_says_that_a_page_came_of_no_step(oncall: Oncall, company: Company) -> None:
    company.caller().open(severity="sev1")
    company.caller(Role.RESPONDER, user="bo").post("/incidents/1/reassign", {"to": "bo"})

    told = oncall("explain", "1").stdout

    assert "paged bo at Sun 2026-11-22 02:13, by hand" in told
    assert "why they: reassigned to them by bo" in told


def test_explain_prints_json(oncall: Oncall, company: Company) -> None:
    company.caller().open(severity="sev1")

    told = json.loads(oncall("explain", "1", "--json").stdout)

    [phase] = told["phases"]
    assert (told["number"], phase["state"], phase["ends_at"]) == (1, "triggered", "2026-11-22T02:18:00Z")
    assert [(page["user"], page["run"], page["step"]) for page in phase["pages"]] == [("ana", "escalation", 1)]


def test_explain_of_no_incident_is_refused(oncall: Oncall) -> None:
    told = oncall("explain", "9")

    assert (told.exit_code, told.stdout) == (1, "")
    assert "there is no incident '9'" in told.stderr


def test_explain_on_an_unknown_clock_is_wrong_usage(oncall: Oncall) -> None:
    told = oncall("explain", "1", "--zone", "Mars/Olympus")

    assert told.exit_code == 2
    assert "Mars/Olympus" in told.stderr


def test_help_has_an_example(oncall: Oncall) -> None:
    assert "oncall explain" in oncall("explain", "--help").stdout.partition("Example:")[2]
