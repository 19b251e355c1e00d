"""Slack's Web API as far as paging uses it: post, open a conversation, read its history (docs.slack.dev/reference/methods).

As a program: `python -m tests.vendors.slack_double --port 0`.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, jsonify, request

from tests.vendors.faults import FaultPlan
from tests.vendors.serving import run

BOT_TOKEN = "xoxb-bot-token"
SIGNING_SECRET = "slack-signing-secret"
MOST_BLOCKS, LONGEST_BLOCK_TEXT = 50, 3000

Record = dict[str, Any]


@dataclass
class Workspace:
    """Every message that was posted, oldest first; people and channels are whoever is posted to."""

    now: Callable[[], datetime]
    posted: list[Record] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def post(self, message: Record) -> Record:
        """Keep a message under a timestamp of its own."""
        with self.lock:
            ts = f"{self.now().timestamp():.0f}.{len(self.posted):06d}"
            record = message | {"channel": _conversation(message["channel"]), "to": message["channel"], "ts": ts}
            self.posted.append(record)
            return record

    def history(self, channel: str, oldest: float) -> list[Record]:
        """The messages of a conversation from an instant on, newest first."""
        with self.lock:
            return [one for one in reversed(self.posted) if one["channel"] == channel and float(one["ts"]) >= oldest]


def slack_app(now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Flask:
    """The vendor's server, whose messages carry the instants of `now`."""
    app, workspace, plan = Flask(__name__), Workspace(now), FaultPlan()
    plan.register(app)
    app.before_request(_refuse_strangers)

    @app.get("/double/ledger")
    def ledger() -> Response:
        return jsonify(workspace.posted)

    @app.post("/api/chat.postMessage")
    def post_message() -> Response:
        return plan.around(lambda: _post(workspace))

    @app.post("/api/conversations.open")
    def open_conversation() -> Response:
        return jsonify(ok=True, channel={"id": _conversation(_parameters()["users"])})

    @app.post("/api/conversations.history")
    def read_history() -> Response:
        asked = _parameters()
        found = [
            one
            for one in reversed(workspace.posted)
            if one["channel"] == asked["channel"] and float(one["ts"]) >= float(asked["oldest"])
        ]
        shown = [
            one if asked.get("include_all_metadata") else one | {"metadata": {}} for one in found[: int(asked["limit"])]
        ]
        return jsonify(ok=True, messages=shown, has_more=len(found) > len(shown))

    return app


def _refuse_strangers() -> Response | None:
    if request.path.startswith("/double/") or request.headers.get("Authorization") == f"Bearer {BOT_TOKEN}":
        return None
    return jsonify(ok=False, error="invalid_auth")


def _parameters() -> Record:
    parameters: Record = request.get_json() if request.is_json else request.form.to_dict()
    return parameters


def _post(workspace: Workspace) -> Response:
    message = _parameters()
    error = _post_error(message)
    if error:
        return jsonify(ok=False, error=error)
    record = workspace.post(message)
    return jsonify(ok=True, channel=record["channel"], ts=record["ts"])


def _post_error(message: Record) -> str | None:
    blocks = message.get("blocks", [])
    texts = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    if not str(message.get("channel", "")).startswith(("C", "D", "G", "U")):
        return "channel_not_found"
    if not message.get("text") and not blocks:
        return "no_text"
    if len(blocks) > MOST_BLOCKS or any(not 1 <= len(text) <= LONGEST_BLOCK_TEXT for text in texts):
        return "invalid_blocks"
    return None


def _conversation(address: str) -> str:
    return f"D{address[1:]}" if address.startswith("U") else address


if __name__ == "__main__":
    run(slack_app, "Slack on loopback")
