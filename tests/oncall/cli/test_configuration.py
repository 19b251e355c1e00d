"""`oncall apply`, `export`, `lint` and `schema`."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from oncall.cli import main
from tests.oncall.document.company import COMPANY, with_line
from tests.oncall.document.support import SUPPORT, with_policy
from tests.oncall.document.test_written import DEMO


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ONCALL_DATABASE_URL", "ONCALL_REDIS_URL", "ONCALL_SECRET_KEY", "ONCALL_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)


def oncall(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=text)


def test_apply_makes_the_embedded_database_and_export_gives_the_document_back(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    dry = oncall("apply", str(DEMO), "--dry-run", *data)
    done = oncall("apply", str(DEMO), *data)
    assert (dry.exit_code, done.exit_code, done.stderr) == (0, 0, "")
    assert dry.stdout == done.stdout
    assert done.stdout.splitlines()[0] == "+ users.ana"
    exported = oncall("export", *data).stdout
    assert oncall("apply", "-", "--prune", *data, text=exported).stdout == "nothing changes\n"
    assert oncall("apply", str(DEMO), "--prune", *data).stdout == "nothing changes\n"


def test_apply_in_json_lists_paths(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path), "--json")
    assert "services.api" in json.loads(oncall("apply", "-", *data, text=COMPANY).stdout)["added"]
    changed = oncall("apply", "-", *data, text=with_line("wait: 15m", "wait: 20m"))
    said = json.loads(changed.stdout)
    assert said.pop("preview")["schedules"] == {}
    assert said == {
        "added": [],
        "changed": {"escalation_policies.engineering": ["steps[0].wait: 15m -> 20m"]},
        "removed": [],
        "kept": [],
    }


def test_apply_says_what_it_changes_for_those_on_call(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    oncall("apply", "-", *data, text=COMPANY)
    edited = with_line("users: [bo], when: {windows", "users: [ana], when: {windows")
    dry = oncall("apply", "-", "--dry-run", *data, text=edited).stdout
    assert "~ schedules.engineers" in dry
    assert "schedules.engineers in the next 90 days (America/Denver):\n  + ana: " in dry
    found = json.loads(oncall("apply", "-", "--json", *data, text=edited).stdout)["preview"]["schedules"]["engineers"]
    assert {shift["user"] for shift in found["gained"]} == {"ana"}
    assert {shift["user"] for shift in found["lost"]} == {"bo"}


def test_refused_document_changes_nothing_and_exits_with_1(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    oncall("apply", "-", *data, text=COMPANY)
    before = oncall("export", *data).stdout
    result = oncall("apply", "-", *data, text=with_line("role: admin", "role: amdin"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("-: line 5: users.ana.role: 'amdin' is not one of")
    assert oncall("export", *data).stdout == before


def test_who_reads_the_database_without_config(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    oncall("apply", "-", *data, text=COMPANY)
    result = oncall("who", "--at", "2026-11-25T18:00:00Z", "--json", *data)
    assert json.loads(result.stdout)["schedules"] == {"engineers": ["ana"]}


def test_wrong_setting_is_refused_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCALL_DATABASE_URL", "mysql://nowhere")
    result = oncall("export", "--data", str(tmp_path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("ONCALL_DATABASE_URL: must begin with")


def test_lint_has_nothing_to_say_of_the_demo() -> None:
    result = oncall("lint", str(DEMO))
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "nothing to say against it")
    said = json.loads(oncall("lint", str(DEMO), "--json").stdout)
    assert (said["findings"], list(said["policies"])) == ([], ["standard"])


def test_lint_exits_with_1_for_what_is_wrong_alone() -> None:
    risky = oncall("lint", "-", text=with_line('{phone: {type: voice, address: "+1 500 555 0006"}}', "{}"))
    assert (risky.exit_code, risky.stdout) == (
        0,
        "warning: line 12: users.bo: has no contact method: nobody can reach them\n",
    )
    wrong = oncall("lint", "-", "--json", text=with_line("turn: 12 hours", "turn: 12 hour's"))
    (finding,) = json.loads(wrong.stdout)["findings"]
    assert wrong.exit_code == 1
    assert (finding["level"], finding["path"], finding["line"]) == ("error", "schedules.engineers.layers[1].turn", 27)


def test_lint_says_what_the_support_policies_do() -> None:
    result = oncall("lint", "-", text=SUPPORT)
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    at = lines.index("Support policy standard:")
    assert lines[at - 1] == ""
    assert lines[at + 1].startswith(
        "  sev1 (Outage of several customers), plan basic, any ticket type, open hours: page now"
    )
    in_json = json.loads(oncall("lint", "-", "--json", text=SUPPORT).stdout)
    assert [f"  {line}" for line in in_json["policies"]["standard"]] == lines[at + 1 :]
    assert list(in_json) == ["findings", "policies"]


def test_lint_says_nothing_of_policies_where_something_is_wrong() -> None:
    result = oncall("lint", "-", "--json", text=with_policy("respond_within: 4h", "respond_within: 4 busines hours"))
    assert result.exit_code == 1
    judged = json.loads(result.stdout)
    assert judged["policies"] == {}
    (finding,) = judged["findings"]
    assert finding["path"] == "support_policies.standard.rules[0].respond_within"
    assert finding["message"].endswith("did you mean 'business'?")


def test_support_policies_are_exported_as_they_were_applied(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    assert "+ support_policies.standard" in oncall("apply", "-", *data, text=SUPPORT).stdout
    exported = oncall("export", *data).stdout
    assert oncall("apply", "-", "--prune", *data, text=exported).stdout == "nothing changes\n"
    assert oncall("apply", "-", "--prune", *data, text=SUPPORT).stdout == "nothing changes\n"
    pruned = oncall("apply", "-", "--prune", *data, text=COMPANY).stdout
    assert "- support_policies.standard" in pruned
    assert "- customers.acme" in pruned


def test_policy_that_a_service_names_is_not_removed(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    oncall("apply", "-", *data, text=SUPPORT)
    without = SUPPORT[: SUPPORT.index("support_policies:")] + SUPPORT[SUPPORT.index("services:") :]
    refused = oncall("apply", "-", "--prune", *data, text=without)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "services.cloud.support_policy: unknown support policy 'standard'" in refused.stderr


def test_schema_is_json() -> None:
    assert json.loads(oncall("schema").stdout)["title"] == "Document"


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name)


def test_every_command_has_help_with_an_example() -> None:
    without = []
    for path in commands(main):
        result = oncall(*path, "--help")
        assert result.exit_code == 0, path
        _usage, _, description = result.stdout.partition("Usage: ")[2].partition("\n")
        if f"oncall {' '.join(path)}" not in description:
            without.append(path)
    assert without == []
