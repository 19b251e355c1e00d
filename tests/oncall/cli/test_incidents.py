"""Incidents from the command line, through a server that runs."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oncall.cli import main
from oncall.domain.directory import Role
from tests.oncall.doors.company import PUBLIC_URL, Company, run_company
from tests.vendors.serving import serve

Oncall = Callable[..., Result]


@pytest.fixture
def company(sqlite_url: str, tmp_path: Path) -> Iterator[Company]:
    with run_company(sqlite_url, tmp_path) as company:
        yield company


@pytest.fixture
def oncall(company: Company) -> Iterator[Oncall]:
    """The command in the environment of somebody with bo's token."""
    token = company.caller(Role.RESPONDER, user="bo").token
    with serve(company.app) as address:

        def run(*arguments: str, **environ: str) -> Result:
            return CliRunner().invoke(main, arguments, env={"ONCALL_URL": address, "ONCALL_TOKEN": token, **environ})

        yield run


def test_trigger_says_what_was_opened(oncall: Oncall) -> None:
    done = oncall("trigger", "cloud", "database down", "--severity", "sev1")

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"opened incident 1 (sev1): {PUBLIC_URL}/incidents/1\n"


def test_trigger_sends_all_that_it_is_told(oncall: Oncall) -> None:
    details = (
        "--body",
        "replica lags",
        "--field",
        "host=db1",
        "--link",
        "https://wiki.example.com",
        "--dedup-key",
        "db",
    )

    done = oncall("trigger", "cloud", "database down", *details, "--sensitive", "--json")

    said = json.loads(done.stdout)
    assert (said["body"], said["fields"], said["dedup_key"], said["sensitive"]) == (
        "replica lags",
        {"host": "db1"},
        "db",
        True,
    )
    assert said["links"] == [{"href": "https://wiki.example.com", "text": "https://wiki.example.com"}]
    assert oncall("trigger", "cloud", "again", "--dedup-key", "db").stdout.startswith("joined incident 1 ")


def test_trigger_warns_beside_its_result(oncall: Oncall) -> None:
    done = oncall("trigger", "cloud", "down", "--severity", "dire")

    assert done.exit_code == 0
    assert done.stderr == "warning: severity 'dire' is not known here: taken as sev2\n"


def test_ack_and_resolve_act_as_the_owner_of_the_token(oncall: Oncall) -> None:
    for title in ("one", "two"):
        oncall("trigger", "cloud", title)

    assert oncall("ack", "1", "2").stdout == "incident 1 is acknowledged\nincident 2 is acknowledged\n"
    assert oncall("resolve", "1").stdout == "incident 1 is resolved\n"
    assert json.loads(oncall("resolve", "2", "--json").stdout)["resolved_by"] == "bo"


def test_incidents_are_listed_open_ones_by_default(oncall: Oncall) -> None:
    for title in ("one", "two"):
        oncall("trigger", "cloud", title)
    oncall("ack", "1")
    oncall("resolve", "2")

    table = oncall("incidents").stdout.splitlines()
    everything = json.loads(oncall("incidents", "--state", "all", "--json").stdout)

    assert [line.split() for line in table] == [
        ["#", "Severity", "State", "Service", "Since", "(UTC)", "Title"],
        ["1", "sev2", "acknowledged", "by", "bo", "cloud", "Sun", "2026-11-22", "02:13", "one"],
    ]
    assert [incident["number"] for incident in everything["incidents"]] == [2, 1]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("trigger", "nowhere", "down"), "service: there is no service 'nowhere'; there are: cloud, shop\n"),
        (("ack", "9"), "there is no incident '9': `oncall incidents` lists them\n"),
    ],
)
def test_refusal_is_told_plainly(arguments: tuple[str, ...], reason: str, oncall: Oncall) -> None:
    done = oncall(*arguments)

    assert (done.exit_code, done.stdout, done.stderr) == (1, "", reason)


def test_ack_of_what_is_resolved_is_refused(oncall: Oncall) -> None:
    oncall("trigger", "cloud", "down")
    oncall("resolve", "1")

    done = oncall("ack", "1")

    assert (done.exit_code, done.stdout) == (1, "")
    assert "resolved" in done.stderr


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"ONCALL_TOKEN": ""}, "ONCALL_TOKEN: is not set"),
        ({"ONCALL_TOKEN": "wrong"}, "the token is unknown or was revoked"),
        ({"ONCALL_URL": "pager.example.com"}, "ONCALL_URL: "),
        ({"ONCALL_URL": "http://127.0.0.1:1"}, "does not answer"),
    ],
)
def test_wrong_environment_is_named(environ: dict[str, str], reason: str, oncall: Oncall) -> None:
    done = oncall("incidents", **environ)

    assert (done.exit_code, done.stdout) == (1, "")
    assert reason in done.stderr


@pytest.mark.parametrize("arguments", [("trigger", "cloud"), ("ack",), ("trigger", "cloud", "down", "--field", "host")])
def test_wrong_usage_is_another_failure(arguments: tuple[str, ...], oncall: Oncall) -> None:
    assert oncall(*arguments).exit_code == 2


@pytest.mark.parametrize("command", ["trigger", "ack", "resolve", "incidents"])
def test_help_has_an_example(command: str, oncall: Oncall) -> None:
    assert f"oncall {command}" in oncall(command, "--help").stdout.partition("Example:")[2]
