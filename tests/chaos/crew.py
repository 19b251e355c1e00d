"""A test's hold on workers that are killed and born again."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import nursery
from tests.processes import STOP_SECONDS, Environment, Running, start
from tests.scenarios.later import eventually


@dataclass(frozen=True, slots=True)
class Crew:
    """Workers under their supervisor."""

    running: Running
    deaths_file: Path

    def kill_one(self) -> None:
        """Kill one at random."""
        self._tell(nursery.KILL_ONE)

    def suspend_one(self) -> None:
        """Let one stand still."""
        self._tell(nursery.SUSPEND_ONE)

    def wake(self) -> None:
        """Let it go on."""
        self._tell(nursery.WAKE)

    def calm_down(self) -> None:
        """Kill all a last time; those who follow live on."""
        self._tell(nursery.CALM_DOWN)

    def deaths(self) -> Counter[str]:
        """How many were killed at each point of their work, and at random."""
        return Counter(line for line in self._lines() if not line.startswith("ended"))

    def ended(self) -> Counter[str]:
        """How often one ended by itself, by its exit code."""
        return Counter(line for line in self._lines() if line.startswith("ended"))

    def _lines(self) -> list[str]:
        return self.deaths_file.read_text(encoding="ascii").splitlines()

    def _tell(self, what: int) -> None:
        self.running.require_alive()
        self.running.process.send_signal(what)


@contextmanager
def run_crew(environment: Environment, home: Path, seed: str, count: int, *command: str) -> Iterator[Crew]:
    """Lend `count` processes of `oncall` with these arguments, each of which dies early and is born again."""
    deaths = home / f"deaths-{command[0]}"
    deaths.touch()
    program = [sys.executable, "-m", "tests.chaos.nursery", seed, str(count), str(deaths), *command]
    running = start(environment, home, program)
    try:
        eventually(lambda: nursery.READY in running.said(), expected=True)
        yield Crew(running, deaths)
    finally:
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(STOP_SECONDS)
