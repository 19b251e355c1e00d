"""The API as the command's own client: one request, its JSON, or the reason why not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from oncall.errors import OncallError, UnavailableError
from oncall.settings import ClientSettings, client_from_env

_SECONDS = 15


class RefusedByServerError(OncallError):
    """An answer other than success; the message has what the server said, a line for each field at fault."""


class Client:
    """A running server, asked with one token.

    A request that got no answer is sent again, a few times within a second: the server does it once, by its Idempotency-Key.
    """

    def __init__(self, settings: ClientSettings) -> None:
        self._base = f"{settings.url}/api/v1"
        self._session = requests.Session()
        self._session.auth = _bearer(settings.token)
        again = Retry(total=2, backoff_factor=0.2, allowed_methods=None, status=0, redirect=0)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=again))

    def get(self, path: str, query: dict[str, Any]) -> dict[str, Any]:
        """The answer to GET; parameters that are None are left out."""
        return self._ask(requests.Request("GET", self._base + path, params=query))

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to POST; members that are None are left out."""
        said = {name: value for name, value in body.items() if value is not None}
        headers = {"Idempotency-Key": uuid4().hex}
        return self._ask(requests.Request("POST", self._base + path, json=said, headers=headers))

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to PUT."""
        return self._ask(requests.Request("PUT", self._base + path, json=body))

    def delete(self, path: str) -> None:
        """Take something away."""
        self._ask(requests.Request("DELETE", self._base + path))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _ask(self, asked: requests.Request) -> dict[str, Any]:
        try:
            answer = self._session.send(self._session.prepare_request(asked), timeout=_SECONDS)
            said = answer.json() if answer.content else {}
        except requests.JSONDecodeError as error:
            raise RefusedByServerError(f"{asked.url} is no oncall server: set ONCALL_URL to its address") from error
        except requests.RequestException as error:
            raise UnavailableError(
                f"{asked.url} does not answer ({type(error).__name__}): is the server up, and ONCALL_URL right?"
            ) from error
        if not answer.ok:
            raise RefusedByServerError(_reason(said))
        answered: dict[str, Any] = said
        return answered


@contextmanager
def server() -> Iterator[Client]:
    """Lend a client of the server that the environment names; raises SettingsError where it names none."""
    client = Client(client_from_env(os.environ))
    try:
        yield client
    finally:
        client.close()


def _bearer(token: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """As an `auth` of its own, because a header would give way to what ~/.netrc says of the host."""

    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return authorize


def _reason(said: dict[str, Any]) -> str:
    faults = [f"{fault['field']}: {fault['message']}" for fault in said.get("errors", [])]
    return "\n".join(faults or [str(said.get("detail", said))])
