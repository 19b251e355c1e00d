"""Connections to addresses that others chose: resolved once, public, watched, and cut when their time is over."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPException
from threading import Timer
from typing import Self
from urllib.parse import SplitResult, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_match_hostname import CertificateError

from oncall.domain.web_address import fault, is_public

UNREACHABLE = (OSError, HTTPError, HTTPException, CertificateError)
"""What a connection raises where the other side cannot be reached, or stops half-way."""

_ADDRESSES_TRIED = 3
_PORTS = {"http": 80, "https": 443}

Resolve = Callable[[str, int], Sequence[str]]


class OutboundError(Exception):
    """A call that could not be made, or came to no end; `permanent` where it can never be made to that address."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        self.reason = reason
        self.permanent = permanent
        super().__init__(reason)


def addresses_of(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a host, in the order of the system's preference; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class Outbound:
    """Connects to public addresses over https; with `private` to any, and over http too.

    `tls` says which certificates are believed, the system's where it is None. Safe to use from several threads.
    """

    def __init__(self, *, private: bool, resolve: Resolve = addresses_of, tls: ssl.SSLContext | None = None) -> None:
        self._private = private
        self._resolve = resolve
        self._tls = tls

    def parts(self, url: str) -> SplitResult:
        """The parts of an address to which a call may go; raises a permanent OutboundError for any other."""
        wrong = fault(url, private=self._private)
        if wrong is not None:
            raise OutboundError(f"the address {wrong}", permanent=True)
        return urlsplit(url)

    @contextmanager
    def connected(self, parts: SplitResult, deadline: Deadline) -> Iterator[HTTPConnection]:
        """Lend a connection to the first address that takes one, of those that were just resolved and looked at.

        Raises OutboundError.
        """
        failure: Exception = OSError("it has no address")
        for address in self._addresses(parts)[:_ADDRESSES_TRIED]:
            connection = self._connection(parts, address, deadline)
            deadline.watch(connection)
            try:
                connection.connect()
            except UNREACHABLE as error:
                connection.close()
                failure = error
                if deadline.is_over:
                    break
                continue
            deadline.hold(connection.sock)
            try:
                yield connection
            finally:
                connection.close()
            return
        raise unreachable(parts, failure, deadline) from failure

    def _addresses(self, parts: SplitResult) -> Sequence[str]:
        host = parts.hostname or ""
        try:
            found = self._resolve(host, _port(parts))
        except (OSError, UnicodeError) as error:
            raise OutboundError(f"{host} has no address now", permanent=False) from error
        closed = [address for address in found if not is_public(address)]
        if closed and not self._private:
            raise OutboundError(f"{host} leads to {closed[0]}, which is no public address", permanent=True)
        return found

    def _connection(self, parts: SplitResult, address: str, deadline: Deadline) -> HTTPConnection:
        if parts.scheme == "http":
            return HTTPConnection(address, _port(parts), timeout=deadline.seconds)
        context = self._tls or ssl.create_default_context()
        name = (parts.hostname or "").rstrip(".")
        return HTTPSConnection(
            address,
            _port(parts),
            timeout=deadline.seconds,
            server_hostname=name,
            assert_hostname=name,
            ssl_context=context,
        )


class Deadline:
    """Cuts the connection that it watches once `seconds` are over, however slowly bytes keep coming."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self._connection: HTTPConnection | None = None
        self._line: socket.socket | None = None
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, connection: HTTPConnection) -> None:
        """Watch this connection from now on."""
        self._connection, self._line = connection, None

    def hold(self, line: socket.socket | None) -> None:
        """Watch this line of it from now on, also when the connection lets go of it while an answer is being read."""
        self._line = line

    def _end(self) -> None:
        self.is_over = True
        line = self._line or (self._connection.sock if self._connection is not None else None)
        if line is not None:
            # Not by the method of a TLS socket, which would take away the cipher under a thread that still reads.
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)


def target(parts: SplitResult) -> str:
    """What a request to an address names: its path and its query."""
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


def unreachable(parts: SplitResult, error: Exception, deadline: Deadline) -> OutboundError:
    """What to say of a call that failed by `error`."""
    if deadline.is_over or isinstance(error, TimeoutError):
        return OutboundError(f"{parts.hostname} did not answer within {deadline.seconds:.0f} seconds", permanent=False)
    return OutboundError(f"{parts.hostname} cannot be reached: {_why(error)}", permanent=False)


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(error.verify_message)
    if isinstance(error.__cause__, ConnectionRefusedError):
        return "it refuses the connection"
    return type(error).__name__


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]
