"""How a worker dies: at a named point of its work, which is drawn from a seed as is how often it gets by before."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine, event

import oncall.worker
from oncall.clock import Clock
from oncall.delivery.protocol import NotFound, Outgoing, Provider, Receipt
from oncall.settings import Settings

POINTS = {
    "claimed": 8,  # the claim is stored, and the vendor is about to be called
    "sent": 8,  # the vendor has taken it or not, and nobody knows
    "settling": 5,  # the next transaction after an answer is about to be committed
    "settled": 5,  # and has been
    "asking": 2,  # a vendor is about to be asked what came of the call of another who died
}
"""Each point of a worker's work, and which time it dies there at the latest."""


@dataclass
class Fate:
    """The point at which a process dies, and the how-manieth time; its death is written to `deaths` first."""

    point: str
    times: int
    deaths: Path
    answered: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def come_by(self, point: str) -> None:
        """Be at a point; this process may end here, and with it all its threads."""
        if point != self.point:
            return
        with self.lock:
            self.times -= 1
            if self.times == 0:
                write_death(self.deaths, point)
                os.kill(os.getpid(), signal.SIGKILL)


def drawn(random: Random, deaths: Path) -> Fate:
    """A fate by chance."""
    point = random.choice([*POINTS])
    return Fate(point, random.randint(1, POINTS[point]), deaths)


def write_death(deaths: Path, how: str) -> None:
    """Add a line, in one piece also where several processes write at once."""
    with deaths.open("a", encoding="ascii") as file:
        file.write(f"{how}\n")


def meet(fate: Fate) -> None:
    """Let the worker that this process will build meet its fate: at its providers, and where its transactions end."""
    build = oncall.worker.build_providers

    def build_watched(settings: Settings, clock: Clock, terminal: Callable[[str], object]) -> tuple[Provider, ...]:
        return tuple(_Watched(provider, fate) for provider in build(settings, clock, terminal))

    oncall.worker.build_providers = build_watched
    here = threading.local()

    def before(_connection: object) -> None:
        if fate.answered.is_set():
            here.settles = True
            fate.come_by("settling")

    def after(*_given: object) -> None:
        if getattr(here, "settles", False):
            here.settles = False
            fate.answered.clear()
            fate.come_by("settled")

    event.listen(Engine, "commit", before)
    event.listen(Engine, "checkin", after)


class _Watched:
    """A provider in whose calls a process may die."""

    def __init__(self, provider: Provider, fate: Fate) -> None:
        self._provider = provider
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    def send(self, outgoing: Outgoing) -> Receipt:
        self._fate.come_by("claimed")
        try:
            return self._provider.send(outgoing)
        finally:
            self._fate.answered.set()
            self._fate.come_by("sent")

    def find(self, outgoing: Outgoing, since: datetime) -> Receipt | NotFound:
        self._fate.come_by("asking")
        return self._provider.find(outgoing, since)
