"""Whoever started the process and looks after it: told by systemd's protocol that it is ready, works, and ends.

https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

from __future__ import annotations

import contextlib
import socket

READY = "READY=1"
WORKS = "WATCHDOG=1"
STOPS = "STOPPING=1"


class Supervisor:
    """The one that listens at `address`, as systemd names it in NOTIFY_SOCKET; nobody where that is None."""

    def __init__(self, address: str | None) -> None:
        # A name that begins with @ is one that no file system has.
        self._address = None if not address else f"\0{address[1:]}" if address.startswith("@") else address

    def tell(self, word: str) -> None:
        """Say one of the words above; whoever does not hear it says so itself, so nothing is raised."""
        if self._address is None:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(word.encode(), self._address)
