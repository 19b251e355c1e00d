"""Who is on call with the schedules in PostgreSQL: one by its row, and ten thousand through the API."""

import http.client
import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import psycopg
from sqlalchemy import URL

from benchmarks.row import Row
from benchmarks.timing import median_seconds, written
from benchmarks.workload import LAST_WEEK, NOW, PEOPLE, schedule
from oncall.document.difference import Change
from oncall.document.document import Document
from oncall.store import configuration, configuration_version
from oncall.store.database import Database
from schedules import Schedule
from tests.processes import environment, free_port, oncall, started, wait_until_ready, web
from tests.schedules.documents import schedule_from
from tests.servers.postgres import SAFE, run_postgres

_MANY = 10_000
_OVERRIDES_OF_MANY = 2
_ASKED = 9
_LATEST = "FROM config_versions WHERE section = 'schedules' AND key = 'measured' ORDER BY id DESC LIMIT 1"


def measure() -> list[Row]:
    """Return what was measured and the figure with its unit; takes about a minute."""
    with (
        tempfile.TemporaryDirectory(prefix="oncall-bench-") as name,
        run_postgres(SAFE) as postgres,
        postgres.database() as url,
    ):
        home, port = Path(name), free_port()
        known = environment(home, port, {"ONCALL_DATABASE_URL": url.render_as_string(hide_password=False)})
        oncall(known, "db", "upgrade")
        _store(url, {"measured": schedule(10, LAST_WEEK)})
        rows = list(_by_row(url))
        oncall(known, "apply", str(_people(home)))
        _store(url, {f"team-{number}": schedule(3, LAST_WEEK, _OVERRIDES_OF_MANY) for number in range(_MANY)})
        token = str(json.loads(oncall(known, "token", "create", "--name", "bench", "--json"))["token"])
        with started(known, home, web(port)) as running:
            wait_until_ready(port, running)
            return [*rows, *_through_the_api(port, token)]


def _by_row(url: URL) -> Iterator[Row]:
    """Ask the library about a schedule whose row is read anew each time, by a plain statement."""
    moments = [NOW + timedelta(seconds=second) for second in range(1000)]
    kept: dict[int, Schedule] = {}
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True, prepare_threshold=1) as connection, connection.cursor() as cursor:

        def by_body(at: datetime) -> frozenset[str]:
            (body,) = cursor.execute(f"SELECT body {_LATEST}").fetchone() or ({},)
            return schedule_from(body, {}).on_call_at(at)

        def by_version(at: datetime) -> frozenset[str]:
            (version,) = cursor.execute(f"SELECT id {_LATEST}").fetchone() or (0,)
            if version not in kept:
                (body,) = cursor.execute(f"SELECT body {_LATEST}").fetchone() or ({},)
                kept[version] = schedule_from(body, {})
            return kept[version].on_call_at(at)

        assert by_body(NOW) == by_version(NOW) == schedule_from(schedule(10, LAST_WEEK), {}).on_call_at(NOW)
        name = "on call now, 10 layers, from PostgreSQL"
        yield Row(
            f"{name}: the row read and turned into a schedule",
            written(median_seconds(by_body, moments, perf_counter)),
        )
        yield Row(f"{name}: the number of its version read", written(median_seconds(by_version, moments, perf_counter)))


def _through_the_api(port: int, token: str) -> Iterator[Row]:
    """Ask who is on call by all schedules, and by one, of a web process that has been asked before."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    began = perf_counter()
    answer = _get(connection, token, "/api/v1/on-call")
    first = perf_counter() - began
    assert len(answer["schedules"]) == _MANY + 1
    expected = schedule_from(schedule(3, LAST_WEEK, _OVERRIDES_OF_MANY), {})
    assert set(answer["schedules"]["team-7"]) == expected.on_call_at(datetime.fromisoformat(answer["at"]))
    name = f"GET /api/v1/on-call, {_MANY:,} schedules of 3 layers"
    yield Row(f"{name}: the first time in a process", written(first))
    for what, path in (("all", "/api/v1/on-call"), ("one of them", "/api/v1/on-call?schedule=team-7")):
        yield Row(f"{name}: {what}", written(median(_took(connection, token, path) for _ in range(_ASKED))))


def _took(connection: http.client.HTTPConnection, token: str, path: str) -> float:
    began = perf_counter()
    _get(connection, token, path)
    return perf_counter() - began


def _get(connection: http.client.HTTPConnection, token: str, path: str) -> dict[str, Any]:
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == http.HTTPStatus.OK, content
    found: dict[str, Any] = json.loads(content)
    return found


def _store(url: URL, shapes: Mapping[str, dict[str, Any]]) -> None:
    """Store schedules as a new version of the configuration."""
    document = Document.model_validate({"version": 1, "schedules": shapes})
    database = Database(url.render_as_string(hide_password=False))
    changes = [Change("schedules", key) for key in shapes]
    now = datetime.now(UTC)
    database.write(
        lambda session: configuration.record(
            session, document, changes, author="bench", at=now, version=configuration_version.advance(session)
        )
    )
    database.dispose()


def _people(home: Path) -> Path:
    path = home / "people.json"
    path.write_text(json.dumps({"version": 1, "users": {person: {"name": person} for person in PEOPLE}}))
    return path
