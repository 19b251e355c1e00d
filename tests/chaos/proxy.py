"""A line to a server that the test can cut, reset, slow down and silence."""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import cast

_RESET_AT_ONCE = struct.pack("ii", 1, 0)
_PATIENCE_SECONDS = 10.0

Ear = Callable[[int, bytes, bool], bool]
"""Is told which line says what, and whether it is the server that says it; with False the line is torn and that is lost."""


class Proxy:
    """Carries every connection to `port` on to `target`, both on loopback; a test may do to them what networks do.

    Its methods return once what they say is so.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, target: int) -> None:
        self.port = 0
        self.loop = loop
        self.target = target
        self.latency = 0.0
        self.silent = False
        self.ear: Ear | None = None
        self.lines = itertools.count()
        self.ends: set[_End] = set()

    def lead_to(self, port: int) -> None:
        """Carry connections that are made from now on to another port."""
        self.target = port

    def cut(self) -> None:
        """End every connection, in good order."""
        self._do(lambda end: end.transport.close())

    def reset(self) -> None:
        """Tear every connection."""
        self._do(_End.tear)

    def slow_down(self, seconds: float) -> None:
        """Let everything take so much longer, each way; 0 for as quick as it is."""
        self.latency = seconds

    def fall_silent(self) -> None:
        """Carry nothing any more and tell nobody: connections stay, and new ones are taken."""
        self.silent = True
        self._do(lambda end: end.transport.pause_reading())

    def lose(self) -> None:
        """Carry nothing more on the connections that there are, and tell nobody; what is made from now on is carried."""
        self._do(lambda end: end.transport.pause_reading())

    def speak_again(self) -> None:
        """Carry again, with whatever was held back."""
        self.silent = False
        self._do(_End.listen)

    def _do(self, deed: Callable[[_End], None]) -> None:
        async def do() -> None:
            for end in tuple(self.ends):
                deed(end)

        asyncio.run_coroutine_threadsafe(do(), self.loop).result(_PATIENCE_SECONDS)


class _End(asyncio.Protocol):
    """One end of a connection: what it hears, the other end says."""

    transport: asyncio.Transport

    def __init__(self, proxy: Proxy, other: _End | None = None) -> None:
        self.proxy = proxy
        self.other = other
        self.is_near = other is None
        self.line: int = next(proxy.lines) if other is None else other.line
        self._last = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.proxy.ends.add(self)
        if self.other is None:
            self.transport.pause_reading()
            self._connecting = asyncio.ensure_future(self._connect())
        elif self.proxy.silent:
            self.transport.pause_reading()

    async def _connect(self) -> None:
        try:
            _, self.other = await self.proxy.loop.create_connection(
                lambda: _End(self.proxy, self), "127.0.0.1", self.proxy.target
            )
        except OSError:
            self.tear()
        else:
            self.listen()

    def listen(self) -> None:
        """Hear again, where there is another end to tell and nothing keeps it silent."""
        if self.other is not None and not self.proxy.silent and not self.transport.is_closing():
            self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        if self._is_overheard_in_vain(data):
            return
        now = self.proxy.loop.time()
        at = max(now + self.proxy.latency, self._last)
        if at > now:
            self._last = at + 1e-6
            self.proxy.loop.call_at(self._last, self._tell, data)
        else:
            self._tell(data)

    def _is_overheard_in_vain(self, data: bytes) -> bool:
        """Whether whoever listens has torn the line over what was said."""
        if self.proxy.ear is None or self.proxy.ear(self.line, data, not self.is_near):
            return False
        for end in (self, self.other):
            if end is not None:
                end.tear()
        return True

    def _tell(self, data: bytes) -> None:
        if self.other is not None and not self.other.transport.is_closing():
            self.other.transport.write(data)

    def tear(self) -> None:
        """End the connection so that whoever speaks on it next is told that it is gone."""
        line: socket.socket = self.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
        self.transport.abort()

    def connection_lost(self, _exc: Exception | None) -> None:
        self.proxy.ends.discard(self)
        if self.other is not None:
            # Not before it has said what is still under way.
            self.proxy.loop.call_at(self._last, self.other.transport.close)


@contextmanager
def run_proxies(*targets: int) -> Iterator[tuple[Proxy, ...]]:
    """Lend a proxy for each port, on a thread that all of them share."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="proxies", daemon=True)
    thread.start()
    proxies = tuple(Proxy(loop, target) for target in targets)
    servers: list[asyncio.Server] = []
    try:
        servers += [asyncio.run_coroutine_threadsafe(_listen(one), loop).result(_PATIENCE_SECONDS) for one in proxies]
        yield proxies
    finally:
        asyncio.run_coroutine_threadsafe(_end(proxies, servers), loop).result(_PATIENCE_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(proxy: Proxy) -> asyncio.Server:
    server = await proxy.loop.create_server(lambda: _End(proxy), "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    return server


async def _end(proxies: Iterable[Proxy], servers: Iterable[asyncio.Server]) -> None:
    for server in servers:
        server.close()
    for proxy in proxies:
        for end in tuple(proxy.ends):
            end.tear()
    # What is torn is gone with the next turn of the loop.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
