"""Requests of many threads become one batch while another is being done, and none suffers for another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from oncall.errors import BusyError, UnavailableError
from oncall.operations.gathering import Gathering

Do = Callable[[Sequence[int]], Sequence[int]]


class Counter:
    """Doubles numbers; the first batch waits until the others have come."""

    def __init__(self, gathering: Gathering[int, int], others: int) -> None:
        self.batches: list[list[int]] = []
        self._gathering = gathering
        self._others = others

    def do(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        if len(self.batches) == 1:
            while len(self._gathering) < self._others:
                threading.Event().wait(0.001)
        return self.answers(numbers)

    def answers(self, numbers: Sequence[int]) -> list[int]:
        return [2 * number for number in numbers]


class Fails(Counter):
    """Fails wherever a seven is among them."""

    def answers(self, numbers: Sequence[int]) -> list[int]:
        if 7 in numbers:
            raise LookupError("seven")
        return super().answers(numbers)


class Away(Counter):
    """Answers the first batch alone."""

    def answers(self, numbers: Sequence[int]) -> list[int]:
        if len(self.batches) > 1:
            raise UnavailableError("away")
        return super().answers(numbers)


class Busy(Counter):
    """Waits in vain for what one of many needs."""

    def answers(self, numbers: Sequence[int]) -> list[int]:
        if len(numbers) > 1:
            raise BusyError("held")
        return super().answers(numbers)


def ask_all(kind: type[Counter], most: int = 64) -> tuple[dict[int, Future[int]], list[list[int]]]:
    """Ask for the doubles of 0 to 9 from as many threads, of which the first is asked for alone."""
    gathering: Gathering[int, int] = Gathering(most)
    counter = kind(gathering, 9)
    with ThreadPoolExecutor(10) as pool:
        asked = {0: pool.submit(gathering.ask, 0, counter.do)}
        while not counter.batches:
            threading.Event().wait(0.001)
        asked |= {number: pool.submit(gathering.ask, number, counter.do) for number in range(1, 10)}
    return asked, counter.batches


def test_what_comes_meanwhile_is_the_next_batch() -> None:
    asked, batches = ask_all(Counter)
    assert {number: each.result() for number, each in asked.items()} == {number: 2 * number for number in range(10)}
    assert [len(batch) for batch in batches] == [1, 9]


def test_batch_is_not_larger_than_it_may_be() -> None:
    asked, batches = ask_all(Counter, most=4)
    assert sum(each.result() for each in asked.values()) == 90
    assert [len(batch) for batch in batches] == [1, 4, 4, 1]


def test_where_a_batch_fails_each_is_done_by_itself() -> None:
    asked, batches = ask_all(Fails)
    with pytest.raises(LookupError, match="seven"):
        asked.pop(7).result()
    assert all(each.result() == 2 * number for number, each in asked.items())
    assert sorted(map(len, batches)) == [*[1] * 10, 9]


def test_where_one_would_have_to_wait_for_long_each_does_so_by_itself() -> None:
    asked, batches = ask_all(Busy)
    assert sum(each.result() for each in asked.values()) == 90
    assert len(batches) == 11


def test_without_a_database_each_is_told_so_and_nothing_is_tried_again() -> None:
    asked, batches = ask_all(Away)
    assert asked.pop(0).result() == 0
    for each in asked.values():
        with pytest.raises(UnavailableError, match="away"):
            each.result()
    assert len(batches) == 2
