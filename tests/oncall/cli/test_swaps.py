"""Swaps and time off from the command line, through a server that runs."""

from __future__ import annotations

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

DOCUMENT = """
version: 1
users: {ana: {}, bo: {}, cy: {}}
schedules:
  engineers: {time_zone: UTC, layers: [{start: "2026-11-23T00:00", turn: 1 day, users: [ana, bo, cy]}]}
"""
GIVE = ("--give", "2026-11-26T00:00Z", "2026-11-27T00:00Z")
TAKE = ("--take", "2026-11-27T00:00Z", "2026-11-28T00:00Z")


@pytest.fixture
def company(sqlite_url: str, tmp_path: Path) -> Iterator[Company]:
    """Three who take turns by the day."""
    with run_company(sqlite_url, tmp_path, DOCUMENT) as company:
        yield company


@pytest.fixture
def oncall(company: Company) -> Iterator[Oncall]:
    """The command in the environment of the one who is named first."""
    tokens = {user: company.caller(Role.RESPONDER, user=user).token for user in ("ana", "bo", "cy")}
    with serve(company.app) as address:

        def run(user: str, *arguments: str) -> Result:
            return CliRunner().invoke(main, arguments, env={"ONCALL_URL": address, "ONCALL_TOKEN": tokens[user]})

        yield run


def test_swap_is_asked_listed_and_accepted(oncall: Oncall) -> None:
    asked = oncall("ana", "swap", "ask", "engineers", "--of", "bo", *GIVE, *TAKE, "--note", "dentist", "--zone", "UTC")
    listed = oncall("bo", "swap", "list", "--state", "asked", "--zone", "UTC")
    taken = oncall("bo", "swap", "accept", "1", "--zone", "UTC")

    assert (asked.exit_code, asked.stderr) == (0, "")
    assert asked.stdout.splitlines() == [
        "swap 1 is asked, for engineers (UTC):",
        "  bo takes Thu 2026-11-26 00:00 to Fri 2026-11-27 00:00",
        "  ana takes Fri 2026-11-27 00:00 to Sat 2026-11-28 00:00",
        "  it can be accepted until Thu 2026-11-26 00:00",
    ]
    assert "engineers  ana       bo  Thu 2026-11-26 00:00" in listed.stdout
    assert taken.stdout.startswith("swap 1 is accepted by bo, for engineers (UTC):")


def test_refusal_says_why(oncall: Oncall) -> None:
    oncall("ana", "swap", "ask", "engineers", *GIVE)
    oncall("cy", "swap", "accept", "1")
    late = oncall("bo", "swap", "accept", "1")

    assert (late.exit_code, late.stdout) == (1, "")
    assert late.stderr == "it is too late: swap 1 was accepted by cy\n"


@pytest.mark.parametrize(("user", "verb"), [("bo", "decline"), ("ana", "withdraw")])
def test_swap_ends(oncall: Oncall, user: str, verb: str) -> None:
    oncall("ana", "swap", "ask", "engineers", "--of", "bo", *GIVE)

    assert json.loads(oncall(user, "swap", verb, "1", "--json").stdout)["answered_by"] == user


def test_time_off_is_added_with_a_warning_listed_and_removed(oncall: Oncall) -> None:
    added = oncall("bo", "time-off", "add", "bo", "2026-11-27", "2026-11-27", "--note", "skiing", "--zone", "UTC")
    warned = oncall("ana", "swap", "ask", "engineers", "--of", "bo", *GIVE, "--json")
    listed = oncall("ana", "time-off", "list", "bo", "--zone", "UTC")

    assert added.stdout == "time off 1: bo is away, Fri 2026-11-27 00:00 to Sat 2026-11-28 00:00\n"
    assert added.stderr == (
        "warning: bo is on call for engineers then, Fri 2026-11-27 00:00 to Sat 2026-11-28 00:00 (UTC): ask for cover\n"
    )
    assert warned.stderr == ""
    assert "skiing" in listed.stdout
    assert oncall("ana", "time-off", "remove", "1").exit_code == 1
    assert oncall("bo", "time-off", "remove", "1").stdout == "time off 1 is removed\n"
    assert "skiing" not in oncall("bo", "time-off", "list", "bo").stdout
