"""A test's hold on the Slack double, and Slack's signature."""

import hmac
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import requests

from oncall.settings import SlackSettings
from tests.vendors.posting import Answer, Post
from tests.vendors.serving import serve
from tests.vendors.slack_double import BOT_TOKEN, SIGNING_SECRET, slack_app

SECONDS = 30


@dataclass(frozen=True, slots=True)
class Posted:
    """A message in the workspace; `to` is the address it was posted to, `channel` the conversation it landed in.

    `call` is the service's own id of it.
    """

    to: str
    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    call: str

    @property
    def at(self) -> datetime:
        """When it was posted, to the second."""
        return datetime.fromtimestamp(int(self.ts.split(".")[0]), UTC)

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """The buttons under it, from the top."""
        return [element for block in self.blocks if block["type"] == "actions" for element in block["elements"]]

    @property
    def sections(self) -> list[str]:
        """The texts of its sections, from the top."""
        return [block["text"]["text"] for block in self.blocks if block["type"] == "section"]


class Slack:
    """The double at an address, wherever it runs."""

    _presses = itertools.count(1)

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def settings(self) -> SlackSettings:
        """The app with which the service reaches the double."""
        return SlackSettings(BOT_TOKEN, SIGNING_SECRET, f"{self.url}/api")

    @property
    def environment(self) -> dict[str, str]:
        """The same, for a process."""
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_BASE": f"{self.url}/api",
        }

    def posted(self) -> list[Posted]:
        """Everything posted, oldest first, also what nobody was told of."""
        ledger = requests.get(f"{self.url}/double/ledger", timeout=SECONDS).json()
        return [Posted(one["to"], one["channel"], one["ts"], one["text"], one["blocks"], _call(one)) for one in ledger]

    def be_unwell(self, seed: int, **chances: float) -> None:
        """From now on, of all messages refuse, throttle, break, lose, drop or slow down so large a part, by chance."""
        health = {"seed": seed, "chances": chances}
        requests.post(f"{self.url}/double/health", json=health, timeout=SECONDS).raise_for_status()

    def refuse_next(self, error: str) -> None:
        """Refuse the next message with an error's name, and status 200 as Slack does."""
        self._plan(kind="refuse", status=200, body={"ok": False, "error": error})

    def throttle_next(self, retry_after: int) -> None:
        """Answer the next message with 429."""
        self._plan(kind="refuse", status=429, body={"ok": False, "error": "ratelimited"}, retry_after=retry_after)

    def break_next(self) -> None:
        """Take the next message and answer 503."""
        self._plan(kind="break", status=503, body={"ok": False, "error": "service_unavailable"})

    def lose_next(self) -> None:
        """Take the next message and cut the connection without an answer."""
        self._plan(kind="lose")

    def press(self, post: Post, public_url: str, message: Posted, user: str, at: datetime, button: int = 0) -> Answer:
        """Let a member press a button of a message at an instant."""
        pressed = message.buttons[button]
        action = {
            "action_id": pressed["action_id"],
            "value": pressed["value"],
            "type": "button",
            "action_ts": str(next(self._presses)),
        }
        payload = {
            "type": "block_actions",
            "user": {"id": user, "team_id": "T1"},
            "team": {"id": "T1"},
            "actions": [action],
        }
        return interact(post, public_url, payload, at)

    def _plan(self, **fault: object) -> None:
        requests.post(f"{self.url}/double/faults", json=fault, timeout=SECONDS).raise_for_status()


def _call(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata", {})
    known = json.loads(metadata) if isinstance(metadata, str) else metadata
    return str(known.get("event_payload", {}).get("id", ""))


@contextmanager
def run_slack(now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[Slack]:
    """Run the double in a thread; its messages carry the instants of `now`."""
    with serve(slack_app(now)) as url:
        yield Slack(url)


def interact(post: Post, public_url: str, payload: Mapping[str, Any], at: datetime) -> Answer:
    """Send a payload to the address for interactions, signed at an instant."""
    body = urlencode({"payload": json.dumps(payload)}).encode()
    timestamp = str(int(at.timestamp()))
    headers = {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(timestamp, body),
    }
    return post(f"{public_url}/slack/interactive", body, headers)


def signature(timestamp: str, body: bytes, secret: str = SIGNING_SECRET) -> str:
    """Slack's signature, written down independently of its library (docs.slack.dev, verifying requests from Slack)."""
    return "v0=" + hmac.digest(secret.encode(), f"v0:{timestamp}:".encode() + body, "sha256").hex()
