"""Slack's own client on connections that are kept: a new one for each message takes longer than the message."""

from __future__ import annotations

import ssl
from typing import Any
from urllib.request import Request

from slack_sdk import WebClient
from urllib3 import PoolManager, ProxyManager, Timeout
from urllib3.exceptions import HTTPError

from oncall.settings import SlackSettings

_SECONDS_TO_ANSWER = 4
_MOST_CONNECTIONS = 64


class _KeptConnections(WebClient):
    """Sends what the library has made of a call by `urllib3` in the place of `urllib`; threads may share it."""

    def __init__(self, token: str, base_url: str) -> None:
        # Slack's own handlers sleep between tries, and would post twice when an answer is lost.
        super().__init__(token, base_url, timeout=_SECONDS_TO_ANSWER, retry_handlers=[])
        known: dict[str, Any] = {
            "maxsize": _MOST_CONNECTIONS,
            "retries": False,
            "timeout": Timeout(connect=_SECONDS_TO_ANSWER, read=_SECONDS_TO_ANSWER),
            "ssl_context": self.ssl or ssl.create_default_context(),
        }
        self._pool = ProxyManager(self.proxy, **known) if self.proxy else PoolManager(**known)

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        body: Any = req.data
        try:
            answer = self._pool.request(
                req.get_method(), url, body=body, headers=dict(req.header_items()), redirect=False
            )
        except HTTPError as error:
            raise OSError(str(error)) from error
        return {"status": answer.status, "headers": answer.headers, "body": answer.data.decode()}


def connect(app: SlackSettings) -> WebClient:
    """The app's client; it opens no connection before the first call."""
    return _KeptConnections(app.bot_token, app.api_base or WebClient.BASE_URL)
