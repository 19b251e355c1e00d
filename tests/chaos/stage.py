"""PostgreSQL, Redis, the web, the vendors, and the lines between them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import redis
from sqlalchemy import URL
from sqlalchemy.engine import make_url

from oncall.operations.apply import apply_document
from oncall.operations.integrations import create_integration
from oncall.store.database import Database
from oncall.store.migrate import upgrade
from tests.chaos.account import Taken
from tests.chaos.company import document, service
from tests.chaos.proxy import Proxy, run_proxies
from tests.processes import Environment, Running, environment, free_port, started, wait_until_ready, web
from tests.scenarios.beside import beside, new_token
from tests.servers import PostgresServer, ValkeyServer, run_postgres, run_valkey
from tests.servers.postgres import SAFE
from tests.vendors import Slack, Twilio
from tests.vendors.serving import serve_as_process

KEYS = 40


@dataclass
class Stage:
    """Everything that runs, and a hold on each part of it."""

    home: Path
    port: int
    environment: Environment
    url: URL
    postgres: PostgresServer
    valkey: ValkeyServer
    lines: dict[str, Proxy]
    twilio: Twilio
    slack: Slack
    token: str = ""
    keys: tuple[str, ...] = ()
    web: Running | None = None

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The database, past the line that is broken."""
        database = Database(self.url.render_as_string(hide_password=False))
        try:
            yield database
        finally:
            database.dispose()

    def restart_postgres(self) -> None:
        """Cut PostgreSQL off in the middle of what it does, and start it again."""
        assert self.postgres.restart is not None
        port = self.postgres.restart()
        self.url = self.url.set(port=port)
        self.lines["postgres"].lead_to(port)

    def restart_redis(self) -> None:
        """Lose Redis with all that it held, and start another."""
        self.valkey.restart()
        self.lines["redis"].lead_to(self.valkey.port)

    def empty_redis(self) -> None:
        """Take away everything that Redis holds."""
        with redis.Redis.from_url(self.valkey.url) as client:
            client.flushall()

    def kill_web(self) -> None:
        """Kill one of gunicorn's processes."""
        assert self.web is not None
        master = self.web.process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
        with suppress(ProcessLookupError):
            os.kill(int(children[0]), signal.SIGKILL)

    def taken(self) -> list[Taken]:
        """Everything that the vendors took."""
        texts = [Taken(one.call, one.at) for one in self.twilio.accepted()]
        return texts + [Taken(one.call, one.at) for one in self.slack.posted()]


@contextmanager
def staged(home: Path, services: int) -> Iterator[Stage]:
    """Lend it all with so many services, once the web is ready; no worker runs yet."""
    with ExitStack() as stack:
        postgres = stack.enter_context(run_postgres(SAFE))
        valkey = stack.enter_context(run_valkey())
        twilio, slack = (stack.enter_context(serve_as_process(f"tests.vendors.{name}")) for name in _DOUBLES)
        url = postgres.url.set(database="oncall")
        targets = [url.port or 0, valkey.port, _port(twilio), _port(slack)]
        proxies = stack.enter_context(run_proxies(*targets))
        lines = dict(zip(("postgres", "redis", "twilio", "slack"), proxies, strict=True))
        known = environment(home, port := free_port(), _settings(url, lines))
        stage = Stage(home, port, known, url, postgres, valkey, lines, Twilio(twilio), Slack(slack))
        _furnish(stage, services)
        (stage.web,) = stack.enter_context(started(known, home, web(port)))
        wait_until_ready(port, [stage.web])
        yield stage
        for line in lines.values():
            line.speak_again()


_DOUBLES = ("twilio_double", "slack_double")


def _settings(url: URL, lines: dict[str, Proxy]) -> dict[str, str]:
    here = {name: f"127.0.0.1:{line.port}" for name, line in lines.items()}
    return {
        "ONCALL_DATABASE_URL": url.set(port=lines["postgres"].port).render_as_string(hide_password=False),
        "ONCALL_REDIS_URL": f"redis://{here['redis']}/0",
        **Twilio(f"http://{here['twilio']}").environment,
        **Slack(f"http://{here['slack']}").environment,
    }


def _furnish(stage: Stage, services: int) -> None:
    stage.postgres.create(str(stage.url.database))
    upgrade(stage.url.render_as_string(hide_password=False))
    with beside(stage.environment) as context:
        apply_document(context, document(services), author="test", prune=False, dry_run=False)
        kinds = (create_integration(context, service(number), "pagerduty") for number in range(KEYS))
        stage.keys = tuple(one.key for one in kinds)
    stage.token = new_token(stage.environment)


def _port(url: str) -> int:
    return make_url(url).port or 0
