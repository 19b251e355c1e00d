"""What every test may use: fresh databases on real servers, and the rules of the house.

`postgres_url` and `sqlite_url` are fresh databases with all migrations applied, `database_url` runs a test on both, and
`redis_url` is an emptied Redis. ONCALL_TEST_DATABASE_URL and ONCALL_TEST_REDIS_URL name servers of your own to use instead of
those that the tests start; of the Redis, one database a test process is emptied, counting up from the one that is named.
ONCALL_TEST_EXAMPLES is the number of random examples with which every property is tried.
"""

import gc
import os
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis
from hypothesis import settings
from sqlalchemy import make_url

from tests.examples import SOAK
from tests.figures import write_summary
from tests.journal import write_plainly
from tests.memory import work_in_memory
from tests.network import allow_loopback_only
from tests.servers import PostgresServer, run_postgres, run_valkey
from tests.warm import warm_statements

# Two busy cores make single examples slow for no fault of theirs.
settings.register_profile("oncall", deadline=None)
settings.load_profile("oncall")
if "ONCALL_TEST_EXAMPLES" in os.environ:
    settings.register_profile(SOAK, deadline=None, max_examples=int(os.environ["ONCALL_TEST_EXAMPLES"]))
    settings.load_profile(SOAK)


def pytest_configure() -> None:
    """Keep what the tests make in memory where there is room, let none compile what another has, and log plainly."""
    work_in_memory()
    warm_statements()
    write_plainly()


def pytest_sessionstart() -> None:
    """Cut the tests off from everything but this machine."""
    allow_loopback_only()


def pytest_collection_finish() -> None:
    """Have the garbage collector leave alone what lasts as long as this process: the modules, and the tests themselves."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests have found out."""
    write_summary(terminalreporter)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where all programs are required, let a skipped test fail: a skip says that a program is not installed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("ONCALL_TEST_REQUIRE_PROGRAMS"):
        report.outcome = "failed"
        report.longrepr = f"skipped although ONCALL_TEST_REQUIRE_PROGRAMS is set: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Lend the PostgreSQL of this test process."""
    url = os.environ.get("ONCALL_TEST_DATABASE_URL")
    if url:
        yield PostgresServer(make_url(url).set(drivername="postgresql+psycopg"))
        return
    with run_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> Iterator[str]:
    """Lend the name of a database that has all migrations; it is copied for each test and never opened."""
    with postgres_server.database() as url:
        _migrate(url.render_as_string(hide_password=False))
        yield str(url.database)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """Lend the address of a fresh, migrated PostgreSQL database that other processes can reach too."""
    with postgres_server.database(template=postgres_template) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file that has all migrations; it is copied for each test and never opened."""
    path = tmp_path_factory.mktemp("template") / "oncall.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Return the address of a fresh, migrated SQLite database in the test's own directory."""
    path = tmp_path / "oncall.db"
    with closing(sqlite3.connect(sqlite_template)) as template, closing(sqlite3.connect(path)) as copy:
        template.backup(copy)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Run the test twice: on a fresh SQLite and on a fresh PostgreSQL database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def redis_server_url(worker_id: str) -> Iterator[str]:
    """Lend the address of the Redis of this test process: a server, or where one was named a database on it."""
    url = os.environ.get("ONCALL_TEST_REDIS_URL")
    if url:
        yield redis_of_worker(url, worker_id)
        return
    with run_valkey() as server:
        yield server.url


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """Return the address of an emptied Redis that other processes can reach too."""
    with redis.Redis.from_url(redis_server_url) as client:
        client.flushdb()
    return redis_server_url


def redis_of_worker(url: str, worker_id: str) -> str:
    """Return the address of the database that belongs to one test process, counting up from the one that `url` names."""
    address = make_url(url)
    number = int(address.database or 0) + int(worker_id.removeprefix("gw").replace("master", "0"))
    return address.set(database=str(number)).render_as_string(hide_password=False)


def _migrate(url: str) -> None:
    # Here and not at the top: tests of the pure packages load no database code.
    from oncall.store.migrate import upgrade  # noqa: PLC0415

    upgrade(url)
