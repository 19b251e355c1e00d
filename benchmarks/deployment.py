"""The service as it runs for users, in processes of its own: all in one on SQLite, or in several on PostgreSQL and Redis."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers import run_valkey
from tests.servers.postgres import SAFE, run_postgres

PEOPLE = 200
START_SECONDS = 30.0
BIN = Path(sys.executable).parent

Command = Sequence[Path | str]


@dataclass(frozen=True, slots=True)
class Deployment:
    """A running service with `PEOPLE` services, each of which pages a person of its own; pages land in `sandbox`."""

    name: str
    port: int
    token: str
    sandbox: Path
    processes: tuple[subprocess.Popen[bytes], ...]

    def connect(self) -> http.client.HTTPConnection:
        """Open a connection that may carry many requests."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def trigger(self, connection: http.client.HTTPConnection, person: int, key: str) -> int:
        """Open an incident for one person and return its number."""
        body = json.dumps({"service": f"s{person}", "title": "disk full", "severity": "sev1", "dedup_key": key})
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request("POST", "/api/v1/incidents", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != http.HTTPStatus.CREATED:
            message = f"{answer.status}: {content.decode()}"
            raise RuntimeError(message)
        return int(json.loads(content)["number"])

    def sent(self) -> list[dict[str, str | int]]:
        """Return the messages sent so far."""
        if not self.sandbox.exists():
            return []
        return [json.loads(line) for line in self.sandbox.read_text(encoding="utf-8").splitlines()]


@contextlib.contextmanager
def all_in_one() -> Iterator[Deployment]:
    """Run `oncall serve` on SQLite."""
    with tempfile.TemporaryDirectory(prefix="oncall-bench-") as name:
        home, port = Path(name), _free_port()
        environment = _environment(home, port)
        serve = ["serve", "--config", str(_document(home)), "--data", name, "--port", str(port)]
        with _started(environment, [BIN / "oncall", *serve]) as processes:
            _wait_until_ready(port, processes)
            yield Deployment("SQLite, oncall serve", port, _token(environment, home), home / "sent.jsonl", processes)


@contextlib.contextmanager
def in_several_processes() -> Iterator[Deployment]:
    """Run gunicorn and one `oncall worker` on Valkey and a PostgreSQL that syncs each commit to the disk."""
    with (
        tempfile.TemporaryDirectory(prefix="oncall-bench-") as name,
        run_postgres(SAFE) as postgres,
        run_valkey() as valkey,
        postgres.database() as url,
    ):
        home, port = Path(name), _free_port()
        environment = _environment(home, port) | {
            "ONCALL_DATABASE_URL": url.render_as_string(hide_password=False),
            "ONCALL_REDIS_URL": valkey.url,
            "ONCALL_DATA": name,
        }
        _oncall(environment, "db", "upgrade")
        _oncall(environment, "apply", str(_document(home)))
        bind = f"127.0.0.1:{port}"
        web: Command = [BIN / "gunicorn", "--workers", "2", "--threads", "8", "--bind", bind, "wsgi:app"]
        with _started(environment, web, [BIN / "oncall", "worker"]) as processes:
            _wait_until_ready(port, processes)
            token = _token(environment, home)
            yield Deployment("PostgreSQL + Redis", port, token, home / "sent.jsonl", processes)


def _environment(home: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ONCALL_", "TWILIO_", "SLACK_"))}
    return kept | {
        "ONCALL_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ONCALL_SECRET_KEY": "a key for benchmarks alone",
        "ONCALL_SANDBOX_FILE": str(home / "sent.jsonl"),
    }


def _document(home: Path) -> Path:
    numbers = range(PEOPLE)
    phone = "+1500555{:04d}"
    document = {
        "version": 1,
        "users": {
            f"u{n}": {"name": f"U {n}", "contact_methods": {"sms": {"type": "sms", "address": phone.format(n)}}}
            for n in numbers
        },
        "escalation_policies": {f"p{n}": {"steps": [{"notify": [{"user": f"u{n}"}], "wait": "1h"}]} for n in numbers},
        "services": {f"s{n}": {"escalation_policy": f"p{n}"} for n in numbers},
    }
    path = home / "bench.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@contextlib.contextmanager
def _started(environment: dict[str, str], *commands: Command) -> Iterator[tuple[subprocess.Popen[bytes], ...]]:
    quiet = subprocess.DEVNULL
    processes = tuple(subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet) for command in commands)
    try:
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


def _oncall(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run([BIN / "oncall", *arguments], env=environment, check=True, capture_output=True, text=True)
    return done.stdout


def _token(environment: dict[str, str], home: Path) -> str:
    made = _oncall(environment, "token", "create", "--name", "bench", "--data", str(home), "--json")
    return str(json.loads(made)["token"])


def _wait_until_ready(port: int, processes: tuple[subprocess.Popen[bytes], ...]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        for process in processes:
            if process.poll() is not None:
                message = f"{process.args!r} ended with {process.returncode}"
                raise RuntimeError(message)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        time.sleep(0.05)
    raise TimeoutError(f"no answer on port {port}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
