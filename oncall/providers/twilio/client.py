"""Twilio's own client, made to fail soon and to say when to come back."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from logging import Logger, getLogger
from typing import Any
from urllib.parse import urlencode

from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3 import Timeout

from oncall.errors import ProviderError
from oncall.providers.twilio.way import Way, way_to
from oncall.settings import TwilioSettings

_SECONDS_TO_CONNECT_OR_ANSWER = 5.0
_PATIENCE = Timeout(connect=_SECONDS_TO_CONNECT_OR_ANSWER, read=_SECONDS_TO_CONNECT_OR_ANSWER)
_TOO_MANY_REQUESTS = 429


class _ShortPatience(HttpClient):  # type: ignore[misc]  # the library publishes no types
    """Waits 5 seconds for the connection and 5 for the answer, never tries again by itself, logs nothing.

    It keeps a connection for each of its users, and speaks by `urllib3` in the place of `requests`, which took two thirds of a
    call's time. It is for one address, and for what is asked there: forms, and answers as text.
    """

    def __init__(self) -> None:
        super().__init__(_mute(), is_async=False)
        self.address = ""

    @cached_property
    def _way(self) -> Way:
        return way_to(self.address)

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_unused: Any,
    ) -> Response:
        """Make the request.

        Raises urllib3's HTTPError where no answer came, and ProviderError when there are too many requests, which the library
        would report without the wait, or where no connection can be made at all.
        """
        answer = self._way.pool.urlopen(
            method,
            self._way.target(_with(params, uri)),
            urlencode(data, doseq=True).encode() if data else None,
            {**(headers or {}), **_authorization(auth)},
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=_PATIENCE,
        )
        if answer.status == _TOO_MANY_REQUESTS:
            wait = _wait(answer.headers.get("Retry-After"))
            raise ProviderError("too many requests (429)", permanent=False, retry_after=wait)
        return Response(answer.status, answer.data.decode("utf-8", "replace"), answer.headers)


def connect(account: TwilioSettings) -> Client:
    """The account's client; it opens no connection before the first call."""
    http = _ShortPatience()
    client = Client(account.account_sid, account.auth_token, http_client=http)
    if account.api_base:
        client.api.base_url = account.api_base
    http.address = client.get_hostname(client.api.base_url)
    return client


def _with(params: Mapping[str, object] | None, uri: str) -> str:
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(params, doseq=True)}" if params else uri


def _authorization(auth: tuple[str, str] | None) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(":".join(auth).encode("latin-1")).decode()} if auth else {}


def _wait(header: str | None) -> timedelta | None:
    return timedelta(seconds=int(header)) if header and header.isascii() and header.isdigit() else None


def _mute() -> Logger:
    # The library logs each address it calls, and with it whom we page.
    logger = getLogger("oncall.providers.twilio.http")
    logger.disabled = True
    return logger
