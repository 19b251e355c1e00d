"""A process that is alive and does nothing any more ends, and whoever looks after it hears how it is."""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from oncall.doorbell import LocalDoorbell
from oncall.engine.loop import Loop
from oncall.engine.watchdog import EXIT_CODE, MOST_SILENT, Watchdog
from oncall.supervisor import READY, Supervisor
from tests.oncall.floor import Floor

WEDGED = """
from oncall.engine.watchdog import end_process
def stuck():
    end_process("oncall-timers")
stuck()
"""


@dataclass
class Wheel:
    """A thread that goes round when the test says so."""

    name: str = "wheel"
    turns: int = 0


def looks(dog: Watchdog, count: int) -> None:
    for _ in range(count):
        dog.look()


def test_thread_that_goes_round_is_let_alone() -> None:
    ended: list[str] = []
    wheel, well = Wheel(), Wheel()
    dog = Watchdog([wheel], ended.append, lambda: setattr(well, "turns", well.turns + 1))
    for _ in range(3):
        wheel.turns += 1
        looks(dog, MOST_SILENT)

    assert (ended, well.turns) == ([], 3 * MOST_SILENT)


def test_thread_that_stands_still_ends_the_process() -> None:
    ended: list[str] = []
    moving, stuck = Wheel("moving"), Wheel("stuck")
    dog = Watchdog([moving, stuck], ended.append)
    for _ in range(MOST_SILENT + 1):
        moving.turns += 1
        dog.look()

    assert ended == ["stuck"]


def test_loop_goes_round_also_without_a_database(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor.context.database, "read", None)
    doorbell = LocalDoorbell()
    loop = Loop(floor.context, doorbell, [])
    loop.start()
    try:
        while loop.turns < 3:
            doorbell.ring()
    finally:
        loop.stop()


def test_process_that_is_ended_says_where_it_stood_and_ends_with_a_code_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", WEDGED], capture_output=True, text=True, check=False)

    assert done.returncode == EXIT_CODE
    assert "in stuck" in done.stdout + done.stderr
    assert "oncall-timers" in done.stdout + done.stderr


def test_supervisor_hears_what_it_is_told(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "ear"))
        Supervisor(str(tmp_path / "ear")).tell(READY)

        assert ear.recv(100) == b"READY=1"


@pytest.mark.parametrize("address", [None, "", "@nobody-listens-here", "/nowhere/at/all"])
def test_supervisor_that_is_not_there_is_told_nothing(address: str | None) -> None:
    Supervisor(address).tell(READY)
