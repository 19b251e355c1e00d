"""The service as it runs for users, in processes of its own: all in one on SQLite, or in several on PostgreSQL and Redis."""

import contextlib
import http.client
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.processes import (
    Environment,
    Running,
    environment,
    free_port,
    oncall,
    sent_messages,
    serve,
    started,
    wait_until_ready,
    web,
    worker,
)
from tests.servers import run_valkey
from tests.servers.postgres import SAFE, run_postgres

PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Deployment:
    """A running service with `PEOPLE` services, each of which pages a person of its own."""

    name: str
    port: int
    token: str
    home: Path
    running: tuple[Running, ...]

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
            raise RuntimeError(f"{answer.status}: {content.decode()}")
        return int(json.loads(content)["number"])

    def sent(self) -> list[dict[str, str | int]]:
        """Return the messages sent so far."""
        return sent_messages(self.home)


@contextlib.contextmanager
def all_in_one() -> Iterator[Deployment]:
    """Run `oncall serve` on SQLite."""
    with tempfile.TemporaryDirectory(prefix="oncall-bench-") as name:
        home, port = Path(name), free_port()
        known = environment(home, port)
        with started(known, home, serve(home, port, "--config", str(_document(home)))) as running:
            wait_until_ready(port, running)
            yield Deployment("SQLite, oncall serve", port, _token(known), home, running)


@contextlib.contextmanager
def in_several_processes() -> Iterator[Deployment]:
    """Run gunicorn and one `oncall worker` on Valkey and a PostgreSQL that syncs each commit to the disk."""
    with (
        tempfile.TemporaryDirectory(prefix="oncall-bench-") as name,
        run_postgres(SAFE) as postgres,
        run_valkey() as valkey,
        postgres.database() as url,
    ):
        home, port = Path(name), free_port()
        address = url.render_as_string(hide_password=False)
        known = environment(home, port, {"ONCALL_DATABASE_URL": address, "ONCALL_REDIS_URL": valkey.url})
        oncall(known, "db", "upgrade")
        oncall(known, "apply", str(_document(home)))
        with started(known, home, web(port), worker()) as running:
            wait_until_ready(port, running)
            yield Deployment("PostgreSQL + Redis", port, _token(known), home, running)


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


def _token(known: Environment) -> str:
    return str(json.loads(oncall(known, "token", "create", "--name", "bench", "--json"))["token"])
