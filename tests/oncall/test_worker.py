"""The worker as it is composed: it pages by itself, says that it lives, and stops cleanly."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from oncall.clock import SystemClock
from oncall.doorbell import LocalDoorbell
from oncall.errors import UnavailableError
from oncall.operations.apply import apply_document
from oncall.operations.context import Context, open_context
from oncall.operations.trigger import TriggerRequest, trigger
from oncall.settings import Settings, SlackSettings, TwilioSettings
from oncall.store.timers import TimerRow, count_set_aside
from oncall.store.workers import list_workers
from oncall.worker import build_providers, build_worker
from tests.clock import FrozenClock
from tests.oncall.floor import DOCUMENT

PATIENCE = 20
SHIFTS = """
version: 1
users:
  ana: {contact_methods: {mobile: {type: sms, address: "+15005550006"}}}
  bo: {contact_methods: {mobile: {type: sms, address: "+15005550007"}}}
schedules:
  engineers: {time_zone: UTC, layers: [{start: "2026-11-21T09:00", turn: 1 day, users: [ana, bo]}]}
escalation_policies:
  engineering: {steps: [{notify: [{schedule: engineers}], wait: 5h}]}
services:
  cloud: {escalation_policy: engineering}
"""


def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database_url,
        public_url="http://127.0.0.1:8080",
        secret_keys=("a key of the tests",),
        data=tmp_path,
        sandbox_file=tmp_path / "sandbox.jsonl",
    )


@pytest.fixture
def doorbell() -> LocalDoorbell:
    return LocalDoorbell()


@pytest.fixture
def context(database_url: str, tmp_path: Path, doorbell: LocalDoorbell) -> Iterator[Context]:
    context = open_context(settings(database_url, tmp_path), SystemClock(), doorbell)
    yield context
    context.database.dispose()


def test_worker_pages_as_soon_as_something_is_triggered_and_says_that_it_lives(
    context: Context, doorbell: LocalDoorbell, database_url: str, tmp_path: Path
) -> None:
    apply_document(context, DOCUMENT, author="test", prune=False, dry_run=False)
    shown = threading.Event()
    worker = build_worker(context, doorbell, settings(database_url, tmp_path), lambda _line: shown.set())
    worker.start()
    try:
        trigger(context, TriggerRequest("cloud", "db down", "test", severity="sev1"))
        assert shown.wait(PATIENCE)
        with context.database.read() as session:
            assert len(list_workers(session)) == 1
    finally:
        worker.stop()
    (line,) = (tmp_path / "sandbox.jsonl").read_text().splitlines()
    assert json.loads(line)["user"] == "ana"
    with context.database.read() as session:
        assert list_workers(session) == ()


def test_worker_hands_over_when_a_shift_begins(database_url: str, tmp_path: Path, doorbell: LocalDoorbell) -> None:
    clock, shown = FrozenClock(), threading.Event()
    context = open_context(settings(database_url, tmp_path), clock, doorbell)
    apply_document(context, SHIFTS, author="test", prune=False, dry_run=False)
    trigger(context, TriggerRequest("cloud", "disk full", "test", severity="sev3"))

    def look(line: str) -> None:
        if "inherit" in line:
            shown.set()

    worker = build_worker(context, doorbell, settings(database_url, tmp_path), look)
    worker.start()
    try:
        clock.advance(timedelta(days=1))
        doorbell.ring()
        assert shown.wait(PATIENCE)
    finally:
        worker.stop()
        context.database.dispose()
    told = [json.loads(line) for line in (tmp_path / "sandbox.jsonl").read_text().splitlines()]
    (notice,) = (one for one in told if "inherit" in one["text"])
    assert (notice["user"], notice["incident"]) == ("bo", None)


def test_worker_that_starts_takes_up_the_timers_that_were_set_aside(
    context: Context, doorbell: LocalDoorbell, database_url: str, tmp_path: Path
) -> None:
    apply_document(context, DOCUMENT, author="test", prune=False, dry_run=False)
    trigger(context, TriggerRequest("cloud", "db down", "test"))
    context.database.write(lambda session: session.execute(update(TimerRow).values(failure="KeyError")))
    worker = build_worker(context, doorbell, settings(database_url, tmp_path), print)
    worker.start()
    worker.stop()
    with context.database.read() as session:
        assert count_set_aside(session) == 0


def test_worker_does_not_begin_without_its_tables(tmp_path: Path, doorbell: LocalDoorbell) -> None:
    empty = settings(f"sqlite:///{tmp_path}/empty.sqlite3", tmp_path)
    context = open_context(empty, SystemClock(), doorbell)
    worker = build_worker(context, doorbell, empty, print)
    with pytest.raises(UnavailableError, match="oncall db upgrade"):
        worker.start()
    context.database.dispose()


def test_each_vendor_serves_its_types_and_the_sandbox_the_rest(tmp_path: Path) -> None:
    configured = Settings(
        database_url="sqlite://",
        public_url="http://127.0.0.1:8080",
        secret_keys=("k",),
        data=tmp_path,
        twilio=TwilioSettings("AC1", "token", "+15005550006"),
        slack=SlackSettings("xoxb-1", "secret"),
        sandbox_file=tmp_path / "sandbox.jsonl",
    )
    providers = build_providers(configured, FrozenClock(), print)
    served = {method: provider.name for provider in providers for method in provider.methods}
    assert {served[method] for method in ("sms", "voice")} == {"twilio"}
    assert {served[method] for method in ("slack", "slack_channel")} == {"slack"}
    assert (served["webhook"], served["webhook_event"]) == ("webhook", "webhook_event")
    assert served["email"] == "sandbox"


def test_without_credentials_and_sandbox_nothing_is_served_but_webhooks(tmp_path: Path) -> None:
    bare = Settings("sqlite://", "http://127.0.0.1:8080", ("k",), tmp_path)
    providers = build_providers(bare, FrozenClock(), print)
    assert [method for provider in providers for method in provider.methods] == ["webhook", "webhook_event"]


def test_where_nothing_may_leave_the_machine_the_sandbox_takes_webhooks_too(tmp_path: Path) -> None:
    demo = Settings("sqlite://", "http://x", ("k",), tmp_path, sandbox_file=tmp_path / "sandbox.jsonl", calls_out=False)
    (provider,) = build_providers(demo, FrozenClock(), print)
    assert provider.name == "sandbox"
    assert {"webhook", "webhook_event"} <= set(provider.methods)
