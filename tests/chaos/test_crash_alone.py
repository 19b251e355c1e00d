"""The same on SQLite, with everything in one process, which is killed again and again."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from oncall.operations.apply import apply_document
from oncall.store.database import Database
from oncall.store.migrate import upgrade
from tests.chaos.account import Taken, drawn_up, require_whole, under_way
from tests.chaos.company import document
from tests.chaos.crew import run_crew
from tests.chaos.monitors import Monitors
from tests.chaos.night import Night
from tests.chaos.report import told
from tests.processes import Environment, environment, free_port
from tests.scenarios.beside import beside, new_token
from tests.scenarios.later import eventually
from tests.vendors import Slack, Twilio
from tests.vendors.serving import serve_as_process

pytestmark = [pytest.mark.kill, pytest.mark.processes, pytest.mark.soak]

SECONDS = float(os.environ.get("ONCALL_TEST_SECONDS", "14"))
SEED = os.environ.get("ONCALL_TEST_SEED") or str(Random().randrange(10**6))
SERVICES, TRIGGERS_A_SECOND = 120, 8
TRIGGERS = max(SERVICES, round(SECONDS * TRIGGERS_A_SECOND))
FEWEST_KILLS = 10
PATIENCE_SECONDS, LOOK_SECONDS = 120.0, 0.25


@dataclass(frozen=True)
class Alone:
    """A data directory and its service, and the vendors."""

    home: Path
    port: int
    environment: Environment
    twilio: Twilio
    slack: Slack
    token: str

    def taken(self) -> list[Taken]:
        """Everything that the vendors took."""
        texts = [Taken(one.call, one.at) for one in self.twilio.accepted()]
        return texts + [Taken(one.call, one.at) for one in self.slack.posted()]


def test_nobody_is_missed_though_the_one_process_dies(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with prepared(tmp_path) as alone:
        monitors = Monitors(alone.port, alone.token, (), SERVICES, TRIGGERS_A_SECOND, TRIGGERS)
        serve = ("serve", "--data", str(tmp_path), "--port", str(alone.port))
        with run_crew(alone.environment, tmp_path, SEED, 1, *serve) as crew:
            night = Night(SECONDS, SEED)
            night.each(2.0, "killed", crew.kill_one)
            with monitors.at_work():
                night.pass_by()
            crew.calm_down()
            database = Database(f"sqlite:///{tmp_path / 'oncall.sqlite3'}")
            eventually(lambda: left(database), Counter[str](), PATIENCE_SECONDS, LOOK_SECONDS)
            account = drawn_up(database, monitors.accepted, alone.taken())
            database.dispose()
            figures = told(request, "a night on SQLite, one process", night, crew, monitors, account)
    require_whole(account)
    assert len(account.accepted) == TRIGGERS, figures
    assert crew.deaths().total() >= FEWEST_KILLS, figures


@contextmanager
def prepared(home: Path) -> Iterator[Alone]:
    """Lend the directory with its people, and the vendors; the service does not run yet."""
    with (
        serve_as_process("tests.vendors.twilio_double") as to_twilio,
        serve_as_process("tests.vendors.slack_double") as to_slack,
    ):
        twilio, slack = Twilio(to_twilio), Slack(to_slack)
        known = environment(home, port := free_port(), twilio.environment | slack.environment)
        upgrade(f"sqlite:///{home / 'oncall.sqlite3'}")
        with beside(known) as context:
            apply_document(context, document(SERVICES), author="test", prune=False, dry_run=False)
        yield Alone(home, port, known, twilio, slack, new_token(known))


def left(database: Database) -> Counter[str]:
    """What is still to be sent."""
    return under_way(database, datetime.now(UTC))
