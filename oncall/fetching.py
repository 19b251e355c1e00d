"""Calendars read from elsewhere: a file beside the document, or an address by https; small, soon over, and public."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from urllib.parse import SplitResult, urljoin

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from oncall.errors import FeedError
from oncall.outbound import UNREACHABLE, Deadline, Outbound, OutboundError, target, unreachable

SECONDS = 10.0
"""How long a calendar may take in all, redirects included."""

LARGEST = 5_000_000
"""How many bytes a calendar may have; no more than that are read."""

_PART = 64 * 1024
_REDIRECTS = 3
_LEAD_ON = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"Accept": "text/calendar", "Accept-Encoding": "identity", "User-Agent": "oncall"}


def is_address(source: str) -> bool:
    """Whether a source is an address, and not the path of a file."""
    return "://" in source


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Reads addresses through `outbound`, none where that is None; and files, by paths from `folder` where there is one."""

    outbound: Outbound | None = None
    folder: Path | None = None

    def beside(self, folder: Path) -> Fetcher:
        """The same that reads files too, by paths from `folder`."""
        return replace(self, folder=folder)

    def __call__(self, source: str) -> bytes:
        """What stands there; raises FeedError."""
        if is_address(source):
            return self._from_address(source)
        if self.folder is None:
            raise FeedError("is the path of a file, which is read only by the command that reads the document")
        return _from_file(self.folder / source)

    def _from_address(self, source: str) -> bytes:
        if source.lower().startswith("webcal:"):
            raise FeedError("is written with webcal:, which is https: under another name: write https:")
        if self.outbound is None:
            raise FeedError("is an address, and the demo calls nobody")
        try:
            with Deadline(SECONDS) as deadline:
                return _followed(self.outbound, source, deadline)
        except OutboundError as error:
            raise FeedError(error.reason) from error


def _from_file(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise FeedError(f"{path} is no file")
        with path.open("rb") as opened:
            return _small_enough(opened.read(LARGEST + 1))
    except OSError as error:
        raise FeedError(f"{path} cannot be read: {error.strerror}") from error


def _followed(outbound: Outbound, url: str, deadline: Deadline) -> bytes:
    """What stands at an address, or where it leads; every address on the way is looked at like the first."""
    for _ in range(_REDIRECTS + 1):
        parts = outbound.parts(url)
        with outbound.connected(parts, deadline) as connection, closing(_asked(connection, parts, deadline)) as answer:
            if deadline.is_over:  # headers that were cut off look whole
                raise unreachable(parts, TimeoutError(), deadline)
            location = answer.headers.get("Location") if answer.status in _LEAD_ON else None
            if location is None:
                return _body(answer, parts, deadline)
        url = urljoin(url, location)
    raise FeedError(f"it leads on more than {_REDIRECTS} times")


def _asked(connection: HTTPConnection, parts: SplitResult, deadline: Deadline) -> BaseHTTPResponse:
    headers = {**_HEADERS, "Host": parts.netloc}
    try:
        connection.request("GET", target(parts), headers=headers, preload_content=False, decode_content=False)
        return connection.getresponse()
    except UNREACHABLE as error:
        raise unreachable(parts, error, deadline) from error


def _body(answer: BaseHTTPResponse, parts: SplitResult, deadline: Deadline) -> bytes:
    if answer.status != HTTPStatus.OK:
        raise FeedError(f"{parts.hostname} answered {_named(answer.status)}")
    found = b""
    try:
        while len(found) <= LARGEST and (part := answer.read(_PART, decode_content=False)):
            found += part
    except (OSError, HTTPError, HTTPException) as error:
        raise unreachable(parts, error, deadline) from error
    if deadline.is_over:  # a body that was cut off may look whole
        raise unreachable(parts, TimeoutError(), deadline)
    return _small_enough(found)


def _small_enough(found: bytes) -> bytes:
    if len(found) > LARGEST:
        raise FeedError(f"it is larger than {LARGEST // 1_000_000} MB: name a calendar with what is needed alone")
    return found


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
