"""Kill everything again and again, and count who was missed: `make demonstration SECONDS=120`.

A PostgreSQL that syncs each commit, a Valkey, the web in two processes, two workers and doubles of Twilio and Slack run on this machine.
Monitors trigger incidents until each is accepted, people acknowledge some of them. Meanwhile workers and web are killed with
`kill -9`, PostgreSQL is cut off in the middle of what it does, and Valkey is lost with all that it holds. When all is quiet again,
what was accepted is held against what the vendors took. docs/demonstration.md says how to read it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.chaos.account import Account, drawn_up, under_way
from tests.chaos.monitors import Monitors
from tests.chaos.night import Night
from tests.chaos.stage import Stage, staged
from tests.processes import STOP_SECONDS, Running, start, wait_until_ready, web, worker

SERVICES, TRIGGERS_A_SECOND = 300, 5
PATIENCE_SECONDS = 300.0


@dataclass
class Processes:
    """The web and two workers, each of which is started again whenever it is killed."""

    stage: Stage
    random: Random
    kills: Counter[str] = field(default_factory=Counter)
    workers: list[Running] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run them while the block runs."""
        self.workers = [self._start_worker() for _ in range(2)]
        try:
            yield
        finally:
            for one in (*self.workers, self.web):
                one.process.terminate()
            for one in (*self.workers, self.web):
                one.process.wait(STOP_SECONDS)

    @property
    def web(self) -> Running:
        """The web's master process."""
        assert self.stage.web is not None
        return self.stage.web

    def kill_worker(self) -> None:
        """Kill a worker, and start another in its place."""
        place = self.random.randrange(len(self.workers))
        self.workers[place].kill()
        self.workers[place] = self._start_worker()

    def kill_web(self) -> None:
        """Kill all processes of the web, and start it anew."""
        master = self.web.process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
        self.web.kill()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        self.stage.web = start(self.stage.environment, self.stage.home, web(self.stage.port))

    def _start_worker(self) -> Running:
        return start(self.stage.environment, self.stage.home, worker())


def main(seconds: float, seed: str) -> int:
    """Run it for so long and print what came of it; 0 where nobody was missed, and nobody told twice without need."""
    say(
        f"seed {seed}: starting PostgreSQL, Valkey, the vendors and the web, for {SERVICES} services of two people each"
    )
    with TemporaryDirectory(prefix="oncall-demonstration-") as name, staged(Path(name), SERVICES) as stage:
        total = round(seconds * TRIGGERS_A_SECOND)
        monitors = Monitors(stage.port, stage.token, stage.keys, SERVICES, TRIGGERS_A_SECOND, total)
        processes = Processes(stage, Random(seed))
        with processes.running():
            say(f"{total} triggers in {seconds:.0f} seconds; everything is killed again and again meanwhile")
            night = planned(seconds, seed, stage, processes)
            with monitors.at_work():
                night.pass_by()
            say("nothing is killed any more, and every trigger was accepted: waiting for what is under way")
            wait_until_ready(stage.port, [processes.web])
            wait_for_the_rest(stage)
            with stage.database() as database:
                account = drawn_up(database, monitors.accepted, stage.taken())
    return show(account, night, monitors)


def planned(seconds: float, seed: str, stage: Stage, processes: Processes) -> Night:
    """What is done to it, and when."""
    night = Night(seconds, seed)
    for every, name, deed in (
        (4.0, "worker killed", processes.kill_worker),
        (15.0, "web killed", processes.kill_web),
        (25.0, "PostgreSQL cut off", stage.restart_postgres),
        (20.0, "Valkey lost", stage.restart_redis),
    ):
        night.each(every, name, aloud(name, deed))
    return night


def aloud(name: str, deed: Callable[[], object]) -> Callable[[], None]:
    """The deed, told as it is done."""

    def told() -> None:
        say(name)
        deed()

    return told


def wait_for_the_rest(stage: Stage) -> None:
    """Return when nothing is to be sent any more; who was killed holds what it had for at most 30 seconds."""
    end = time.monotonic() + PATIENCE_SECONDS
    with stage.database() as database:
        while left := under_way(database, datetime.now(UTC)):
            if time.monotonic() > end:
                say(f"given up: {dict(left)} are still under way")
                return
            time.sleep(1.0)


def show(account: Account, night: Night, monitors: Monitors) -> int:
    """Print the account; 1 where anybody was missed, or told twice although nothing was in doubt."""
    lost, doubled = account.lost() | account.not_opened(), account.doubled().total()
    acknowledged = sum(told.acknowledged_at is not None for told in account.accepted.values())
    print()
    for name, count in (
        ("triggers accepted", f"{len(account.accepted)} (sent {monitors.tries} times, acknowledgements included)"),
        ("acknowledged", acknowledged),
        ("messages that the vendors took", len(account.taken)),
        *((name, count) for name, count in sorted(night.done.items())),
        ("lost: nobody was told and nobody acknowledged", len(lost)),
        ("doubled", f"{doubled} ({len(account.inconclusive())} calls of which the vendor could not tell what became)"),
        ("sent after an acknowledgement was answered", len(account.after_acknowledgement())),
    ):
        print(f"{name:>50}  {count}")
    return int(bool(lost) or doubled > len(account.inconclusive()) or bool(account.after_acknowledgement()))


def say(what: str) -> None:
    """Tell what happens."""
    print(f"{datetime.now(UTC):%H:%M:%S}  {what}", flush=True)


if __name__ == "__main__":
    given = dict(enumerate(sys.argv))
    sys.exit(main(float(given.get(1, "120")), given.get(2) or str(Random().randrange(10**6))))
