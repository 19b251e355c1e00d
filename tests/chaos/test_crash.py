"""A night on which everything breaks, on PostgreSQL, Redis, two web processes and three workers: nobody is missed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from oncall.operations.claim import LEASE
from oncall.store.database import Database
from tests.chaos.account import drawn_up, require_whole, under_way
from tests.chaos.carrier import reporting
from tests.chaos.company import STEP_MINUTES
from tests.chaos.crew import Crew, run_crew
from tests.chaos.hours import end_leases, pass_minutes
from tests.chaos.monitors import Monitors
from tests.chaos.night import Night
from tests.chaos.report import told
from tests.chaos.stage import Stage, staged
from tests.processes import started, worker
from tests.scenarios.later import eventually

pytestmark = [pytest.mark.kill, pytest.mark.processes, pytest.mark.soak]

SECONDS = float(os.environ.get("ONCALL_TEST_SECONDS", "32"))
SEED = os.environ.get("ONCALL_TEST_SEED") or str(Random().randrange(10**6))
SERVICES, TRIGGERS_A_SECOND = 250, 34
TRIGGERS = max(1000, round(SECONDS * TRIGGERS_A_SECOND))
WAVE_SECONDS = SERVICES / TRIGGERS_A_SECOND
FEWEST_KILLS, FEWEST_RESTARTS = 20, 2
PATIENCE_SECONDS, LOOK_SECONDS = 240.0, 0.5
UNWELL = {"refuse": 0.02, "throttle": 0.01, "break": 0.02, "lose": 0.02, "drop": 0.02, "slow": 0.02}
VENDOR_IS_BEHIND = timedelta(seconds=1)


def test_nobody_is_missed_though_everything_dies(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with staged(tmp_path, SERVICES) as stage:
        monitors = Monitors(stage.port, stage.token, stage.keys, SERVICES, TRIGGERS_A_SECOND, TRIGGERS)
        with run_crew(stage.environment, tmp_path, SEED, 3, "worker") as crew:
            night = planned(stage, crew)
            with unwell(stage), reporting(stage.twilio, Random(SEED)), monitors.at_work():
                night.pass_by()
        deaths = crew.deaths()
        drain(stage, tmp_path)
        with stage.database() as database:
            account = drawn_up(database, monitors.accepted, stage.taken())
    figures = told(request, "a night on PostgreSQL and Redis, several processes", night, crew, monitors, account)
    require_whole(account)
    assert len(account.accepted) == TRIGGERS, figures
    assert deaths.total() >= FEWEST_KILLS, figures
    assert night.done["PostgreSQL restarted"] >= FEWEST_RESTARTS, figures


def planned(stage: Stage, crew: Crew) -> Night:
    """What goes wrong on that night."""
    night = Night(SECONDS, SEED)
    night.spread(max(FEWEST_RESTARTS, SECONDS // 12), "PostgreSQL restarted", stage.restart_postgres)
    night.spread(SECONDS // 20 + 1, "Redis restarted", stage.restart_redis)
    night.each(3.0, "Redis emptied", stage.empty_redis)
    night.each(10.0, "web process killed", stage.kill_web)
    night.each(1.6, "worker killed", crew.kill_one)
    night.at([0.02], "worker suspended", crew.suspend_one)
    night.at([0.97], "worker woken", crew.wake)
    night.trouble(1.5, stage.lines)
    night.each(WAVE_SECONDS, "a minute passed", lambda: later(stage, 1))
    return night


@contextmanager
def unwell(stage: Stage) -> Iterator[None]:
    """Have vendors that fail now and then while the block runs, and list late what they took."""
    stage.twilio.be_unwell(int(SEED), **UNWELL)
    stage.slack.be_unwell(int(SEED), **UNWELL)
    stage.twilio.list_after(VENDOR_IS_BEHIND)
    yield
    stage.twilio.be_unwell(0)
    stage.slack.be_unwell(0)


def later(stage: Stage, minutes: int) -> None:
    """Let minutes pass for whatever waits."""
    with stage.database() as database:
        pass_minutes(database, minutes)


def drain(stage: Stage, home: Path) -> None:
    """Let workers that live on do what is left, now and when the next step is due."""
    with stage.database() as database:
        end_leases(database, LEASE)
        with started(stage.environment, home, worker(), worker()):
            for minutes in (1, STEP_MINUTES):
                pass_minutes(database, minutes)
                eventually(lambda: left(database), Counter[str](), PATIENCE_SECONDS, LOOK_SECONDS)


def left(database: Database) -> Counter[str]:
    """What is still to be sent, for which the next minute passes."""
    found = under_way(database, datetime.now(UTC))
    if found["later"] and not found["due"]:
        pass_minutes(database, 1)
    return found
