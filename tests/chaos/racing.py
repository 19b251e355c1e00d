"""People who act at the same moment as workers do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from random import Random

from oncall.delivery.deliver import Delivery
from oncall.engine.timers import Engine
from tests.oncall.floor import Floor, open_context
from tests.oncall.operations.test_races import at_once

Deed = Callable[[], object]
WORKERS = 2


@contextmanager
def crew(floor: Floor, database_url: str) -> Iterator[tuple[Deed, ...]]:
    """Lend what two workers do over and over: fire what is due, and send it."""
    contexts = [open_context(database_url, floor.clock) for _ in range(WORKERS)]
    deliveries = [Delivery(context, [floor.vendor]) for context in contexts]
    try:
        yield (*(Engine(context).fire_due for context in contexts), *(each.deliver_due for each in deliveries))
    finally:
        for delivery, context in zip(deliveries, contexts, strict=True):
            delivery.stop()
            context.database.dispose()


def compete(people: Sequence[Deed], workers: Sequence[Deed]) -> None:
    """Let people act at the same moment, and workers work until they have."""
    over, acted = threading.Event(), threading.Semaphore(0)

    def act(deed: Deed) -> None:
        try:
            deed()
        finally:
            acted.release()

    def work(deed: Deed) -> None:
        while not over.is_set():
            deed()

    def watch() -> None:
        for _ in people:
            acted.acquire()
        over.set()

    at_once(*(partial(act, deed) for deed in people), *(partial(work, deed) for deed in workers), watch)


def shared(deeds: Sequence[Deed], people: int, seed: int) -> list[Deed]:
    """The deeds in any order, as what so many people do one after the other."""
    mixed = Random(seed).sample(deeds, len(deeds))

    def all_of(mine: Sequence[Deed]) -> None:
        for deed in mine:
            deed()

    return [partial(all_of, mixed[place::people]) for place in range(people)]


def finish(floor: Floor) -> None:
    """Do whatever is still due."""
    while floor.work():
        continue
