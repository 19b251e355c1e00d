"""`oncall webhook`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from oncall.cli import main
from oncall.providers.webhook import page_secret
from tests.oncall.floor import DOCUMENT

URL = "https://tickets.example.com/oncall"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    document = tmp_path / "oncall.yaml"
    document.write_text(DOCUMENT, encoding="utf-8")
    assert run("apply", str(document), data=tmp_path).exit_code == 0
    return tmp_path


def run(*arguments: str, data: Path, **environ: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--data", str(data)], env={"ONCALL_DATABASE_URL": None, **environ})


def answer(*arguments: str, data: Path) -> Any:
    done = run("webhook", *arguments, "--json", data=data)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_webhook_is_made_listed_rotated_and_revoked(data: Path) -> None:
    made = answer("create", "cloud", "--url", URL, "--event", "resolved", data=data)
    assert (made["id"], made["service"], made["events"]) == (1, "cloud", ["resolved"])
    assert answer("list", data=data) == {"webhooks": [{k: v for k, v in made.items() if k != "secret"}]}
    assert answer("rotate", "1", data=data)["secret"] not in {made["secret"], None}
    assert answer("log", "1", data=data) == {"deliveries": []}
    assert run("webhook", "resend", "1", data=data).stdout == "0 sent again\n"
    assert run("webhook", "enable", "1", data=data).exit_code == 0
    assert run("webhook", "revoke", "1", data=data).exit_code == 0
    assert answer("list", data=data) == {"webhooks": []}


def test_webhook_of_all_services_is_shown_to_people(data: Path) -> None:
    done = run("webhook", "create", "--url", URL, data=data)
    assert done.stdout.splitlines()[1].split()[1].startswith("whsec_")
    listed = run("webhook", "list", data=data).stdout
    assert "all services" in listed
    assert URL in listed


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("create", "clod", "--url", URL), 1, "clod"),
        (("create", "cloud", "--url", "https://127.0.0.1/"), 1, "no public address"),
        (("create", "cloud"), 2, "--url"),
        (("create", "cloud", "--url", URL, "--event", "exploded"), 2, "exploded"),
        (("log", "7"), 1, "there is no webhook 7"),
        (("revoke", "7"), 1, "there is no webhook 7"),
    ],
)
def test_what_is_wrong_is_said(data: Path, arguments: tuple[str, ...], code: int, word: str) -> None:
    done = run("webhook", *arguments, data=data)
    assert (done.exit_code, done.stdout) == (code, "")
    assert word in done.stderr


def test_private_address_is_taken_where_the_setting_says_so(data: Path) -> None:
    done = run("webhook", "create", "--url", "http://127.0.0.1:9/x", data=data, ONCALL_PRIVATE_WEBHOOKS="1")
    assert done.exit_code == 0, done.output


def test_secret_of_pages_follows_from_the_keys(tmp_path: Path) -> None:
    keys = ("the first key of these tests", "an older key of these tests")
    done = run("webhook", "secret", data=tmp_path, ONCALL_SECRET_KEY=",".join(keys))
    assert done.stdout.split() == [page_secret(key) for key in keys]


@pytest.mark.parametrize("command", ["create", "list", "revoke", "rotate", "enable", "log", "resend", "secret"])
def test_help_has_an_example(command: str) -> None:
    done = CliRunner().invoke(main, ["webhook", command, "--help"])
    assert f"Example: oncall webhook {command}" in done.output
