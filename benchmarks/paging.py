"""How long from a trigger to the vendor's taking the page, at a pace, at a fast one, and when everything breaks at once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from itertools import count
from math import inf
from statistics import median
from typing import NamedTuple

from benchmarks.deployment import Deployment, all_in_one, in_several_processes
from benchmarks.load import Answered, as_fast_as_answered, at_a_pace
from benchmarks.people import telephone
from benchmarks.row import Row, at, milliseconds

_RUNS = 5
_SECONDS = 3.0
_SUSTAINED_A_SECOND, _SUSTAINED_SECONDS = 300, 10
_AT_ONCE, _TIMES_AT_ONCE = 1000, 3
_PEOPLE_OF_MANY = _SUSTAINED_A_SECOND * _SUSTAINED_SECONDS
_PEOPLE_OF_FEW = 60
_SECONDS_TO_ANSWER = 0.05
_DOORS = 16

_keys = count()


class _Paged(NamedTuple):
    """What came of some triggers, each for a person of its own: seconds to each page in the order of asking, and instants."""

    late: list[float]
    began: float
    last_asked: float
    last_page: float
    lost: int
    refused: int
    doubled: int


def measure() -> list[Row]:
    """Return what was measured for both kinds of deployment; takes about two minutes."""
    with all_in_one(_PEOPLE_OF_FEW, _SECONDS_TO_ANSWER) as running:
        rows = [_latency(running, 20, "p99 < 100 ms")]
    with in_several_processes(_PEOPLE_OF_MANY, _SECONDS_TO_ANSWER) as running:
        rows += [_latency(running, a_second, "p50 < 10 ms, p99 < 50 ms") for a_second in (20, 100)]
        return [*rows, *_sustained(running), *_at_once(running)]


def _latency(running: Deployment, a_second: int, goal: str) -> Row:
    """Trigger at a steady pace, several times."""
    # Every process of the web has taken something in before: what each builds once is not measured.
    _paged(running, range(_PEOPLE_OF_FEW))
    runs = [_paged(running, range(int(_SECONDS * a_second)), a_second).late for _ in range(_RUNS)]
    p50, p99 = (median(at(late, percent) for late in runs) for percent in (50, 99))
    name = f"{running.name}: trigger to page at {a_second} a second, median of {_RUNS} runs"
    return Row(name, f"p50 {milliseconds(p50)}, p99 {milliseconds(p99)}", goal)


def _sustained(running: Deployment) -> Iterator[Row]:
    """Trigger faster and for longer: whether what waits grows shows in the last second beside the second one."""
    paged = _paged(running, range(_PEOPLE_OF_MANY), _SUSTAINED_A_SECOND)
    second, last = paged.late[_SUSTAINED_A_SECOND : 2 * _SUSTAINED_A_SECOND], paged.late[-_SUSTAINED_A_SECOND:]
    rate = (len(paged.late) - paged.lost) / (paged.last_page - paged.began)
    name = f"{running.name}: {_SUSTAINED_A_SECOND} triggers a second for {_SUSTAINED_SECONDS} seconds"
    yield Row(f"{name}: pages", f"{rate:,.0f} a second, p99 {milliseconds(at(paged.late, 99))}", "300, p99 < 100 ms")
    growth = f"{milliseconds(at(second, 50))}, then {milliseconds(at(last, 50))}"
    yield Row(f"{name}: p50 in the second and in the last second", growth, "no growing backlog")


def _at_once(running: Deployment) -> Iterator[Row]:
    """Trigger for everybody at once."""
    runs = [_paged(running, range(_AT_ONCE)) for _ in range(_TIMES_AT_ONCE)]
    last = median(paged.last_page - paged.began for paged in runs)
    asked = median(paged.last_asked - paged.began for paged in runs)
    lost, doubled, refused = (sum(getattr(paged, name) for paged in runs) for name in ("lost", "doubled", "refused"))
    name = f"{running.name}: {_AT_ONCE:,} triggers at once, the last page after, median of {_TIMES_AT_ONCE}"
    yield Row(
        name,
        f"{last:.2f} s (all taken in after {asked:.2f} s); {lost} lost, {doubled} doubled, {refused} sent again",
        "< 3 s",
    )


def _paged(running: Deployment, people: Sequence[int], a_second: float | None = None) -> _Paged:
    """Trigger for each of these people, at a pace or as fast as it is answered, and wait until all are paged, or for a minute."""
    running.forget()
    requests = [running.trigger(person, f"paging-{next(_keys)}") for person in people]
    if a_second is None:
        answers = as_fast_as_answered(running.port, requests, _DOORS)
    else:
        answers = at_a_pace(running.port, requests, a_second, _DOORS)
    _send_again(running, requests, answers)
    running.wait_for(len(requests))
    return _compared(running, people, answers)


def _send_again(running: Deployment, requests: Sequence[bytes], answers: Sequence[Answered]) -> None:
    """Send what was refused as too much until it is taken in, as monitors do; the waiting counts."""
    left = [requests[answer.number] for answer in answers if answer.status != HTTPStatus.ACCEPTED]
    while left:
        time.sleep(1.0)
        again = as_fast_as_answered(running.port, left, 1)
        left = [left[answer.number] for answer in again if answer.status != HTTPStatus.ACCEPTED]


def _compared(running: Deployment, people: Sequence[int], answers: Sequence[Answered]) -> _Paged:
    taken = running.vendor.taken()
    first = {message.to: message.at for message in reversed(taken)}
    asked = {people[answer.number]: answer.asked for answer in answers}
    return _Paged(
        late=[first.get(telephone(person), inf) - asked[person] for person in people],
        began=min(asked.values()),
        last_asked=max(answer.answered for answer in answers),
        last_page=taken[-1].at,
        lost=len(people) - len(first),
        refused=sum(answer.status != HTTPStatus.ACCEPTED for answer in answers),
        doubled=len(taken) - len(first),
    )
