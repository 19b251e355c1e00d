"""Slack's signature and its payloads."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from oncall.errors import InvalidInputError
from oncall.providers.slack import Press, is_from_slack, press
from tests.vendors.slack import signature

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TIMESTAMP = "1531420618"
AT = datetime.fromtimestamp(int(TIMESTAMP), UTC)
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"

PAYLOAD = {
    "type": "block_actions",
    "user": {"id": "U012AB3CD", "name": "whatever", "team_id": "T1"},
    "actions": [{"action_id": "acknowledge", "value": "page-12", "action_ts": "1531420618.123", "type": "button"}],
}


def test_signature_of_the_vendors_own_example_holds_for_five_minutes() -> None:
    assert signature(TIMESTAMP, BODY, SECRET) == SIGNATURE
    for skew in (timedelta(0), timedelta(minutes=5), -timedelta(minutes=5)):
        assert is_from_slack(SECRET, AT + skew, BODY, TIMESTAMP, SIGNATURE)


@pytest.mark.parametrize("skew", [timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1)])
def test_signature_from_another_time_is_refused(skew: timedelta) -> None:
    assert not is_from_slack(SECRET, AT + skew, BODY, TIMESTAMP, SIGNATURE)


def test_signature_covers_the_raw_body_and_the_timestamp() -> None:
    assert not is_from_slack(SECRET, AT, BODY.replace(b"%2F", b"%2f"), TIMESTAMP, SIGNATURE)
    assert not is_from_slack(SECRET, AT, BODY, str(int(TIMESTAMP) + 1), SIGNATURE)
    assert not is_from_slack("another secret", AT, BODY, TIMESTAMP, SIGNATURE)


@pytest.mark.parametrize(
    ("timestamp", "wrong"),
    [(None, SIGNATURE), (TIMESTAMP, None), ("now", SIGNATURE), ("", SIGNATURE), (TIMESTAMP, "v0=ü")],
)
def test_missing_or_senseless_headers_are_refused(timestamp: str | None, wrong: str | None) -> None:
    assert not is_from_slack(SECRET, AT, BODY, timestamp, wrong)


def test_body_that_is_no_text_is_refused() -> None:
    assert not is_from_slack(SECRET, AT, b"\xff\xfe", TIMESTAMP, SIGNATURE)


def test_press_says_who_pressed_what() -> None:
    assert press(json.dumps(PAYLOAD)) == Press("U012AB3CD", "acknowledge", "page-12", "U012AB3CD:1531420618.123")


@pytest.mark.parametrize("other", [{"type": "view_submission"}, {"type": "shortcut"}, {"actions": []}])
def test_whatever_else_comes_to_the_address_is_no_press(other: dict[str, object]) -> None:
    assert press(json.dumps(PAYLOAD | other)) is None


@pytest.mark.parametrize("payload", ["", "{", "[]", '{"type": "block_actions"}', '{"type": 1, "user": {"id": "U1"}}'])
def test_payload_that_the_vendor_would_not_send_is_refused(payload: str) -> None:
    with pytest.raises(InvalidInputError, match="payload"):
        press(payload)
