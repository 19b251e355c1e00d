"""Which doors there are, and what they say while the database is away."""

from pathlib import Path

from flask import Flask

from oncall.doorbell import SilentDoorbell
from oncall.doors.callbacks import register
from oncall.operations.context import Context
from oncall.settings import SlackSettings, TwilioSettings
from oncall.store.cipher import Cipher
from oncall.store.database import Database
from tests.clock import FrozenClock
from tests.oncall.doors.callbacks.settings import PUBLIC_URL, settings
from tests.vendors import AppPost, Phone, Twilio
from tests.vendors.slack import interact
from tests.vendors.slack_double import BOT_TOKEN, SIGNING_SECRET
from tests.vendors.twilio import signature
from tests.vendors.twilio_double import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER

TWILIO = TwilioSettings(ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER)
SLACK = SlackSettings(BOT_TOKEN, SIGNING_SECRET)


def app_without_database(tmp_path: Path) -> Flask:
    database = Database(f"sqlite:///{tmp_path / 'nowhere' / 'oncall.db'}")
    app = Flask(__name__)
    app.extensions["oncall"] = Context(
        database, FrozenClock(), SilentDoorbell(), Cipher(["a key of sixteen or more"]), PUBLIC_URL
    )
    return app


def paths(app: Flask) -> set[str]:
    return {rule.rule for rule in app.url_map.iter_rules()} - {"/static/<path:filename>"}


def test_vendor_without_credentials_has_no_door() -> None:
    nobody, slack_only = Flask(__name__), Flask(__name__)
    register(nobody, settings())
    register(slack_only, settings(slack=SLACK))

    assert paths(nobody) == set()
    assert paths(slack_only) == {"/slack/interactive"}


def test_person_is_told_to_answer_again_while_the_database_is_away(tmp_path: Path) -> None:
    app = app_without_database(tmp_path)
    register(app, settings(TWILIO, SLACK))
    phone = Phone("+15005550006", Twilio("http://127.0.0.1:1"), AppPost(app), PUBLIC_URL)
    url = f"{PUBLIC_URL}/twilio/voice/gather?call=c&n=1"
    form = {"CallSid": "CA1", "Digits": "4"}

    pressed = AppPost(app)(url, b"CallSid=CA1&Digits=4", {"X-Twilio-Signature": signature(url, form)})

    assert phone.reply_text("1234") == "This could not be recorded: try again in a minute, or log in."
    assert "could not be recorded" in pressed.text
    assert "<Hangup" in pressed.text


def test_machine_is_told_503_while_the_database_is_away(tmp_path: Path) -> None:
    app = app_without_database(tmp_path)
    register(app, settings(TWILIO, SLACK))
    url = f"{PUBLIC_URL}/twilio/sms/status?call=c"
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    actions = [{"action_id": "acknowledge", "value": "page-1", "action_ts": "1"}]

    report = AppPost(app)(url, b"MessageSid=SM1&MessageStatus=delivered", {"X-Twilio-Signature": signature(url, form)})
    press = interact(
        AppPost(app),
        PUBLIC_URL,
        {"type": "block_actions", "user": {"id": "U1"}, "actions": actions},
        FrozenClock().now(),
    )

    assert (report.status, press.status) == (503, 503)
