"""One POST to an address that others chose: without redirects, and over within seconds."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta

from oncall.errors import ProviderError
from oncall.outbound import (
    UNREACHABLE,
    Deadline,
    Outbound,
    OutboundError,
    Resolve,
    addresses_of,
    target,
    unreachable,
)

SECONDS = 5.0
"""How long a call may take, from the first connection to the last byte that is read."""

MOST_READ = 64 * 1024
"""How many bytes of an answer are read at most; nobody looks at them."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a receiver said: its HTTP status, and how long it wants to be left alone."""

    status: int
    retry_after: timedelta | None = None


class Caller:
    """Posts to public addresses over https; with `private` to any, and over http too.

    `tls` says which certificates are believed, the system's where it is None. Safe to use from several threads.
    """

    def __init__(self, *, private: bool, resolve: Resolve = addresses_of, tls: ssl.SSLContext | None = None) -> None:
        self._outbound = Outbound(private=private, resolve=resolve, tls=tls)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Post the body and return the answer, whatever its status.

        Raises ProviderError: a permanent one where nothing may be sent to that address, else one that may pass.
        """
        try:
            return self._posted(url, body, headers)
        except OutboundError as error:
            raise ProviderError(error.reason, permanent=error.permanent) from error

    def _posted(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        parts = self._outbound.parts(url)
        headers = {**headers, "Host": parts.netloc}
        with Deadline(SECONDS) as deadline, self._outbound.connected(parts, deadline) as connection:
            try:
                connection.request("POST", target(parts), body, headers, preload_content=False, decode_content=False)
                answer = connection.getresponse()
            except UNREACHABLE as error:
                raise unreachable(parts, error, deadline) from error
            with closing(answer):
                if deadline.is_over:  # headers that were cut off look whole
                    raise unreachable(parts, TimeoutError(), deadline)
                with suppress(*UNREACHABLE):
                    answer.read(MOST_READ, decode_content=False)
            return Answered(answer.status, _wait(answer.headers.get("Retry-After")))


def _wait(header: str | None) -> timedelta | None:
    is_number = header is not None and header.isascii() and header.isdigit() and len(header) < len("1000000")
    return timedelta(seconds=int(header or 0)) if is_number else None
