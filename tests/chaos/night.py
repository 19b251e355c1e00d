"""What goes wrong when: a plan by chance from a seed, and how it is carried out."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from time import monotonic

from tests.chaos.proxy import Proxy

Deed = Callable[[], object]

SLOW_SECONDS = 0.03
WHILE_SECONDS = 1.0


@dataclass
class Night:
    """Deeds by their instants, in seconds from its begin, over `seconds`."""

    seconds: float
    seed: str
    planned: list[tuple[float, str, Deed]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def at(self, parts: Sequence[float], name: str, deed: Deed) -> None:
        """Do it at these parts of the night, from 0 to 1."""
        self.planned += [(part * self.seconds, name, deed) for part in parts]

    def spread(self, times: float, name: str, deed: Deed) -> None:
        """Do it so many times, evenly."""
        self.at([(number + 1) / (times + 1) for number in range(int(times))], name, deed)

    def each(self, seconds: float, name: str, deed: Deed) -> None:
        """Do it again and again, about so many seconds apart."""
        at = 0.0
        while (at := at + self._random.uniform(0.5, 1.5) * seconds) < self.seconds:
            self.planned.append((at, name, deed))

    def trouble(self, seconds: float, lines: dict[str, Proxy]) -> None:
        """Do to one of these lines what networks do, again and again, about so many seconds apart."""
        at = 0.0
        while (at := at + self._random.uniform(0.5, 1.5) * seconds) < self.seconds - WHILE_SECONDS:
            name, line = self._random.choice([*lines.items()])
            way, deed, end = self._random.choice(_WAYS)
            self.planned.append((at, f"{name} {way}", partial(deed, line)))
            if end is not None:
                self.planned.append((at + WHILE_SECONDS, "", partial(end, line)))

    def pass_by(self) -> None:
        """Do everything in its order, each at its instant or right after what comes before it."""
        begun = monotonic()
        patience = threading.Event()
        for at, name, deed in sorted(self.planned, key=lambda planned: planned[0]):
            patience.wait(max(0.0, begun + at - monotonic()))
            deed()
            self.done[name] += 1
        patience.wait(max(0.0, begun + self.seconds - monotonic()))
        del self.done[""]


def _speak_again(line: Proxy) -> None:
    line.speak_again()
    line.reset()


_WAYS: tuple[tuple[str, Callable[[Proxy], None], Callable[[Proxy], None] | None], ...] = (
    ("cut", Proxy.cut, None),
    ("reset", Proxy.reset, None),
    ("slow", lambda line: line.slow_down(SLOW_SECONDS), lambda line: line.slow_down(0.0)),
    ("silent", Proxy.fall_silent, _speak_again),
)
