"""The service in processes of its own, as users run it: `oncall serve`, or gunicorn and workers."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parent.parent
START_SECONDS = 90.0
STOP_SECONDS = 60.0
POLL_SECONDS = 0.02
SECRET_KEY = "a key for these processes alone"

Environment = dict[str, str]
Command = Sequence[Path | str]


class ProcessError(Exception):
    """A process did not do what it was started for; the message has its last words."""


@dataclass(slots=True)
class Running:
    """One process of the service; what it says lands in `output`."""

    process: subprocess.Popen[bytes]
    output: Path

    def kill(self) -> None:
        """End it at once, as a loss of power would, and wait until it is gone."""
        self.process.kill()
        self.process.wait(STOP_SECONDS)

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def require_alive(self) -> None:
        """Raise ProcessError with its last words when it has ended."""
        if self.process.poll() is not None:
            raise ProcessError(f"{self.process.args!r} ended with {self.process.returncode}:\n{self.said()}")

    def said(self) -> str:
        """Everything that it has written so far."""
        return self.output.read_text(encoding="utf-8", errors="replace")


def environment(home: Path, port: int, more: Mapping[str, str] | None = None) -> Environment:
    """What every process of one service needs to know; the sandbox writes to `sent.jsonl` in `home`."""
    # Without its compiled modules every process would start seconds later.
    dropped = ("ONCALL_", "TWILIO_", "SLACK_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {
        **kept,
        "ONCALL_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ONCALL_SECRET_KEY": SECRET_KEY,
        "ONCALL_SANDBOX_FILE": str(home / "sent.jsonl"),
        "ONCALL_DATA": str(home),
        **(more or {}),
    }


@contextlib.contextmanager
def started(environment: Environment, home: Path, *commands: Command) -> Iterator[tuple[Running, ...]]:
    """Run the commands side by side, and stop whatever of them still runs at the end."""
    running = tuple(start(environment, home, command) for command in commands)
    try:
        yield running
    finally:
        for one in running:
            with contextlib.suppress(ProcessLookupError):
                one.process.terminate()
        for one in running:
            one.process.wait(STOP_SECONDS)


def start(environment: Environment, home: Path, command: Command) -> Running:
    """Start one command; what it says is kept in a file in `home`."""
    output = home / f"{Path(command[0]).name}-{time.monotonic_ns()}.log"
    with output.open("wb") as file:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)
    return Running(process, output)


def serve(home: Path, port: int, *more: str) -> Command:
    """The command that runs everything in one process on SQLite in `home`."""
    return [BIN / "oncall", "serve", "--data", str(home), "--port", str(port), *more]


def web(port: int, app: str = "wsgi:app") -> Command:
    """The command that runs the web alone, in two processes."""
    return [BIN / "gunicorn", "--workers", "2", "--threads", "8", "--bind", f"127.0.0.1:{port}", app]


def worker() -> Command:
    """The command that runs the engine and delivery alone."""
    return [BIN / "oncall", "worker"]


def oncall(environment: Environment, *arguments: str) -> str:
    """Run one `oncall` command to its end and return what it printed; raises ProcessError when it failed."""
    done = subprocess.run(
        [BIN / "oncall", *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ProcessError(f"oncall {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def wait_until_ready(port: int, running: Sequence[Running]) -> None:
    """Return once the service answers that it is ready."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        for one in running:
            one.require_alive()
        with contextlib.suppress(OSError, http.client.HTTPException):
            if request(port, "GET", "/readyz")[0] == http.HTTPStatus.OK:
                return
        time.sleep(POLL_SECONDS)
    raise ProcessError(f"no answer on port {port}:\n" + "\n".join(one.said() for one in running))


def request(
    port: int, method: str, path: str, body: object = None, token: str | None = None, **headers: str
) -> tuple[int, Any]:
    """Send one request with a JSON body; return the status, and the answer's JSON or text."""
    sent = {"Content-Type": "application/json", **headers}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    with contextlib.closing(connection):
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        answer = connection.getresponse()
        content = answer.read()
    is_json = "json" in (answer.getheader("Content-Type") or "")
    return answer.status, json.loads(content) if is_json else content.decode()


def sent_messages(home: Path) -> list[dict[str, Any]]:
    """What the sandbox took so far, oldest first."""
    path = home / "sent.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
