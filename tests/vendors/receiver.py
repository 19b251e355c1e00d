"""A test's hold on the receiver of webhooks, and the check of what it is sent."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from tests.vendors.receiver_double import receiver_app
from tests.vendors.serving import serve

SECONDS = 30


@dataclass(frozen=True, slots=True)
class Received:
    """One request: the name of the hook, the headers in lower case, and the body byte for byte."""

    name: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        """The body as JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def id(self) -> str:
        """What it is known by, however often it comes."""
        return self.headers["webhook-id"]

    @property
    def attempt(self) -> int:
        """How often it was tried."""
        return int(self.headers["webhook-attempt"])

    def is_signed_with(self, secret: str) -> bool:
        """Whether one of its signatures was made with a secret, written down independently of what signs."""
        key = base64.b64decode(secret.split("_", 1)[1])
        signed = b".".join([self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body])
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return f"v1,{expected}" in self.headers["webhook-signature"].split(" ")


class Receiver:
    """The double at an address, wherever it runs."""

    def __init__(self, url: str) -> None:
        self.url = url

    def hook(self, name: str = "tickets") -> str:
        """The address of a hook."""
        return f"{self.url}/hooks/{name}"

    def received(self, name: str | None = None) -> list[Received]:
        """Every request that was read to its end, oldest first: of one hook, or of all."""
        ledger = requests.get(f"{self.url}/double/ledger", timeout=SECONDS).json()
        every = [Received(one["name"], one["headers"], base64.b64decode(one["body"])) for one in ledger]
        return [one for one in every if name in {None, one.name}]

    def types(self, name: str | None = None) -> list[str]:
        """The types of what was received, oldest first."""
        return [one.said["type"] for one in self.received(name)]

    def refuse_next(self, status: int, retry_after: int | None = None, *, times: int = 1) -> None:
        """Answer the next requests with a status, and keep nothing of them."""
        for _ in range(times):
            self._plan(kind="refuse", status=status, retry_after=retry_after)

    def break_next(self, status: int = 500) -> None:
        """Take the next request and answer with a status all the same."""
        self._plan(kind="break", status=status)

    def lose_next(self) -> None:
        """Take the next request and cut the connection without an answer."""
        self._plan(kind="lose")

    def hold_next(self) -> None:
        """Take the next request and keep the sender waiting until `release`."""
        self._plan(kind="hold")

    def release(self) -> None:
        """Answer those who wait."""
        self._control("release")

    def answer_always(self, status: int, name: str = "tickets") -> None:
        """From now on take what comes to a hook and answer with a status."""
        self._control(f"standing/{name}/{status}")

    def _plan(self, **fault: object) -> None:
        requests.post(f"{self.url}/double/faults", json=fault, timeout=SECONDS).raise_for_status()

    def _control(self, path: str) -> None:
        requests.post(f"{self.url}/double/{path}", timeout=SECONDS).raise_for_status()


@contextmanager
def run_receiver() -> Iterator[Receiver]:
    """Run the double in a thread."""
    with serve(receiver_app()) as url:
        yield Receiver(url)
