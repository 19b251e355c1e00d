"""The commands that look after a running service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from oncall.cli import main
from oncall.clock import SystemClock
from oncall.domain.directory import Role
from oncall.doorbell import SilentDoorbell
from oncall.engine.lock import only_engine
from oncall.operations.context import Context, open_context
from oncall.operations.hold import sending_held
from oncall.operations.integrations import find_integration
from oncall.operations.logins import use_login_link
from oncall.operations.tokens import use_token
from oncall.settings import from_env
from schedules import format_instant
from tests.oncall.floor import DOCUMENT


@pytest.fixture
def data(tmp_path: Path) -> Path:
    document = tmp_path / "oncall.yaml"
    document.write_text(DOCUMENT, encoding="utf-8")
    assert run("apply", str(document), data=tmp_path).exit_code == 0
    return tmp_path


@pytest.fixture
def context(data: Path) -> Iterator[Context]:
    context = open_context(from_env({}, data=data), SystemClock(), SilentDoorbell())
    yield context
    context.database.dispose()


def run(*arguments: str, data: Path) -> Result:
    return CliRunner().invoke(main, [*arguments, "--data", str(data)], env={"ONCALL_DATABASE_URL": None})


def answer(*arguments: str, data: Path) -> Any:
    done = run(*arguments, "--json", data=data)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_token_is_shown_once_and_opens(data: Path, context: Context) -> None:
    made = answer("token", "create", "--name", "deploys", data=data)
    assert made.keys() == {"token"}
    assert use_token(context, made["token"]).role is Role.ADMIN
    lesser = run("token", "create", "--name", "bos", "--user", "bo", "--role", "viewer", data=data).stdout.strip()
    assert (use_token(context, lesser).user, use_token(context, lesser).role) == ("bo", Role.VIEWER)


def test_token_of_a_name_in_use_is_refused(data: Path) -> None:
    answer("token", "create", "--name", "deploys", data=data)
    done = run("token", "create", "--name", "deploys", data=data)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "deploys" in done.stderr


def test_integration_key_has_32_characters_and_its_address(data: Path, context: Context) -> None:
    made = answer("integration", "create", "cloud", "--kind", "alertmanager", data=data)
    assert len(made["key"]) == 32
    assert made["url"] == f"http://127.0.0.1:8080/integrations/alertmanager/{made['key']}"
    assert find_integration(context, "alertmanager", made["key"]) is not None


def test_key_that_senders_use_is_taken_over(data: Path) -> None:
    old = "R0123456789ABCDEFGHIJ"
    made = answer("integration", "create", "cloud", "--kind", "pagerduty", "--key", old, data=data)
    assert made == {"key": old, "url": "http://127.0.0.1:8080/v2/enqueue"}


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("integration", "create", "clod", "--kind", "pagerduty"), 1, "clod"),
        (("integration", "create", "cloud", "--kind", "telex"), 2, "telex"),
        (("integration", "create", "cloud", "--kind", "pagerduty", "--key", "short"), 1, "20 to 255"),
        (("token", "create"), 2, "--name"),
        (("token", "create", "--name", " "), 1, "needs a name"),
        (("serve", "--port", "99999"), 2, "99999"),
        (("user", "login-link", "nobody"), 1, "nobody"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(
    data: Path, arguments: tuple[str, ...], code: int, word: str
) -> None:
    done = run(*arguments, data=data)
    assert (done.exit_code, done.stdout) == (code, "")
    assert word in done.stderr


def test_login_link_logs_in(data: Path, context: Context) -> None:
    url = run("user", "login-link", "ana", data=data).stdout.strip()
    assert use_login_link(context, url.rpartition("/")[2]).id == "ana"


def test_upgrade_makes_the_embedded_database(tmp_path: Path) -> None:
    assert run("db", "upgrade", data=tmp_path / "fresh").exit_code == 0
    assert run("export", data=tmp_path / "fresh").exit_code == 0


def test_sending_is_held_after_a_restore_until_it_is_let_go_on(data: Path, context: Context) -> None:
    assert run("db", "release", "--yes", data=data).exit_code == 1
    marked = run("db", "mark-restored", "--by", "ana", data=data).output
    hold = sending_held(context)
    assert hold is not None
    assert marked == f"Nothing is sent since {format_instant(hold.at)}, until `oncall db release`.\n"
    assert hold.by == "ana"
    assert run("db", "release", data=data).exit_code == 1
    released = run("db", "release", "--yes", data=data).output
    assert released == "Sending goes on. Open incidents: 0; people who are told of them: 0.\n"
    assert sending_held(context) is None


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_second_engine_on_one_embedded_database_is_refused(data: Path, command: str) -> None:
    with only_engine(from_env({}, data=data).database_url):
        done = run(command, data=data)
    assert done.exit_code == 1
    assert "another process runs the engine" in done.stderr


def test_worker_without_its_tables_does_not_begin(tmp_path: Path) -> None:
    done = run("worker", data=tmp_path)
    assert done.exit_code == 1
    assert "oncall db upgrade" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "serve",
        "worker",
        "db upgrade",
        "db mark-restored",
        "db release",
        "token create",
        "integration create",
        "user login-link",
    ],
)
def test_help_has_an_example(command: str) -> None:
    done = CliRunner().invoke(main, [*command.split(), "--help"])
    assert done.exit_code == 0
    assert f"Example: oncall {command}" in done.output


@pytest.mark.parametrize("group", ["", "db", "token", "integration", "user"])
def test_help_of_a_group_has_an_example(group: str) -> None:
    done = CliRunner().invoke(main, [*group.split(), "--help"])
    assert f"Example: oncall {group}" in done.output
