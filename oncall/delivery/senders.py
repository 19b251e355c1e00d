"""The threads that make one provider's calls, side by side: started as they are needed, each gone with its process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

from oncall.operations.call import Call


class Senders:
    """At most `most` threads; no more calls are handed to them than there are threads free. `freed` is called when one is again."""

    def __init__(self, name: str, most: int, work: Callable[[Call], None], freed: Callable[[], None]) -> None:
        self._name = name
        self._most = most
        self._work = work
        self._freed = freed
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._busy = 0

    @property
    def free(self) -> int:
        """How many calls may be handed over now."""
        with self._lock:
            return self._most - self._busy

    def hand(self, call: Call) -> None:
        """Have a call made at once; a call is made by one thread from its beginning to its end."""
        with self._lock:
            self._busy += 1
            if self._busy > self._threads:
                self._threads += 1
                # A daemon: a call that never ends keeps no process from ending.
                name = f"{self._name}-{self._threads}"
                threading.Thread(target=self._run, name=name, daemon=True).start()
        self._calls.put(call)

    def stop(self) -> None:
        """End each thread when it has nothing to do; returns at once."""
        with self._lock:
            for _ in range(self._threads):
                self._calls.put(None)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            try:
                self._work(call)
            finally:
                with self._lock:
                    self._busy -= 1
                self._freed()
