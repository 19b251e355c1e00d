"""How long something takes: medians, and how they are written."""

import gc
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from statistics import median
from time import thread_time
from typing import Generic, TypeVar

T = TypeVar("T")

_SECONDS = 0.5
_FEWEST = 3
_BATCH_SECONDS = 0.0005


def median_seconds(ask: Callable[[T], object], about: Sequence[T], clock: Callable[[], float] = thread_time) -> float:
    """Return the median time of one call, which is asked about one value after another for about half a second.

    By `thread_time` it is the time of a core, which is what passes where nothing else runs; what waits for others is measured
    by `perf_counter`. What is too quick for the clock is timed in batches.
    """
    return side_by_side([ask], about, clock)[0]


def side_by_side(
    asks: Sequence[Callable[[T], object]], about: Sequence[T], clock: Callable[[], float] = thread_time
) -> list[float]:
    """Return the median times of several, measured in turn, so that a machine that is busy for a while slows them all."""
    gc.collect()
    gc.freeze()  # what else is kept in this process would cost what is measured
    timed = [_Timed(ask, about, clock) for ask in asks]
    while left := [one for one in timed if not one.is_enough]:
        for one in left:
            one.time_a_batch()
    gc.unfreeze()
    return [median(one.took) for one in timed]


class _Timed(Generic[T]):
    def __init__(self, ask: Callable[[T], object], about: Sequence[T], clock: Callable[[], float]) -> None:
        self._ask, self._about, self._clock = ask, cycle(about), clock
        self._batch = 1
        self.took: list[float] = []
        for _ in range(_FEWEST):
            self.time_a_batch()
        self._batch = max(1, int(_BATCH_SECONDS / min(self.took)))
        self.took.clear()

    @property
    def is_enough(self) -> bool:
        return len(self.took) >= _FEWEST and sum(self.took) * self._batch >= _SECONDS

    def time_a_batch(self) -> None:
        ask, values = self._ask, list(islice(self._about, self._batch))
        began = self._clock()
        for value in values:
            ask(value)
        self.took.append((self._clock() - began) / self._batch)


def written(seconds: float) -> str:
    """Return a time as text: `3.1 µs`, `0.82 ms`, `1.4 s`."""
    for unit, length in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-4 else f"{seconds * 1e6:.3g} µs"
