"""The answer to a commit is lost: it is done, and whoever asked for it does not know. Nothing is lost by that, and nothing doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import make_url

from oncall.delivery.protocol import NotFound
from oncall.engine.loop import next_due
from oncall.errors import ProviderError, UnavailableError
from oncall.operations import act
from tests.chaos.proxy import run_proxies
from tests.chaos.unheard import LastWord
from tests.oncall.floor import MINUTE, Floor, open_floor

T = TypeVar("T")
Called = list[tuple[timedelta, str, str]]

MOST_TRIES = 5
SAID_AGAIN = {"joined", "acknowledged", "resent"}
"""What a log says once more of whoever asks again."""

BUSY = ProviderError("the vendor is busy", permanent=False)


@pytest.fixture
def line(postgres_url: str) -> Iterator[tuple[str, LastWord]]:
    """The address of a database, and who keeps to itself what is committed there."""
    url = make_url(postgres_url)
    with run_proxies(url.port or 0) as (proxy,):
        yield url.set(port=proxy.port).render_as_string(hide_password=False), LastWord(proxy)


def test_night_is_the_same_whichever_commit_nobody_heard_of(line: tuple[str, LastWord]) -> None:
    address, word = line
    nights = []
    with open_floor(address) as floor:
        for place, unheard in enumerate(word.each_in_turn()):
            with unheard:
                nights.append(night(floor, f"db {place}"))
    *disturbed, quiet = nights
    assert [method for _, method, _ in quiet[0]] == ["sms", "sms", "voice", "sms"]
    assert [other for other in disturbed if other != quiet] == []


def night(floor: Floor, key: str) -> tuple[Called, Counter[str]]:
    """Page ana, whose first text fails, then bo, who acknowledges; return who was called when, and what the log says."""
    called: Called = []
    begun_at = floor.clock.now()
    floor.vendor.meanwhile = lambda call: called.append((floor.clock.now() - begun_at, call.method, call.address))
    floor.vendor.answers.append(BUSY)
    floor.vendor.found.extend([NotFound.ABSENT] * MOST_TRIES)
    number = str(until_heard(lambda: floor.trigger(dedup_key=key)).number)
    live(floor, 6 * MINUTE)
    until_heard(lambda: act.acknowledge(floor.context, number, "bo"))
    live(floor, 20 * MINUTE)
    return called, Counter(event for event in floor.events(number) if event not in SAID_AGAIN)


def live(floor: Floor, by: timedelta) -> None:
    """Let time pass, and do what falls due on the way, as workers do, who go on whatever fails."""
    end = floor.clock.now() + by
    while (due_at := next_due(floor.context)) is not None and due_at <= end:
        floor.clock.set(max(due_at, floor.clock.now()))
        until_heard(floor.engine.fire_due)
        until_heard(floor.delivery.deliver_due)
    floor.clock.set(end)


def until_heard(do: Callable[[], T]) -> T:
    """Do it again until the answer is heard."""
    for _ in range(MOST_TRIES):
        try:
            return do()
        except UnavailableError:
            continue
    pytest.fail("it is never answered")
