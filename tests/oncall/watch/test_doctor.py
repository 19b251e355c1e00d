"""The doctor finds what is not well and says what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from oncall.clock import SystemClock
from oncall.doorbell import SilentDoorbell
from oncall.errors import ProviderError
from oncall.operations.beats import Ran, finish_beat, take_beat
from oncall.operations.context import Context, open_context
from oncall.operations.hold import mark_restored
from oncall.operations.trigger import TriggerRequest, trigger
from oncall.operations.workers import report_alive
from oncall.settings import Settings
from oncall.store.workers import WorkerRecord
from oncall.watch.doctor import Doctor
from tests.oncall.floor import DOCUMENT, MINUTE, SECOND, Floor, open_floor

SERVED = ("sms", "voice", "slack")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings("sqlite://", "https://pager.example.com", ("a key of the tests",), tmp_path)


@pytest.fixture
def company(sqlite_url: str) -> Iterator[Floor]:
    with open_floor(sqlite_url) as floor:
        yield floor


def wrongs(context: Context, settings: Settings, vendors: Mapping[str, Callable[[], str]] | None = None) -> set[str]:
    findings = [*Doctor(context, settings, SERVED, vendors or {}).findings()]
    assert all(finding.advice for finding in findings if finding.level != "ok")
    return {finding.what for finding in findings if finding.level == "wrong"}


def test_pager_that_is_well_has_nothing_wrong(company: Floor, settings: Settings) -> None:
    now = company.clock.now()
    for worker in ("a", "b"):
        report_alive(company.context, WorkerRecord(worker, now, now))
    for beat in ("auditor", "canary", "heartbeat"):
        take_beat(company.context, beat, "a", MINUTE)
        finish_beat(company.context, beat, "a", Ran(now, now))
    watched = replace(settings, heartbeat_url="https://watcher.example.com/ping", canary_every=3 * MINUTE)
    findings = [*Doctor(company.context, watched, SERVED, {"twilio": lambda: "active"}).findings()]
    assert {finding.level for finding in findings} == {"ok"}
    assert findings[0].as_json() == {
        "level": "ok",
        "what": "database",
        "said": "SQLite answers, with this release's tables and key",
        "advice": "",
    }


def test_doctor_finds_what_keeps_pages_from_going_out(company: Floor, settings: Settings) -> None:
    company.trigger()
    company.clock.advance(6 * MINUTE)
    take_beat(company.context, "auditor", "a", MINUTE)
    finish_beat(company.context, "auditor", "a", Ran(company.clock.now(), company.clock.now() - 5 * MINUTE))
    trigger(company.context, TriggerRequest("oncall", "the watcher heard nothing", "watcher"))
    assert wrongs(company.context, settings) == {"workers", "auditor", "alarms"}
    mark_restored(company.context, "root")
    assert "sending" in wrongs(company.context, settings)


def test_worker_that_was_killed_a_moment_ago_is_named_and_not_counted(company: Floor, settings: Settings) -> None:
    now = company.clock.now()
    report_alive(company.context, WorkerRecord("killed", now, now - 11 * SECOND))
    assert "workers" in wrongs(company.context, settings)
    report_alive(company.context, WorkerRecord("well", now, now))
    said = [finding.said for finding in Doctor(company.context, settings, SERVED, {}).findings()]
    assert {"one was heard from within 10 seconds", "killed was last heard from 11 seconds ago"} <= set(said)


def test_people_nobody_can_reach_are_found(sqlite_url: str, settings: Settings) -> None:
    document = DOCUMENT.replace("role: admin", "role: manager").replace(
        "type: slack, address: U0VIC", "type: email, address: vic@example.com"
    )
    with open_floor(sqlite_url, document) as floor:
        found = wrongs(floor.context, settings)
    assert {"administrators", "channels"} <= found


def test_database_that_is_away_is_all_that_is_said_of_it(settings: Settings) -> None:
    away = replace(settings, database_url="postgresql+psycopg://127.0.0.1:1/oncall")
    context = open_context(away, SystemClock(), SilentDoorbell())
    assert wrongs(context, away) == {"database"}


def test_embedded_database_that_is_not_there_is_not_made(settings: Settings, tmp_path: Path) -> None:
    missing = replace(settings, database_url=f"sqlite:///{tmp_path / 'oncall.sqlite3'}")
    assert wrongs(open_context(missing, SystemClock(), SilentDoorbell()), missing) == {"database"}
    assert not (tmp_path / "oncall.sqlite3").exists()


def test_database_that_may_lose_what_it_took_and_a_clock_apart_are_wrong(postgres_url: str, settings: Settings) -> None:
    with open_floor(postgres_url) as floor:
        # The servers of tests are quick and unsafe, and the test's clock tells another day.
        found = [*Doctor(floor.context, settings, SERVED, {}).findings()]
    said = [finding.said for finding in found if finding.level == "wrong"]
    assert "PostgreSQL's fsync is off" in said
    assert any("the database's" in one for one in said)


def test_redis_that_is_away_is_wrong(company: Floor, settings: Settings, redis_url: str) -> None:
    assert "redis" in wrongs(company.context, replace(settings, redis_url="redis://127.0.0.1:1/0"))
    assert "redis" not in wrongs(company.context, replace(settings, redis_url=redis_url))


def test_vendor_that_takes_nothing_or_cannot_call_back_is_wrong(company: Floor, settings: Settings) -> None:
    def refuse() -> str:
        raise ProviderError("the token is not valid", permanent=True)

    local = replace(settings, public_url="http://127.0.0.1:8080")
    assert {"slack", "address"} <= wrongs(company.context, local, {"slack": refuse})
