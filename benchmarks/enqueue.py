"""How many events a second are taken in for good, beside a bare Flask route that inserts one row into the same database."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from statistics import median

import psycopg

from benchmarks import alertmanager, bare_app
from benchmarks.deployment import event, on, plain, prepare, safe_database, take_keys
from benchmarks.load import Answered, as_fast_as_answered, numbered, require_status
from benchmarks.row import Row, at, milliseconds
from tests.processes import environment, free_port, started, wait_until_ready, web
from tests.servers import run_valkey

_CONNECTIONS = 8
_PEOPLE = 16
_RUNS = 5
_SECONDS = 2.0
_WARM_UP_SECONDS = 1.0
_BATCH = 64
_TOO_MUCH = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(slots=True)
class _Door:
    """Where something is sent, and how far its numbers have come; `status` is what taking it in is answered with."""

    port: int
    make: Callable[[int], bytes]
    status: HTTPStatus
    begin: int = 0

    def run(self, seconds: float) -> list[Answered]:
        """Send for so long, as fast as it is answered; what was refused as too much does not count."""
        requests = numbered(self.make, self.begin)
        answers = as_fast_as_answered(self.port, requests, _CONNECTIONS, seconds)
        self.begin += len(answers)
        require_status(answers, self.status, *_TOO_MUCH)
        return [answer for answer in answers if answer.status == self.status]


def measure() -> Iterator[Row]:
    """Yield what was measured; takes about a minute and a half.

    There is no worker: it would take from both alike.
    """
    with _web() as (port, bare, events, groups):
        ours = _Door(port, lambda number: event(events[number % _PEOPLE], f"ours-{number:09d}"), HTTPStatus.ACCEPTED)
        least = _Door(bare, lambda number: event("none", f"bare-{number:09d}"), HTTPStatus.ACCEPTED)
        yield from _events(ours, least)
        again = _Door(
            port, lambda number: event(events[number % _PEOPLE], f"again-{number % _PEOPLE}"), HTTPStatus.ACCEPTED
        )
        yield _again(again)
        for by in ("group", "alert"):
            yield _alerts(_Door(port, partial(_batch, groups, by), HTTPStatus.OK), by)


def _events(ours: _Door, least: _Door) -> Iterator[Row]:
    """Ours and the bare route in turn: HTTP's figures swing, and both swing together."""
    for door in (ours, least):
        door.run(_WARM_UP_SECONDS)
    runs = [(ours.run(_SECONDS), least.run(_SECONDS)) for _ in range(_RUNS)]
    name = f"POST /v2/enqueue, {_CONNECTIONS} connections, 2 web processes, median of {_RUNS} runs"
    mine, bare = (median(len(run[place]) / _SECONDS for run in runs) for place in (0, 1))
    ratio = median(len(run[0]) / len(run[1]) for run in runs)
    yield Row(name, f"{mine:,.0f} a second", "1,500", f"a bare Flask route: {bare:,.0f}", f"{ratio:.2f}, goal 0.4")
    slow, slow_bare = (median(at([answer.took for answer in run[place]], 99) for run in runs) for place in (0, 1))
    yield Row(f"{name}: p99", milliseconds(slow), "10 ms", f"a bare Flask route: {milliseconds(slow_bare)}")


def _again(door: _Door) -> Row:
    """Events of incidents that are open already, as most senders send them again and again."""
    door.run(_WARM_UP_SECONDS)
    runs = [door.run(_SECONDS) for _ in range(_RUNS)]
    rate = median(len(run) / _SECONDS for run in runs)
    return Row("the same, of incidents that are open already", f"{rate:,.0f} a second")


def _alerts(door: _Door, by: str) -> Row:
    door.run(_WARM_UP_SECONDS)
    runs = [door.run(_SECONDS) for _ in range(_RUNS)]
    rate = median(len(run) * _BATCH / _SECONDS for run in runs)
    slow = median(at([answer.took for answer in run], 99) for run in runs)
    name = f"Alertmanager's webhook, batches of {_BATCH} that fire, an incident for each {by}"
    return Row(name, f"{rate:,.0f} alerts a second, p99 {milliseconds(slow)}", "20,000")


def _batch(keys: Sequence[str], by: str, number: int) -> bytes:
    return alertmanager.batch(keys[number % _PEOPLE], by, number, _BATCH)


@contextmanager
def _web() -> Iterator[tuple[int, int, Sequence[str], Sequence[str]]]:
    """Run our web and the bare one on one database; lend their ports, and keys for events and for alerts."""
    with tempfile.TemporaryDirectory(prefix="oncall-bench-") as name, run_valkey() as valkey, safe_database() as url:
        home, port, bare = Path(name), free_port(), free_port()
        more = {
            **on(url),
            "ONCALL_REDIS_URL": valkey.url,
            "BARE_DATABASE_URL": plain(url),
            "ONCALL_MOST_TRIGGERS": "1000000",
        }
        known = environment(home, port, more)
        prepare(known, _PEOPLE)
        events, alerts = (take_keys(known, kind, _PEOPLE) for kind in ("pagerduty", "alertmanager"))
        with psycopg.connect(plain(url), autocommit=True) as connection:
            connection.execute(bare_app.TABLE)
        with started(known, home, web(port), web(bare, "benchmarks.bare_app:app")) as running:
            wait_until_ready(port, running)
            wait_until_ready(bare, running)
            yield port, bare, events, alerts
