"""How long something takes: medians, and how they are written."""

import gc
from collections.abc import Callable, Sequence
from statistics import median
from time import thread_time
from typing import TypeVar

T = TypeVar("T")

_SECONDS = 0.5
_FEWEST = 3
_BATCH_SECONDS = 0.0005


def median_seconds(ask: Callable[[T], object], about: Sequence[T], clock: Callable[[], float] = thread_time) -> float:
    """Return the median time of one call, which is asked about one value after another for about half a second.

    By `thread_time` it is the time of a core, which is what passes where nothing else runs; what waits for others is measured
    by `perf_counter`. What is too quick for the clock is timed in batches.
    """
    gc.collect()
    gc.freeze()  # what else is kept in this process would cost what is measured
    began = clock()
    ask(about[0])
    batch = max(1, int(_BATCH_SECONDS / (clock() - began)))
    took: list[float] = []
    number = 0
    while len(took) < _FEWEST or sum(took) * batch < _SECONDS:
        values = [about[(number + place) % len(about)] for place in range(batch)]
        number += batch
        began = clock()
        for value in values:
            ask(value)
        took.append((clock() - began) / batch)
    gc.unfreeze()
    return median(took)


def written(seconds: float) -> str:
    """Return a time as text: `3.1 µs`, `0.82 ms`, `1.4 s`."""
    for unit, length in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-4 else f"{seconds * 1e6:.3g} µs"
