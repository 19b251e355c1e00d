"""`oncall demo` as somebody runs it who tries the service."""

import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
import requests

from oncall.cli.demo import _settings, kept_token
from oncall.doorbell import SilentDoorbell
from oncall.operations.apply import apply_document
from oncall.operations.context import Context, open_context
from oncall.operations.tokens import use_token
from oncall.providers.sandbox import METHODS
from oncall.settings import Settings, from_env
from oncall.worker import build_providers
from tests.clock import FrozenClock

ONCALL = Path(sys.executable).with_name("oncall")
# What a demo must not touch: it would fail at once if it did.
EARNEST = {
    "ONCALL_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/earnest",
    "ONCALL_REDIS_URL": "redis://127.0.0.1:1",
    "TWILIO_ACCOUNT_SID": "AC0",
    "SLACK_BOT_TOKEN": "xoxb-0",
}


@contextmanager
def running(data: Path, port: int) -> Iterator[Callable[[str], str]]:
    """Run the demo, and lend a function that waits for the next printed line that holds a text."""
    command = [str(ONCALL), "demo", "--data", str(data), "--port", str(port)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ONCALL_")} | EARNEST
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield lambda wanted: line_with(wanted, process.stdout)
        finally:
            process.terminate()
            process.communicate(timeout=60)


def line_with(wanted: str, output: IO[str] | None) -> str:
    assert output is not None
    seen: list[str] = []
    for line in output:
        seen.append(line)
        if wanted in line:
            return line.strip()
    pytest.fail(f"the demo ended before it said {wanted!r}:\n{''.join(seen)}")


def carry_out(curl: str) -> dict[str, object]:
    """Do what a printed curl line does."""
    words = shlex.split(curl)
    headers = dict(words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H")
    address = next(word for word in words if word.startswith("http://"))
    answer = requests.post(address, words[words.index("-d") + 1], headers=headers, timeout=60)
    answer.raise_for_status()
    found: dict[str, object] = answer.json()
    return found


@pytest.fixture
def port() -> int:
    """A port that is free."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        found: int = server.getsockname()[1]
    return found


@pytest.mark.processes
def test_demo_pages_in_the_terminal_and_goes_on_after_a_restart(tmp_path: Path, port: int) -> None:
    token = tmp_path / "demo-token"
    with running(tmp_path, port) as line:
        link = line("/login/link/")
        opened = carry_out(line("curl -sS http"))
        assert (opened["number"], opened["severity"], opened["state"]) == (1, "sev1", "triggered")
        assert "#1 SEV1 database: Database down" in line("#1 SEV1")
    kept = token.read_text()
    assert token.stat().st_mode & 0o777 == 0o600
    assert from_env({}, data=tmp_path).public_url == f"http://127.0.0.1:{port}"

    with running(tmp_path, port) as line:
        assert line("/login/link/") != link
        assert line("oncall_") == kept
        line("incidents/2")
        acknowledged = carry_out(line("curl -sS -X POST").replace("incidents/2", "incidents/1"))
        assert (acknowledged["state"], acknowledged["acknowledged_by"]) == ("acknowledged", "ana")


@pytest.fixture
def context(sqlite_url: str) -> Iterator[Context]:
    """What the demo's operations need, with its administrator."""
    settings = Settings(sqlite_url, "http://127.0.0.1:8080", ("a key of sixteen or more",), Path())
    context = open_context(settings, FrozenClock(), SilentDoorbell())
    document = "{version: 1, users: {ana: {name: Ana Ruiz, role: admin}}}"
    apply_document(context, document, author="test", prune=False, dry_run=False)
    yield context
    context.database.dispose()


def test_demo_calls_nobody_not_even_by_webhook(tmp_path: Path) -> None:
    providers = build_providers(_settings(tmp_path, "127.0.0.1", 8080), FrozenClock(), print)

    assert [provider.name for provider in providers] == ["sandbox"]
    assert {*METHODS} == {*providers[0].methods}


def test_token_is_made_again_when_its_file_is_lost_or_wrong(context: Context, tmp_path: Path) -> None:
    file = tmp_path / "demo-token"
    first = kept_token(context, file)
    assert kept_token(context, file) == first

    file.unlink()
    second = kept_token(context, file)
    file.write_text("no token")
    third = kept_token(context, file)

    assert len({first, second, third}) == 3
    assert file.read_text() == third
    assert file.stat().st_mode & 0o777 == 0o600
    assert use_token(context, third).by == "ana"
