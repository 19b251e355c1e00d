"""A supervisor that keeps several `oncall` processes alive and lets them die early.

`python -m tests.chaos.nursery SEED COUNT DEATHS ARGUMENT...` runs `oncall ARGUMENT...` COUNT times side by side, each in a fork, so
that a new life costs no start of Python; whoever ends is born again. It listens to the signals below, and on SIGTERM asks all to
stop and ends when they have. Each death by a kill is a line in the file DEATHS: the point of its work, or `random`; who ended
without is written there with its code.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import traceback
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from random import Random

from oncall.cli import main
from tests.chaos.fate import drawn, meet, write_death
from tests.servers.launch import PR_SET_PDEATHSIG

READY = "the nursery listens"
"""What it says once it can be told something."""
KILL_ONE = signal.SIGUSR1
"""Kill one at random."""
CALM_DOWN = signal.SIGUSR2
"""Kill all; whoever is born then is killed no more."""
SUSPEND_ONE = signal.SIGRTMIN + 1
"""Let one stand still, as a machine that swaps or a debugger would."""
WAKE = signal.SIGRTMIN + 2
"""Let whoever stands still go on."""

_HEARD = (signal.SIGCHLD, signal.SIGTERM, KILL_ONE, CALM_DOWN, SUSPEND_ONE, WAKE)
_PAUSE_SECONDS = 0.25
# What a worker or a server loads when it starts or first sends.
_LOADED = (
    "oncall.cli.worker",
    "oncall.cli.serve",
    "oncall.redis_doorbell",
    "oncall.providers.slack",
    "twilio.rest.api",
)


@dataclass
class Nursery:
    """The processes that live now, by their ids."""

    seed: str
    count: int
    deaths: Path
    command: list[str]
    born: int = 0
    are_calm: bool = False
    living: set[int] = field(default_factory=set)
    asleep: set[int] = field(default_factory=set)

    def tend(self) -> None:
        """Keep them alive, and do what signals say, until SIGTERM."""
        random = Random(self.seed)
        self._fill_up()
        while True:
            got = signal.sigtimedwait(_HEARD, _PAUSE_SECONDS)
            were_killed = self._bury()
            if got is not None and got.si_signo == signal.SIGTERM:
                break
            if got is not None:
                self._hear(got.si_signo, random)
            # Who ended without being killed may only do so again: it waits for a quiet moment.
            if were_killed or got is None:
                self._fill_up()
        self._stop()

    def _hear(self, order: int, random: Random) -> None:
        awake = sorted(self.living - self.asleep)
        if order == KILL_ONE and awake:
            self._kill(random.choice(awake))
        elif order == SUSPEND_ONE and awake:
            self.asleep.add(random.choice(awake))
            self._tell(self.asleep, signal.SIGSTOP)
        elif order == WAKE:
            self._tell(self.asleep, signal.SIGCONT)
            self.asleep.clear()
        elif order == CALM_DOWN:
            self.are_calm = True
            for pid in awake:
                self._kill(pid)

    def _stop(self) -> None:
        self._tell(self.living, signal.SIGTERM)
        self._tell(self.asleep, signal.SIGCONT)
        while self.living:
            self._bury(0)

    def _tell(self, pids: set[int], what: signal.Signals) -> None:
        for pid in pids & self.living:
            os.kill(pid, what)

    def _kill(self, pid: int) -> None:
        write_death(self.deaths, "random")
        os.kill(pid, signal.SIGKILL)

    def _bury(self, options: int = os.WNOHANG) -> bool:
        """Take note of who has ended; whether all of them were killed."""
        were_killed = True
        while self.living:
            pid, status = os.waitpid(-1, options)
            if pid == 0:
                break
            self.living.discard(pid)
            self.asleep.discard(pid)
            if not os.WIFSIGNALED(status):
                were_killed = False
                write_death(self.deaths, f"ended {os.WEXITSTATUS(status)}")
        return were_killed

    def _fill_up(self) -> None:
        while len(self.living) < self.count:
            self.born += 1
            pid = os.fork()
            if pid == 0:
                self._live()
            self.living.add(pid)

    def _live(self) -> None:
        """Be one of them, to the end."""
        code = 1
        try:
            die_with_parent()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
            if not self.are_calm:
                meet(drawn(Random(f"{self.seed}/{self.born}"), self.deaths))
            code = run(self.command)
        except BaseException:  # noqa: BLE001  nothing may get back into the loop of the parent
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)


def run(command: list[str]) -> int:
    """What `oncall` with these arguments exits with."""
    try:
        main(command)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def die_with_parent() -> None:
    """Let the kernel kill this process when the one that started it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    die_with_parent()
    signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    for module in _LOADED:
        import_module(module)
    gc.freeze()
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    seed, count, deaths, *command = sys.argv[1:]
    Nursery(seed, int(count), Path(deaths), command).tend()
