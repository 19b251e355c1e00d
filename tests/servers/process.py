"""Run a server's program: as whom, from where, and how it ends."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.01
PROGRAM, FILE = 0o755, 0o644
PORTS_TO_TRY = 5
PORT_TAKEN = "Address already in use"


class ServerError(Exception):
    """A test server did not start or could not be found; the message holds its last words."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user as whom servers run."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """Return the user to become, or None to stay who we are: only root becomes another, `nobody`."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


@contextlib.contextmanager
def server_directory(name: str) -> Iterator[Path]:
    """Lend a directory that belongs to the servers' user and goes away afterwards; short, because sockets' paths must be."""
    directory = Path(tempfile.mkdtemp(prefix=f"oncall-{name}-"))
    account = server_account()
    if account:
        os.chown(directory, account.uid, account.gid)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def reachable_copy(tree: Path, room: Path) -> Path:
    """Return `tree`, or a copy of it in `room` where the servers' user could not read the original (a home closed to others)."""
    if server_account() is None or _open_to_others(tree):
        return tree
    copy = room / tree.name
    shutil.copytree(tree, copy, symlinks=True)
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(PROGRAM if path.is_dir() or path.stat().st_mode & 0o100 else FILE)
    return copy


def _open_to_others(tree: Path) -> bool:
    inside = next(path for path in tree.rglob("*") if path.is_file())
    return bool(inside.stat().st_mode & 0o004) and all(
        parent.stat().st_mode & 0o001 for parent in inside.resolve().parents
    )


def start(command: list[str], log: Path, *, die_with: signal.Signals) -> subprocess.Popen[bytes]:
    """Start a program as the servers' user, its output in `log`; when this process dies the kernel sends it `die_with`."""
    account = server_account() or Account(-1, -1)
    launcher = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py"))]
    orders = [str(os.getpid()), str(int(die_with)), str(account.uid), str(account.gid)]
    with log.open("wb") as output:
        return subprocess.Popen(
            [*launcher, *orders, *command], stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=log.parent
        )


def start_server(
    command: Callable[[int], list[str]], log: Path, is_ready: Callable[[], bool], *, die_with: signal.Signals
) -> tuple[subprocess.Popen[bytes], int]:
    """Start a server on a free loopback port and return it, once it is ready, with the port.

    A port can be lost between its choice and its use, so a server that finds it taken is started again on another.
    """
    words = ""
    for _ in range(PORTS_TO_TRY):
        port = _free_port()
        process = start(command(port), log, die_with=die_with)
        if _became_ready(process, is_ready):
            return process, port
        stop(process, signal.SIGKILL)
        words = log.read_text(errors="replace")
        if PORT_TAKEN not in words:
            break
    raise ServerError(f"the server did not start; the end of {log}:\n{words[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _became_ready(process: subprocess.Popen[bytes], is_ready: Callable[[], bool]) -> bool:
    give_up = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < give_up:
        if is_ready():
            return True
        time.sleep(POLL_SECONDS)
    return False


def stop(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """Stop a server and reap it; one that does not listen within 10 seconds is killed."""
    process.send_signal(how)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
