"""Vendors on loopback for the providers' tests."""

from collections.abc import Iterator

import pytest

from tests.clock import FrozenClock
from tests.vendors import Slack, Twilio, run_slack, run_twilio


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def twilio(clock: FrozenClock) -> Iterator[Twilio]:
    with run_twilio(clock.now) as double:
        yield double


@pytest.fixture
def slack(clock: FrozenClock) -> Iterator[Slack]:
    with run_slack(clock.now) as double:
        yield double
