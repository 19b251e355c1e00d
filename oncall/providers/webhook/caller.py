"""One POST to an address that others chose: resolved once, public, without redirects, and over within seconds."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException
from threading import Timer
from typing import Self
from urllib.parse import SplitResult, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_match_hostname import CertificateError

from oncall.domain.web_address import fault, is_public
from oncall.errors import ProviderError

SECONDS = 5.0
"""How long a call may take, from the first connection to the last byte that is read."""

MOST_READ = 64 * 1024
"""How many bytes of an answer are read at most; nobody looks at them."""

_ADDRESSES_TRIED = 3
_PORTS = {"http": 80, "https": 443}
_UNREACHABLE = (OSError, HTTPError, HTTPException, CertificateError)

Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a receiver said: its HTTP status, and how long it wants to be left alone."""

    status: int
    retry_after: timedelta | None = None


def addresses_of(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a host, in the order of the system's preference; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class Caller:
    """Posts to public addresses over https; with `private` to any, and over http too.

    `tls` says which certificates are believed, the system's where it is None. Safe to use from several threads.
    """

    def __init__(self, *, private: bool, resolve: Resolve = addresses_of, tls: ssl.SSLContext | None = None) -> None:
        self._private = private
        self._resolve = resolve
        self._tls = tls

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Post the body and return the answer, whatever its status.

        Raises ProviderError: a permanent one where nothing may be sent to that address, else one that may pass.
        """
        wrong = fault(url, private=self._private)
        if wrong is not None:
            raise ProviderError(f"the address {wrong}", permanent=True)
        parts = urlsplit(url)
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        with _Deadline() as deadline, self._connected(parts, deadline) as connection:
            try:
                connection.request(
                    "POST", target, body, {**headers, "Host": parts.netloc}, preload_content=False, decode_content=False
                )
                answer = connection.getresponse()
            except _UNREACHABLE as error:
                raise _unreachable(parts, error, deadline) from error
            with closing(answer):
                if deadline.is_over:  # headers that were cut off look whole
                    raise _unreachable(parts, TimeoutError(), deadline)
                with suppress(*_UNREACHABLE):
                    answer.read(MOST_READ, decode_content=False)
            return Answered(answer.status, _wait(answer.headers.get("Retry-After")))

    @contextmanager
    def _connected(self, parts: SplitResult, deadline: _Deadline) -> Iterator[HTTPConnection]:
        """Lend a connection to the first address that takes one, of those that were just resolved and looked at."""
        failure: Exception = OSError("it has no address")
        for address in self._addresses(parts)[:_ADDRESSES_TRIED]:
            connection = self._connection(parts, address)
            deadline.watch(connection)
            try:
                connection.connect()
            except _UNREACHABLE as error:
                connection.close()
                failure = error
                if deadline.is_over:
                    break
                continue
            try:
                yield connection
            finally:
                connection.close()
            return
        raise _unreachable(parts, failure, deadline) from failure

    def _addresses(self, parts: SplitResult) -> Sequence[str]:
        host = parts.hostname or ""
        try:
            found = self._resolve(host, _port(parts))
        except (OSError, UnicodeError) as error:
            raise ProviderError(f"{host} has no address now", permanent=False) from error
        closed = [address for address in found if not is_public(address)]
        if closed and not self._private:
            raise ProviderError(f"{host} leads to {closed[0]}, which is no public address", permanent=True)
        return found

    def _connection(self, parts: SplitResult, address: str) -> HTTPConnection:
        if parts.scheme == "http":
            return HTTPConnection(address, _port(parts), timeout=SECONDS)
        context = self._tls or ssl.create_default_context()
        name = (parts.hostname or "").rstrip(".")
        return HTTPSConnection(
            address, _port(parts), timeout=SECONDS, server_hostname=name, assert_hostname=name, ssl_context=context
        )


class _Deadline:
    """Cuts the connection that it watches once the time is over, however slowly bytes keep coming."""

    def __init__(self) -> None:
        self.is_over = False
        self._connection: HTTPConnection | None = None
        self._timer = Timer(SECONDS, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, connection: HTTPConnection) -> None:
        """Watch this connection from now on."""
        self._connection = connection

    def _end(self) -> None:
        self.is_over = True
        line = self._connection.sock if self._connection is not None else None
        if line is not None:
            # Not by the method of a TLS socket, which would take away the cipher under a thread that still reads.
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


def _unreachable(parts: SplitResult, error: Exception, deadline: _Deadline) -> ProviderError:
    if deadline.is_over or isinstance(error, TimeoutError):
        return ProviderError(f"{parts.hostname} did not answer within {SECONDS:.0f} seconds", permanent=False)
    why = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else type(error).__name__
    return ProviderError(f"{parts.hostname} cannot be reached: {why}", permanent=False)


def _wait(header: str | None) -> timedelta | None:
    is_number = header is not None and header.isascii() and header.isdigit() and len(header) < len("1000000")
    return timedelta(seconds=int(header or 0)) if is_number else None
