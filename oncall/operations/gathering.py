"""Requests of many threads, done together: while one batch is being stored what comes waits, and is the next batch.

A commit waits for the disk, and costs the same for one request as for many. Nobody waits for company: a request that finds
nothing under way is done at once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import structlog

from oncall.errors import BusyError, UnavailableError

Q = TypeVar("Q")
A = TypeVar("A")

_log = structlog.get_logger(__name__)


class _Ticket(Generic[Q, A]):
    """One request, and in the end its answer; or word that its thread is to do it, or the next batch, by itself."""

    def __init__(self, request: Q) -> None:
        self.request = request
        self.answer: A | None = None
        self.is_alone = False
        self.unavailable: UnavailableError | None = None
        self._told = threading.Lock()
        self._told.acquire()

    def wait(self) -> None:
        """Wait until there is an answer, or something to do."""
        self._told.acquire()

    def tell(self) -> None:
        """End the wait."""
        self._told.release()


class Gathering(Generic[Q, A]):
    """Where the threads of one process meet; `do` answers the requests of a batch in their order, in one transaction."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._waiting: deque[_Ticket[Q, A]] = deque()
        self._is_busy = False

    def __len__(self) -> int:
        """How many wait for the next batch."""
        return len(self._waiting)

    def ask(self, request: Q, do: Callable[[Sequence[Q]], Sequence[A]]) -> A:
        """The answer to one request, by `do` of a batch that holds it.

        Where a batch fails, each of its requests is done by itself, so that none suffers for another; without a database all of
        them raise UnavailableError.
        """
        ticket: _Ticket[Q, A] = _Ticket(request)
        with self._lock:
            self._waiting.append(ticket)
            leads, self._is_busy = not self._is_busy, True
        if not leads:
            ticket.wait()
        if ticket.answer is None and ticket.unavailable is None and not ticket.is_alone:
            self._lead(ticket, do)
        if ticket.unavailable is not None:
            raise UnavailableError(str(ticket.unavailable)) from ticket.unavailable
        return do([request])[0] if ticket.answer is None else ticket.answer

    def _lead(self, leader: _Ticket[Q, A], do: Callable[[Sequence[Q]], Sequence[A]]) -> None:
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            for ticket, answer in zip(batch, do([ticket.request for ticket in batch]), strict=True):
                ticket.answer = answer
        except UnavailableError as error:
            # What is held for long is so for one of them.
            for ticket in batch if len(batch) == 1 or not isinstance(error, BusyError) else ():
                ticket.unavailable = error
        except Exception as error:
            # Whatever it was, it may be the fault of one of them.
            if len(batch) == 1:
                raise
            _log.warning("what fails together is done one by one", error=repr(error), count=len(batch))
        finally:
            self._hand_over()
            for ticket in batch:
                ticket.is_alone = ticket.answer is None
                if ticket is not leader:
                    ticket.tell()

    def _hand_over(self) -> None:
        """Let the first of those who wait lead the next batch."""
        with self._lock:
            self._is_busy = bool(self._waiting)
            if self._waiting:
                self._waiting[0].tell()
