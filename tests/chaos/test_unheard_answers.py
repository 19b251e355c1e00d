"""What monitors and people ask is stored, and the word of it is lost on the way: asked again it is done once, and it holds anyway."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from oncall.domain.directory import Role
from oncall.operations import act
from oncall.operations.integrations import create_integration
from oncall.operations.tokens import create_token
from tests.chaos.proxy import run_proxies
from tests.chaos.unheard import LastWord
from tests.clock import FrozenClock
from tests.oncall.floor import MINUTE
from tests.scenarios.test_answering_by_text import code_of
from tests.scenarios.world import World, run_world

OK = 300
"""Below this a status says that it is done."""

Ask = Callable[[str], int]
"""Asks something again and again, under one key, and returns the status of the answer."""

Take = Callable[[], bool]
"""Acknowledges the last incident; whether the answer says so."""


@pytest.fixture
def told(postgres_url: str, tmp_path: Path) -> Iterator[tuple[World, LastWord]]:
    """The whole service, and who keeps to itself what it commits."""
    url = make_url(postgres_url)
    with run_proxies(url.port or 0) as (proxy,):
        address = url.set(port=proxy.port).render_as_string(hide_password=False)
        with run_world(address, tmp_path, FrozenClock()) as world:
            yield world, LastWord(proxy)


def post(world: World, path: str, body: Any, **headers: str) -> int:
    """What a post to the service is answered with."""
    return world.app.test_client().post(path, json=body, headers=headers).status_code


def authorised(world: World) -> str:
    """What the header says of somebody who may act."""
    return f"Bearer {create_token(world.context, 'portal', Role.RESPONDER)}"


def enqueue(world: World) -> Ask:
    """PagerDuty's Events API."""
    routing = create_integration(world.context, "shop", "pagerduty").key
    payload = {"summary": "db down", "severity": "critical", "source": "monitor"}
    event = {"event_action": "trigger", "routing_key": routing, "payload": payload}
    return lambda key: post(world, "/v2/enqueue", {**event, "dedup_key": key})


def alertmanager(world: World) -> Ask:
    """Alertmanager's webhook, with two alerts."""
    path = f"/integrations/alertmanager/{create_integration(world.context, 'shop', 'alertmanager').key}?by=alert"
    labels = {"alertname": "Down", "severity": "critical"}
    alert = {"status": "firing", "labels": labels, "annotations": {}, "startsAt": "2026-11-22T02:13:00Z"}

    def ask(key: str) -> int:
        alerts = [{**alert, "fingerprint": f"{key}/{place}"} for place in range(2)]
        return post(world, path, {"version": "4", "groupKey": key, "status": "firing", "alerts": alerts})

    return ask


def api(world: World) -> Ask:
    """The service's own API, with a key of the request in the place of a dedup key."""
    body, known = {"service": "shop", "title": "db down", "severity": "sev1"}, authorised(world)
    return lambda key: post(world, "/api/v1/incidents", body, Authorization=known, **{"Idempotency-Key": key})


@pytest.mark.parametrize(("door", "opened"), [(enqueue, 1), (alertmanager, 2), (api, 1)])
def test_trigger_that_was_stored_unheard_is_joined_by_the_next_and_pages_once(
    told: tuple[World, LastWord], door: Callable[[World], Ask], opened: int
) -> None:
    world, word = told
    ask = door(world)
    for place, unheard in enumerate(word.each_in_turn()):
        texts, kept = len(world.phone("bo").texts()), word.kept
        with unheard:
            assert until_heard(world, partial(ask, f"db/{place}")) == 1 + word.kept - kept
        world.pass_time(MINUTE)
        new = world.get("/api/v1/incidents?state=triggered")["incidents"]
        assert [world.events(one["number"]).count("paged") for one in new] == [1] * opened
        assert len(world.phone("bo").texts()) == texts + 1
        for one in new:
            act.resolve(world.context, one["id"], "test")


def until_heard(world: World, ask: Callable[[], int]) -> int:
    """Ask each minute until the answer says that it is done, and return how often that was."""
    for times in count(1):
        if (status := ask()) < OK:
            break
        assert (status, times) == (503, 1)
        world.clock.advance(MINUTE)
    return times


def by_api(world: World) -> Take:
    """The service's own API."""
    known = authorised(world)

    def take() -> bool:
        number = world.get("/api/v1/incidents?state=open")["incidents"][0]["number"]
        return post(world, f"/api/v1/incidents/{number}/acknowledge", {}, Authorization=known) < OK

    return take


def by_text(world: World) -> Take:
    """An answer by SMS."""
    phone = world.phone("ana")
    return lambda: "acknowledged" in (phone.reply_text(code_of(phone.texts()[-1])) or "")


def by_key(world: World) -> Take:
    """A key that is pressed on the phone."""
    phone = world.phone("ana")
    return lambda: "acknowledged" in phone.press(phone.calls()[-1], phone.pick_up(phone.calls()[-1]), "4").text


def by_button(world: World) -> Take:
    """A button under a message in Slack."""
    return lambda: world.press(world.slack.posted()[-1], "ana").status < OK


@pytest.mark.parametrize("way", [by_api, by_text, by_key, by_button])
def test_acknowledgement_that_was_stored_unheard_holds_and_may_be_given_again(
    told: tuple[World, LastWord], way: Callable[[World], Take]
) -> None:
    world, word = told
    take = way(world)
    holds_unheard = False
    for place, unheard in enumerate(word.each_in_turn()):
        number = world.trigger(f"db {place}")
        world.pass_time(3 * MINUTE)
        out = len(world.twilio.accepted()), len(world.slack.posted())
        with unheard:
            is_heard = take()
        holds_unheard |= not is_heard and world.state(number) == "acknowledged"
        assert is_heard or take()
        world.pass_time(60 * MINUTE)
        assert world.state(number) == "acknowledged"
        assert (len(world.twilio.accepted()), len(world.slack.posted())) == out
    assert holds_unheard
