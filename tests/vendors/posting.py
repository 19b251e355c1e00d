"""How what a vendor sends reaches the service."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import requests
from flask import Flask

SECONDS_TO_ANSWER = 15
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service answered."""

    status: int
    text: str


class Post(Protocol):
    """Whatever posts an encoded form to an address of the service."""

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post the body and return the answer."""


class HttpPost:
    """Posts over HTTP, to the very address."""

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post the body and return the answer; wait as long as vendors do."""
        response = requests.post(url, data=body, headers=FORM | dict(headers), timeout=SECONDS_TO_ANSWER)
        return Answer(response.status_code, response.text)


class AppPost:
    """Posts into an app of this process, whatever host the address names."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post the body and return the answer."""
        parts = urlsplit(url)
        with self._app.test_client() as client:
            response = client.post(parts.path, query_string=parts.query, data=body, headers=FORM | dict(headers))
            return Answer(response.status_code, response.get_data(as_text=True))
