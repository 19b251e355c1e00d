"""Posts pages to Slack and looks up those whose fate is unknown."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from oncall.clock import Clock
from oncall.delivery.protocol import NotFound, Outgoing, Receipt
from oncall.errors import DoubtError
from oncall.providers.slack.blocks import blocks, fallback
from oncall.providers.slack.client import connect
from oncall.providers.slack.faults import LOST, may_have_taken, translate
from oncall.settings import SlackSettings

_OUR_EVENT = "oncall_page"
_LOOKED_AT = 200
_CLOCKS_APART = timedelta(minutes=1)


def build(app: SlackSettings, clock: Clock) -> SlackProvider:
    """The provider of an app in one workspace."""
    return SlackProvider(connect(app), clock)


class SlackProvider:
    """Messages to people and channels of one workspace; safe to use from several threads."""

    name = "slack"
    methods: Collection[str] = ("slack", "slack_channel")

    def __init__(self, client: WebClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def send(self, outgoing: Outgoing) -> Receipt:
        """Post the message, once; the reference is `CHANNEL:TIMESTAMP`, which is how Slack names a message.

        Where the answer is lost, the conversation is searched for the message; without a receipt that is a DoubtError.
        """
        since = self._clock.now()
        try:
            posted = self._client.chat_postMessage(
                channel=outgoing.address,
                text=fallback(outgoing),
                blocks=blocks(outgoing),
                metadata={"event_type": _OUR_EVENT, "event_payload": {"id": outgoing.id}},
                unfurl_links=False,
                unfurl_media=False,
            )
        except (SlackApiError, *LOST) as error:
            if not may_have_taken(error):
                raise translate(error) from error
            found = self.find(outgoing, since)
            if isinstance(found, Receipt):
                return found
            raise DoubtError(translate(error).reason) from error
        return Receipt(f"{posted['channel']}:{posted['ts']}")

    def find(self, outgoing: Outgoing, since: datetime) -> Receipt | NotFound:
        """Search the conversation for the message whose metadata has our id."""
        try:
            channel = self._conversation(outgoing)
            oldest = str((since - _CLOCKS_APART).timestamp())
            history = self._client.conversations_history(
                channel=channel, oldest=oldest, limit=_LOOKED_AT, include_all_metadata=True
            )
        except (SlackApiError, *LOST):
            return NotFound.UNKNOWN
        messages: list[dict[str, Any]] = history.get("messages", [])
        posted = next((message for message in messages if _id(message) == outgoing.id), None)
        if posted is not None:
            return Receipt(f"{channel}:{posted['ts']}")
        return NotFound.UNKNOWN if history.get("has_more") else NotFound.ABSENT

    def _conversation(self, outgoing: Outgoing) -> str:
        if outgoing.method == "slack_channel":
            return outgoing.address
        return str(self._client.conversations_open(users=outgoing.address)["channel"]["id"])


def _id(message: dict[str, Any]) -> object:
    return message.get("metadata", {}).get("event_payload", {}).get("id")
