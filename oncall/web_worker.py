"""How gunicorn's threads are used: for requests, and never for waiting until somebody says something."""

from __future__ import annotations

import selectors
import time
from functools import partial
from typing import TYPE_CHECKING

from gunicorn.workers.gthread import ThreadWorker

if TYPE_CHECKING:
    from gunicorn.workers.gthread import TConn

_SILENT_SECONDS = 10.0


class WebWorker(ThreadWorker):  # type: ignore[misc]  # the library publishes no types
    """A process of gunicorn with threads, that no number of silent connections keeps from answering.

    gunicorn lets a thread wait five seconds for what comes first on a new connection. Browsers open some ahead, and so do load balancers
    to see whether we live: eight of them, and every trigger and every acknowledgement waited. Here a connection waits beside the
    threads until something comes, for ten seconds at most.
    """

    def enqueue_req(self, conn: TConn) -> None:
        """Hand a connection to a thread once there is something to read on it."""
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.sock.settimeout(0)
        conn.timeout = time.monotonic() + _SILENT_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))
