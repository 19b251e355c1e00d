"""Buttons pressed in Slack."""

from datetime import timedelta

import pytest

from tests.oncall.doors.callbacks.conftest import ANA_IN_SLACK, VIC_IN_SLACK, World
from tests.oncall.doors.callbacks.settings import PUBLIC_URL
from tests.vendors import Answer
from tests.vendors.slack import interact, signature


def press(world: World, user: str, at_age: timedelta = timedelta(0)) -> Answer:
    (posted,) = world.slack.posted()
    return world.slack.press(world.post, PUBLIC_URL, posted, user, world.clock.now() - at_age)


def test_button_acknowledges_in_the_name_of_who_pressed_it(world: World) -> None:
    incident = world.trigger()
    world.deliver()

    assert press(world, ANA_IN_SLACK) == Answer(200, "")

    assert world.state(incident) == "acknowledged"
    (entry,) = world.log(incident, "acknowledged")
    assert entry.details["by"] == "ana"


def test_button_for_all_acknowledges_everything_in_the_message(world: World) -> None:
    incidents = [world.trigger(title) for title in ("one", "two", "three", "four")]
    world.deliver()

    assert press(world, VIC_IN_SLACK).status == 200
    untouched = {world.state(incident) for incident in incidents}
    assert press(world, ANA_IN_SLACK).status == 200

    assert untouched == {"triggered"}
    assert {world.state(incident) for incident in incidents} == {"acknowledged"}
    assert [entry.details["by"] for entry in world.log(incidents[3], "acknowledged")] == ["ana"]


@pytest.mark.parametrize("user", ["U0STRANGER", VIC_IN_SLACK])
def test_stranger_and_viewer_change_nothing(world: World, user: str) -> None:
    incident = world.trigger()
    world.deliver()

    assert press(world, user).status == 200

    assert world.state(incident) == "triggered"


def test_press_that_is_too_old_is_refused(world: World) -> None:
    incident = world.trigger()
    world.deliver()

    assert press(world, ANA_IN_SLACK, timedelta(seconds=301)).status == 401

    assert world.state(incident) == "triggered"


@pytest.mark.parametrize("timestamp", ["now", "", "1e9"])
def test_timestamp_that_is_no_number_is_refused(world: World, timestamp: str) -> None:
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature(timestamp, b"payload={}")}

    assert world.post(f"{PUBLIC_URL}/slack/interactive", b"payload={}", headers).status == 401


def test_request_without_a_signature_is_refused(world: World) -> None:
    assert world.post(f"{PUBLIC_URL}/slack/interactive", b"payload={}", {}).status == 401


@pytest.mark.parametrize("action", ["acknowledge", "something-newer"])
def test_button_of_an_unknown_page_or_kind_is_taken_and_forgotten(world: World, action: str) -> None:
    actions = [{"action_id": action, "value": "no-such-page", "action_ts": "1"}]

    answer = interact(
        world.post,
        PUBLIC_URL,
        {"type": "block_actions", "user": {"id": ANA_IN_SLACK}, "actions": actions},
        world.clock.now(),
    )

    assert answer.status == 200


def test_payload_that_the_vendor_would_not_send_is_refused_by_name(world: World) -> None:
    answer = interact(world.post, PUBLIC_URL, {"type": "block_actions"}, world.clock.now())

    assert answer.status == 400
    assert "payload.user" in answer.text
