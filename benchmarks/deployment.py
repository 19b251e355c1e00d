"""The service as it runs for users, in processes of its own: all in one on SQLite, or in several on PostgreSQL and Redis."""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, delete, update

from benchmarks import vendor
from benchmarks.load import request
from benchmarks.people import document
from benchmarks.vendor import Vendor, run_vendor
from oncall.operations.apply import apply_document
from oncall.operations.secrets import digest
from oncall.store.integrations import IntegrationRow
from oncall.store.messages import MessageRow, MessageState
from oncall.store.recent_pages import RecentPageRow
from tests.processes import Environment, Running, environment, free_port, oncall, serve, started, wait_until_ready, web
from tests.processes import worker as worker_command
from tests.scenarios.beside import beside
from tests.servers import run_valkey
from tests.servers.postgres import SAFE, run_postgres

_KEY = "a-key-for-benchmarks-{kind}-{person}"
_DRAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Deployment:
    """A running service, in which each of the services that `keys` reach pages a person of its own."""

    name: str
    port: int
    keys: tuple[str, ...]
    vendor: Vendor
    environment: Environment
    running: tuple[Running, ...]

    def trigger(self, person: int, key: str) -> bytes:
        """The request by which a monitor opens an incident for one person."""
        return event(self.keys[person], key)

    def wait_for(self, pages: int) -> None:
        """Return when the vendor has taken so many messages, or after a minute."""
        end = time.monotonic() + _DRAIN_SECONDS
        while self.vendor.count() < pages and time.monotonic() < end:
            time.sleep(0.02)

    def forget(self) -> None:
        """Begin anew with the same people: forget what waits, whom we have paged a moment ago, and what the vendor took."""
        waits = update(MessageRow).where(MessageRow.state == MessageState.PENDING.value)
        with beside(self.environment) as context:
            context.database.write(lambda session: session.execute(waits.values(state=MessageState.VOID.value)))
            context.database.write(lambda session: session.execute(delete(RecentPageRow)))
        self.vendor.forget()


@contextlib.contextmanager
def all_in_one(people: int, seconds_to_answer: float = 0.0) -> Iterator[Deployment]:
    """Run `oncall serve` on SQLite."""
    with _home() as home, run_vendor(seconds_to_answer) as taking:
        port = free_port()
        known = environment(home, port, account(taking))
        config = home / "bench.json"
        config.write_text(document(people), encoding="utf-8")
        with started(known, home, serve(home, port, "--config", str(config))) as running:
            wait_until_ready(port, running)
            yield Deployment(
                "SQLite, oncall serve", port, take_keys(known, "pagerduty", people), taking, known, running
            )


@contextlib.contextmanager
def in_several_processes(people: int, seconds_to_answer: float = 0.0, workers: int = 1) -> Iterator[Deployment]:
    """Run gunicorn and `oncall worker` on Valkey and on a PostgreSQL that syncs each commit to the disk."""
    with _home() as home, run_vendor(seconds_to_answer) as taking, run_valkey() as valkey, safe_database() as url:
        port = free_port()
        known = environment(home, port, {**on(url), "ONCALL_REDIS_URL": valkey.url, **account(taking)})
        prepare(known, people)
        with started(known, home, web(port), *[worker_command() for _ in range(workers)]) as running:
            wait_until_ready(port, running)
            yield Deployment("PostgreSQL + Redis", port, take_keys(known, "pagerduty", people), taking, known, running)


@contextlib.contextmanager
def safe_database(*settings: str) -> Iterator[URL]:
    """Lend an empty database on a PostgreSQL that syncs each commit to the disk, as it does for users."""
    with run_postgres((*SAFE, *settings)) as postgres, postgres.database() as url:
        yield url


def prepare(known: Environment, people: int) -> None:
    """Make the tables, and the services of so many people."""
    oncall(known, "db", "upgrade")
    with beside(known) as context:
        apply_document(context, document(people), author="bench", prune=False, dry_run=False)


def take_keys(known: Environment, kind: str, people: int) -> tuple[str, ...]:
    """Integration keys of that kind, one for each service; all at once, as thousands one by one would take long."""
    keys = tuple(_KEY.format(kind=kind, person=person) for person in range(people))
    with beside(known) as context:
        now = context.clock.now()
        rows = [
            IntegrationRow(service=f"s{person}", kind=kind, prefix=key[:4], hash=digest(key), created_at=now)
            for person, key in enumerate(keys)
        ]
        context.database.write(lambda session: session.add_all(rows))
    return keys


def event(key: str, dedup_key: str) -> bytes:
    """What a monitor sends to PagerDuty."""
    payload = {"summary": "disk full on node 7", "severity": "critical", "source": "node 7"}
    body = {"routing_key": key, "event_action": "trigger", "dedup_key": dedup_key, "payload": payload}
    return request("/v2/enqueue", json.dumps(body).encode(), {})


def on(url: URL) -> Environment:
    """What names a database to the service."""
    return {"ONCALL_DATABASE_URL": url.render_as_string(hide_password=False)}


def plain(url: URL) -> str:
    """The address of a database as psycopg itself takes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextlib.contextmanager
def _home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="oncall-bench-") as name:
        yield Path(name)


def account(taking: Vendor) -> Environment:
    """What names a vendor to the service."""
    return {**vendor.ENVIRONMENT, "TWILIO_API_BASE": taking.url}
