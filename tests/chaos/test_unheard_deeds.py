"""What workers, vendors and operators do is stored, and nobody hears of it: done again, it tells everybody whom it concerns once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import make_url

from oncall.errors import RefusedError, UnavailableError
from oncall.operations import act
from oncall.operations.alarms import raise_alarm
from oncall.operations.handover import hand_over
from oncall.operations.hold import mark_restored, release_sending
from oncall.operations.settle import receipt
from oncall.store import incidents
from tests.chaos.proxy import run_proxies
from tests.chaos.unheard import LastWord
from tests.oncall.floor import DOCUMENT, MINUTE, Floor, open_floor

DAY = timedelta(days=1)
DAYS_IN_TURN = (
    DOCUMENT.replace(
        "users:\n", 'users:\n  kim: {name: Kim, contact_methods: {mobile: {type: sms, address: "+15005550005"}}}\n'
    )
    .replace(
        "escalation_policies:",
        'schedules: {all: {time_zone: UTC, layers: [{start: "2026-11-01T09:00", turn: 1 day, users: [kim, root]}]}}\n'
        "escalation_policies:\n  turns: {steps: [{notify: [{schedule: all}], wait: 23h}]}",
    )
    .replace("shop: {escalation_policy: engineering}", "shop: {escalation_policy: turns}")
)
"""Where a service pages whoever has the day."""

MOST_TRIES = 5

Deed = Callable[[], object]


@pytest.fixture
def line(postgres_url: str) -> Iterator[tuple[Floor, LastWord]]:
    """The service, and who keeps to itself what it commits."""
    url = make_url(postgres_url)
    with run_proxies(url.port or 0) as (proxy,):
        word = LastWord(proxy)
        with open_floor(url.set(port=proxy.port).render_as_string(hide_password=False), DAYS_IN_TURN) as floor:
            hand_over(floor.context)
            yield floor, word


def shift_changes(floor: Floor) -> Deed:
    """Somebody comes on call while an incident is open."""
    floor.trigger("disk full", service="shop", severity="sev3")
    floor.pass_time(DAY)
    return lambda: hand_over(floor.context)


def vendor_takes_back(floor: Floor) -> Deed:
    """The vendor reports that a text did not arrive after all."""
    floor.trigger()
    floor.work()
    call = floor.vendor.sent[-1].id
    return lambda: receipt(floor.context, call, "failed", "30005 unknown handset", "permanent")


def sending_is_released(floor: Floor) -> Deed:
    """An operator lets sending go on after a restore."""
    mark_restored(floor.context, "root")
    for title in ("db down", "disk full"):
        floor.trigger(title)

    def release() -> None:
        with suppress(RefusedError):
            release_sending(floor.context, "root")

    return release


def alarm_is_raised(floor: Floor) -> Deed:
    """Something is wrong with the pager."""
    return lambda: raise_alarm(floor.context, "clock_apart", "A clock is out of step")


@pytest.mark.parametrize(
    ("begin", "told"),
    [
        (shift_changes, ("sms", "You are on call for all now")),
        (vendor_takes_back, ("voice", "db down")),
        (sending_is_released, ("sms", "2 open incidents")),
        (alarm_is_raised, ("sms", "A clock is out of step")),
    ],
)
def test_deed_of_which_nobody_heard_is_done_again_and_told_once(
    line: tuple[Floor, LastWord], begin: Callable[[Floor], Deed], told: tuple[str, str]
) -> None:
    floor, word = line
    method, words = told
    for unheard in word.each_in_turn():
        deed = begin(floor)
        before = len(floor.vendor.sent)
        with unheard:
            until_heard(deed)
        floor.pass_time(timedelta(0))
        assert [(sent.method, words in sent.text) for sent in floor.vendor.sent[before:]] == [(method, True)]
        end_all(floor)


def until_heard(deed: Deed) -> None:
    """Do it again until the answer is heard."""
    for _ in range(MOST_TRIES):
        try:
            deed()
        except UnavailableError:
            continue
        return
    pytest.fail("it is never answered")


def end_all(floor: Floor) -> None:
    """Resolve whatever is open, and let the minute pass in which nobody is told twice."""
    with floor.context.database.read() as session:
        ids = incidents.open_ids(session)
    for id_ in ids:
        act.resolve(floor.context, id_, "root")
    floor.pass_time(MINUTE)
