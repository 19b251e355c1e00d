"""Vendors are asked whether they would take our messages, and what is wrong is said in our words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, Response, jsonify

from oncall.errors import ProviderError
from oncall.providers import slack, twilio
from oncall.settings import SlackSettings, TwilioSettings
from tests.vendors.serving import serve

SCOPES = "chat:write,im:write,im:history,channels:history,groups:history"


@pytest.fixture(scope="module")
def vendors() -> Iterator[str]:
    """Both vendors at one address: the account or the token says what they answer."""
    app = Flask(__name__)

    @app.get("/2010-04-01/Accounts/<account>.json")
    def account(account: str) -> tuple[Response, int]:
        if account == "ACunknown":
            return jsonify({"code": 20003, "message": "Authenticate", "status": 401}), 401
        return jsonify({"sid": account, "status": account.removeprefix("AC")}), 200

    @app.post("/api/<token>/auth.test")
    def bot(token: str) -> Response:
        if token == "invalid":
            return jsonify({"ok": False, "error": "invalid_auth"})
        answer = jsonify({"ok": True, "user": "pager", "team": "Example"})
        answer.headers["X-OAuth-Scopes"] = SCOPES if token == "whole" else "chat:write"
        return answer

    with serve(app) as url:
        yield url


def account(sid: str, url: str) -> TwilioSettings:
    return TwilioSettings(sid, "hush", "+15005550006", url)


def test_account_that_is_active_takes_messages(vendors: str) -> None:
    assert twilio.check(account("ACactive", vendors)) == "the account is active, and sends from +15005550006"


@pytest.mark.parametrize(
    ("sid", "said"), [("ACsuspended", "the account is suspended"), ("ACunknown", "check TWILIO_ACCOUNT_SID")]
)
def test_account_that_would_take_nothing_is_told(vendors: str, sid: str, said: str) -> None:
    with pytest.raises(ProviderError, match=said):
        twilio.check(account(sid, vendors))


def test_account_nobody_answers_for_is_told() -> None:
    with pytest.raises(ProviderError, match="cannot be reached"):
        twilio.check(account("ACactive", "http://127.0.0.1:1"))


@pytest.mark.parametrize(
    ("token", "said"), [("invalid", "check SLACK_BOT_TOKEN"), ("partly", "lacks the scopes channels:history")]
)
def test_app_that_could_not_post_is_told(vendors: str, token: str, said: str) -> None:
    with pytest.raises(ProviderError, match=said):
        slack.check(SlackSettings("xoxb-hush", "hush", f"{vendors}/api/{token}/"))


def test_app_that_may_post_says_who_it_is(vendors: str) -> None:
    said = slack.check(SlackSettings("xoxb-hush", "hush", f"{vendors}/api/whole/"))
    assert said == "the app is pager in Example"
