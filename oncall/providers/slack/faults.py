"""Slack's faults in our words: the only place that knows its error names (docs.slack.dev/reference/methods/chat.postMessage)."""

from __future__ import annotations

from datetime import timedelta
from http.client import HTTPException

from slack_sdk.errors import SlackApiError

from oncall.errors import AddressError, ProviderError

LOST = (OSError, HTTPException)
"""What is raised when Slack cannot be reached or its answer is lost."""

_SERVER_FAULT = 500
_LONGEST_NAME = 100

_BAD_ADDRESSES = {
    "cannot_dm_bot": "the address is a bot's",
    "channel_not_found": "there is no such channel or person, or the app is not in that private channel",
    "is_archived": "the channel is archived",
    "user_disabled": "the person's account is deactivated",
    "user_not_found": "there is no such person",
    "users_not_found": "there is no such person",
}
_PASSING = frozenset(
    {"fatal_error", "internal_error", "rate_limited", "ratelimited", "request_timeout", "service_unavailable"}
)
_LASTING = {
    "account_inactive": "the bot's account is deactivated: install the app again and set SLACK_BOT_TOKEN",
    "invalid_auth": "the token is not valid: check SLACK_BOT_TOKEN",
    "missing_scope": "the app lacks a permission: it needs chat:write, im:write, im:history and channels:history",
    "not_in_channel": "the app is not in the channel: invite it there",
    "token_revoked": "the token was revoked: install the app again and set SLACK_BOT_TOKEN",
}


def translate(error: Exception) -> ProviderError:
    """What a failed call to Slack means for the message."""
    if not isinstance(error, SlackApiError):
        return ProviderError("Slack cannot be reached or did not answer in time", permanent=False)
    name = str(error.response.get("error") or "unknown")[:_LONGEST_NAME]
    if name in _BAD_ADDRESSES:
        return AddressError(f"{_BAD_ADDRESSES[name]} ({name})")
    if name in _PASSING or error.response.status_code != 200:  # noqa: PLR2004  every answer of the API's own is a 200
        return ProviderError(f"Slack says {name}", permanent=False, retry_after=_wait(error))
    return ProviderError(f"{_LASTING.get(name, 'Slack refused it')} ({name})", permanent=True)


def may_have_taken(error: Exception) -> bool:
    """Whether Slack may have taken the message although the call failed."""
    return not isinstance(error, SlackApiError) or error.response.status_code >= _SERVER_FAULT


def _wait(error: SlackApiError) -> timedelta | None:
    header = next((value for name, value in error.response.headers.items() if name.lower() == "retry-after"), None)
    return timedelta(seconds=int(header)) if isinstance(header, str) and header.isascii() and header.isdigit() else None
