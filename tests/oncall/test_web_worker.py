"""What gunicorn's threads wait for."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path

from tests.processes import environment, free_port, request, started, wait_until_ready, web

FEW_THREADS = ["--workers", "1", "--threads", "2"]
SILENT = 40
PATIENCE = 20


def test_connections_on_which_nothing_comes_keep_no_request_waiting(sqlite_url: str, tmp_path: Path) -> None:
    port = free_port()
    known = environment(tmp_path, port, {"ONCALL_DATABASE_URL": sqlite_url})
    with started(known, tmp_path, [*web(port), *FEW_THREADS]) as running, ExitStack() as lines:
        wait_until_ready(port, running)
        for _ in range(SILENT):
            lines.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))

        # A thread that waited five seconds for each of them would be free in a minute and a half.
        assert request(port, "GET", "/readyz")[0] == HTTPStatus.OK
