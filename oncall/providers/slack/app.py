"""Whether an app at Slack would take our messages."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from oncall.errors import ProviderError
from oncall.providers.slack.faults import LOST, translate
from oncall.settings import SlackSettings

_SECONDS_TO_ANSWER = 4
_NEEDED = frozenset({"chat:write", "im:write", "im:history", "channels:history"})


def check(app: SlackSettings) -> str:
    """Ask Slack who the token is, and say so; raises ProviderError where it is not valid or lacks a permission."""
    client = WebClient(app.bot_token, app.api_base or WebClient.BASE_URL, timeout=_SECONDS_TO_ANSWER, retry_handlers=[])
    try:
        found = client.auth_test()
    except (SlackApiError, *LOST) as error:
        raise translate(error) from error
    granted = next((value for name, value in found.headers.items() if name.lower() == "x-oauth-scopes"), None)
    missing = _NEEDED - {scope.strip() for scope in granted.split(",")} if granted else frozenset()
    if missing:
        message = f"the app lacks the scopes {', '.join(sorted(missing))}: add them and install it again"
        raise ProviderError(message, permanent=True)
    return f"the app is {found.get('user')} in {found.get('team')}"
