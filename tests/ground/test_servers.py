"""The servers under the tests: real, fresh for each test, and gone with us, whoever we are."""

import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy import URL

from tests.conftest import redis_of_worker
from tests.servers import PostgresServer, run_postgres, run_valkey
from tests.servers.postgres import SAFE
from tests.servers.process import reachable_copy, server_account, server_directory

ROOT = Path(__file__).parents[2]
HOLD_SERVERS = """
import sys
from tests.servers import run_postgres, run_valkey
with run_postgres() as postgres, run_valkey() as valkey:
    print(postgres.url.port, valkey.url.removesuffix("/0").rpartition(":")[2], flush=True)
    sys.stdin.read()
"""


def _value(url: URL, question: str) -> object:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


def test_postgres_is_the_real_one(postgres_server: PostgresServer) -> None:
    assert str(_value(postgres_server.url, "SELECT version()")).startswith("PostgreSQL 1")


def test_redis_is_emptied_for_the_test(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "over")


def test_redis_is_emptied_after_another_test(redis_url: str) -> None:
    test_redis_is_emptied_for_the_test(redis_url)


def test_database_is_a_copy_of_its_template_alone(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as template:
        _run(template, "CREATE TABLE page (id int)")
        with postgres_server.database(template=str(template.database)) as copy:
            _run(copy, "INSERT INTO page VALUES (1)")
            assert _value(copy, "SELECT count(*) FROM page") == 1
        assert _value(template, "SELECT count(*) FROM page") == 0


def test_database_is_dropped_with_a_connection_still_open(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as url:
        connection = psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))

    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        _value(url, "SELECT 1")


def test_own_postgres_runs_as_an_ordinary_user() -> None:
    with run_postgres() as server:
        data = Path(str(_value(server.url, "SELECT current_setting('data_directory')")))
        account = server_account()

        assert data.stat().st_uid == (account.uid if account else os.geteuid())
        assert data.stat().st_uid != 0
    assert not data.exists()


def test_own_valkey_can_be_lost() -> None:
    with run_valkey() as server, redis.Redis.from_url(server.url) as client:
        assert client.ping()
        server.stop()
        with pytest.raises(redis.ConnectionError):
            client.ping()


def test_own_servers_can_be_cut_off_and_come_back() -> None:
    with run_postgres(SAFE) as postgres, run_valkey() as valkey:
        _run(postgres.url, "CREATE TABLE page (id int)")
        assert postgres.restart is not None
        again = postgres.url.set(port=postgres.restart())
        valkey.restart()

        assert _value(again, "SELECT count(*) FROM page") == 0
        with redis.Redis.from_url(valkey.url) as client:
            assert client.ping()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a program with the one that started it")
def test_killed_tests_leave_no_server_behind() -> None:
    with server_directory("killed") as room, _servers_held_by_a_process(room) as holder:
        assert holder.stdout
        ports = [int(port) for port in holder.stdout.readline().split()]
        with ExitStack() as lines:
            both = [lines.enter_context(_line_to(port)) for port in ports]
            holder.kill()

            assert [_ends(line) for line in both] == [True, True]


def _line_to(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def _ends(line: socket.socket) -> bool:
    """Whether the server is gone; one that is killed before it took the connection resets it instead of closing it."""
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True


def _servers_held_by_a_process(room: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", HOLD_SERVERS]
    environment = os.environ | {"TMPDIR": str(room)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_binaries_in_a_closed_home_are_copied_for_the_servers_user(tmp_path: Path) -> None:
    home, room = tmp_path / "home", tmp_path / "room"
    program, text = home / "tree" / "bin" / "program", home / "tree" / "share" / "text"
    for path, mode in ((program, 0o700), (text, 0o600)):
        path.parent.mkdir(parents=True)
        path.touch(mode)
    home.chmod(0o700)
    room.mkdir()

    tree = reachable_copy(home / "tree", room)

    if server_account() is None:
        assert tree == home / "tree"
    else:
        assert tree == room / "tree"
        assert (tree / "bin" / "program").stat().st_mode & 0o777 == 0o755
        assert (tree / "share" / "text").stat().st_mode & 0o777 == 0o644


def test_named_servers_are_used_instead_of_our_own(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCALL_TEST_DATABASE_URL", "postgresql://me@db.internal/admin")
    monkeypatch.setenv("ONCALL_TEST_REDIS_URL", "redis://:word@cache.internal:6380/3")
    pytester.makeconftest("from tests.conftest import postgres_server, redis_server_url")
    pytester.makepyfile("""
        def test_names(postgres_server, redis_server_url):
            assert str(postgres_server.url) == "postgresql+psycopg://me@db.internal/admin"
            assert redis_server_url == "redis://:word@cache.internal:6380/3"
    """)

    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=1)


@pytest.mark.parametrize(("worker", "number"), [("master", "3"), ("gw0", "3"), ("gw1", "4")])
def test_each_test_process_has_a_database_of_a_named_redis(worker: str, number: str) -> None:
    assert redis_of_worker("redis://cache.internal/3", worker) == f"redis://cache.internal/{number}"


def _run(url: URL, statement: str) -> None:
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        connection.execute(statement.encode())
