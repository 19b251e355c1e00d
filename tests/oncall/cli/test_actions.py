"""What can be done about incidents from the command line, through a server that runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oncall.cli import _ACTIONS, main
from oncall.domain.directory import Role
from oncall.doors.api.actions import VERBS
from tests.oncall.desk import DESK
from tests.oncall.doors.company import PUBLIC_URL, Company, run_company
from tests.vendors.serving import serve

Oncall = Callable[..., Result]


@pytest.fixture
def company(sqlite_url: str, tmp_path: Path) -> Iterator[Company]:
    with run_company(sqlite_url, tmp_path, DESK) as company:
        yield company


@pytest.fixture
def oncall(company: Company) -> Iterator[Oncall]:
    """The command in the environment of somebody with bo's token, on a Sunday night."""
    token = company.caller(Role.RESPONDER, user="bo").token
    with serve(company.app) as address:

        def run(*arguments: str) -> Result:
            return CliRunner().invoke(main, arguments, env={"ONCALL_URL": address, "ONCALL_TOKEN": token})

        yield run


def said(done: Result) -> str:
    """What a command that succeeded printed."""
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture
def grave(oncall: Oncall) -> Oncall:
    """With incident 1, which pages."""
    oncall("trigger", "cloud", "disk full", "--severity", "sev2", "--field", "subscription=s-1")
    return oncall


def test_trigger_says_how_long_it_waits(oncall: Oncall) -> None:
    asked = ("--customer", "acme", "--ticket-type", "question", "--field", "subscription=s-1", "--severity", "sev3")

    assert said(oncall("trigger", "cloud", "how do I", *asked)) == (
        f"opened incident 1 (sev3), which waits until Mon 2026-11-23 08:00 UTC: {PUBLIC_URL}/incidents/1\n"
    )
    shown = json.loads(oncall("incidents", "--json").stdout)["incidents"][0]
    assert (shown["customer"], shown["plan"], shown["ticket_type"]) == ("acme", "premium", "question")


def test_trigger_sends_the_plan(oncall: Oncall) -> None:
    done = oncall("trigger", "cloud", "down", "--plan", "premium", "--severity", "sev2", "--json")

    assert json.loads(done.stdout)["plan"] == "premium"


def test_acknowledgement_names_when_the_next_update_is_due(grave: Oncall) -> None:
    assert said(grave("ack", "1")) == "incident 1 is acknowledged; next update due Sun 2026-11-22 03:13 UTC\n"
    assert said(grave("update", "1", "found it", "--next-by", "2026-11-22T09:00:00+01:00")) == (
        "incident 1 is acknowledged; next update due Sun 2026-11-22 08:00 UTC\n"
    )


def test_severity_defers_and_release_pages(grave: Oncall) -> None:
    assert said(grave("severity", "1", "sev3")) == "incident 1 is deferred until Mon 2026-11-23 08:00 UTC\n"
    assert said(grave("release", "1")) == "incident 1 is triggered\n"


def test_triage_takes_the_severity(oncall: Oncall) -> None:
    oncall("trigger", "cloud", "down", "--severity", "sev1")

    done = json.loads(said(oncall("triage", "1", "--severity", "sev2", "--json")))

    assert (done["state"], done["severity"]) == ("triggered", "sev2")


def test_snooze_says_until_when(grave: Oncall) -> None:
    assert said(grave("snooze", "1", "2h")) == "incident 1 is snoozed until Sun 2026-11-22 04:13 UTC\n"
    assert "snoozed until Sun 2026-11-22 04:13" in grave("incidents", "--state", "snoozed").stdout


def test_customer_is_waited_for_until_they_reply(grave: Oncall) -> None:
    assert said(grave("await-customer", "1", "which disk?")) == "incident 1 is triggered; the customer is waited for\n"
    assert said(grave("customer-replied", "1", "--field", "disk=2")) == "incident 1 is triggered\n"


def test_gate_is_confirmed_condition_by_condition(grave: Oncall) -> None:
    opened = "incident 1 is triggered; not confirmed yet: plan_accepted, parties_agree\n"
    assert said(grave("customer-escalate", "1")) == opened
    assert said(grave("confirm", "1", "plan_accepted")) == "incident 1 is triggered; not confirmed yet: parties_agree\n"

    refused = grave("de-escalate", "1")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "not confirmed yet are: parties_agree" in refused.stderr

    grave("confirm", "1", "parties_agree")
    assert said(grave("de-escalate", "1")) == "incident 1 is triggered\n"


def test_system_is_told_that_its_resolve_waits(company: Company, grave: Oncall) -> None:
    grave("customer-escalate", "1")
    company.caller().post("/incidents/1/resolve")

    assert "it is resolved when the customer's escalation ends" in said(grave("note", "1", "they call again at nine"))


def test_what_takes_nothing_along_takes_many_incidents(grave: Oncall) -> None:
    grave("trigger", "cloud", "again", "--severity", "sev2")

    assert said(grave("escalate", "1", "2")) == "incident 1 is triggered\nincident 2 is triggered\n"
    assert said(grave("repage", "1", "2")).count("\n") == 2
    assert said(grave("workaround", "1", "2")).count("\n") == 2


def test_reassign_and_classify_say_what_became_of_it(company: Company, grave: Oncall) -> None:
    said(grave("reassign", "1", "mia"))
    said(grave("classify", "1", "--plan", "premium", "--ticket-type", "question"))

    caller = company.caller()
    assert [page["user"] for page in caller.get("/incidents/1/pages").json] == ["ana", "mia"]
    assert caller.get("/incidents/1").json["ticket_type"] == "question"


def test_mistyped_word_is_told_the_right_one(grave: Oncall) -> None:
    done = grave("severity", "1", "sev22")

    assert (done.exit_code, done.stderr) == (1, "severity: unknown severity 'sev22'; did you mean 'sev2'?\n")


@pytest.mark.parametrize(
    "arguments",
    [("snooze", "1"), ("severity", "1"), ("release",), ("update", "1", "--next-by", "soon"), ("ack", "--for", "2h")],
)
def test_wrong_usage_is_another_failure(arguments: tuple[str, ...], oncall: Oncall) -> None:
    assert oncall(*arguments).exit_code == 2


def test_list_is_narrowed_by_severity_and_customer(grave: Oncall) -> None:
    grave("trigger", "cloud", "slow", "--severity", "sev3", "--customer", "acme")

    def numbers(*arguments: str) -> list[int]:
        return [one["number"] for one in json.loads(grave("incidents", *arguments, "--json").stdout)["incidents"]]

    assert numbers("--severity", "sev2") == [1]
    assert numbers("--customer", "acme") == [2]
    assert numbers("--state", "deferred") == [2]


def test_every_verb_of_the_api_is_a_command() -> None:
    assert {"acknowledge" if name == "ack" else name for name in _ACTIONS} == {verb.word for verb in VERBS}


@pytest.mark.parametrize("name", _ACTIONS)
def test_help_has_an_example(name: str) -> None:
    shown = CliRunner().invoke(main, (name, "--help"))

    assert shown.exit_code == 0
    assert f"oncall {name}" in shown.stdout.partition("Example:")[2]
