"""Twilio's own client, made to fail soon and to say when to come back."""

from __future__ import annotations

from datetime import timedelta
from logging import Logger, getLogger
from typing import Any

from requests import Session
from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from oncall.errors import ProviderError
from oncall.settings import TwilioSettings

_SECONDS_TO_CONNECT_OR_ANSWER = 5.0
_TOO_MANY_REQUESTS = 429
_MOST_CONNECTIONS = 64


class _ShortPatience(TwilioHttpClient):  # type: ignore[misc]  # the library publishes no types
    """Waits 5 seconds for the connection and 5 for the answer, never tries again by itself, logs nothing.

    It keeps a connection for each of its users, and looks once for what the environment says of proxies and certificates:
    to do so at each call took a third of the call's own time.
    """

    def __init__(self) -> None:
        super().__init__(timeout=_SECONDS_TO_CONNECT_OR_ANSWER, logger=_mute(), max_retries=0)
        session: Session = self.session
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(max_retries=0, pool_maxsize=_MOST_CONNECTIONS))

    def call_at(self, address: str) -> None:
        """Be ready for calls to that address alone."""
        session: Session = self.session
        known = session.merge_environment_settings(address, {}, None, None, None)
        session.trust_env = False
        session.proxies, session.verify, session.cert = known["proxies"], known["verify"], known["cert"]

    def request(self, *arguments: Any, **named: Any) -> Response:
        """Make the request; raise ProviderError when there are too many, which the library would report without the wait."""
        response = super().request(*arguments, **named)
        if response.status_code == _TOO_MANY_REQUESTS:
            raise ProviderError(
                "too many requests (429)", permanent=False, retry_after=_wait(response.headers.get("Retry-After"))
            )
        return response


def connect(account: TwilioSettings) -> Client:
    """The account's client; it opens no connection before the first call."""
    http = _ShortPatience()
    client = Client(account.account_sid, account.auth_token, http_client=http)
    if account.api_base:
        client.api.base_url = account.api_base
    http.call_at(client.api.base_url)
    return client


def _wait(header: str | None) -> timedelta | None:
    return timedelta(seconds=int(header)) if header and header.isascii() and header.isdigit() else None


def _mute() -> Logger:
    # The library logs each address it calls, and with it whom we page.
    logger = getLogger("oncall.providers.twilio.http")
    logger.disabled = True
    return logger
