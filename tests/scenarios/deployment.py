"""Gunicorn on PostgreSQL and Redis, for twenty teams; the workers come and go."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from oncall.operations.apply import apply_document
from oncall.store.database import Database
from oncall.store.migrate import revisions
from oncall.store.timers import TimerRow
from tests.processes import Environment, Running, environment, free_port, request, started, wait_until_ready, web
from tests.scenarios.beside import beside, new_token

TEAMS = 20


def document() -> str:
    """Services of which each pages two people of its own, one after the other."""
    phone = "+1500555{:04d}"
    names = [f"{rank}{number}" for number in range(TEAMS) for rank in ("first", "second")]
    return json.dumps(
        {
            "version": 1,
            "users": {
                name: {"name": name, "contact_methods": {"mobile": {"type": "sms", "address": phone.format(place)}}}
                for place, name in enumerate(names)
            },
            "escalation_policies": {
                f"p{number}": {
                    "steps": [{"notify": [{"user": f"{rank}{number}"}], "wait": "10m"} for rank in ("first", "second")]
                }
                for number in range(TEAMS)
            },
            "services": {f"s{number}": {"escalation_policy": f"p{number}"} for number in range(TEAMS)},
        }
    )


@dataclass(frozen=True)
class Deployment:
    """A database, a Redis, and the web in front of them."""

    home: Path
    port: int
    environment: Environment
    token: str
    database_url: str
    web: Running

    def reload_web(self) -> None:
        """Replace the processes of the web, one after the other."""
        self.web.process.send_signal(signal.SIGHUP)

    def last_due(self) -> datetime:
        """When the last of what waits is due."""
        database = Database(self.database_url)
        with database.read() as session:
            found = session.scalars(select(TimerRow.due_at).order_by(TimerRow.due_at.desc())).first()
        database.dispose()
        assert found is not None
        return found

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """What the API answers."""
        return request(self.port, method, f"/api/v1/{path}", body, self.token)

    def resolve_all(self) -> None:
        """End every incident, so that nobody is paged for it any more."""
        _, listed = self.ask("GET", f"incidents?state=open&limit={2 * TEAMS}")
        for incident in listed["incidents"]:
            self.ask("POST", f"incidents/{incident['number']}/resolve", {})


@contextmanager
def deployed(home: Path, database_url: str, redis_url: str) -> Iterator[Deployment]:
    """Lend a deployment on that database, once its web is ready."""
    port = free_port()
    known = environment(home, port, {"ONCALL_DATABASE_URL": database_url, "ONCALL_REDIS_URL": redis_url})
    with beside(known) as context:
        apply_document(context, document(), author="test", prune=False, dry_run=False)
    with started(known, home, web(port)) as running:
        wait_until_ready(port, running)
        yield Deployment(home, port, known, new_token(known), database_url, running[0])


@contextmanager
def tables_of(revision: str, database_url: str) -> Iterator[None]:
    """Have the tables say for a while that they are those of another release."""

    def say(number: str, session: Session) -> None:
        session.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": number})

    database = Database(database_url)
    database.write(partial(say, revision))
    try:
        yield
    finally:
        database.write(partial(say, max(revisions())))
        database.dispose()
