"""`oncall serve`: everything in one process."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import rich_click as click
from flask import Flask
from waitress import create_server

from oncall.app import create_app
from oncall.cli import options
from oncall.cli.connect import settings_for
from oncall.cli.sources import faults_of, text_of
from oncall.clock import SystemClock
from oncall.doorbell import LocalDoorbell
from oncall.engine.lock import only_engine
from oncall.errors import RefusedError
from oncall.journal import write_journal
from oncall.lasting import spare_what_lasts
from oncall.operations.apply import apply_document
from oncall.operations.context import Context
from oncall.operations.start import require_ready
from oncall.settings import Settings, keep_address
from oncall.store import migrate
from oncall.worker import Worker, build_worker

_THREADS = 16
# The application refuses much less, in the words of each dialect.
_LARGEST_BODY = 32 * 1024 * 1024


@click.command
@click.option("--config", type=options.FILE, help="Apply this document first.")
@options.data
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@options.port
def serve(*, config: Path | None, data: Path | None, host: str, port: int) -> None:
    """Serve everything in one process: web, API and the engine that pages.

    Migrates its database first: the embedded one in --data, or that of ONCALL_DATABASE_URL. Stops on SIGTERM and Ctrl-C when
    what is under way is done.

    Example: oncall serve --config oncall.yaml --data /var/lib/oncall
    """

    def prepare(context: Context) -> None:
        if config is not None:
            with faults_of(config):
                apply_document(context, text_of(config), author="cli", prune=False, dry_run=False, folder=config.parent)

    settings = settings_for(data, _address(host, port))
    serve_forever(settings, host=host, port=port, prepare=prepare, ready=_say_where)


def serve_forever(
    settings: Settings,
    *,
    host: str,
    port: int,
    prepare: Callable[[Context], None],
    ready: Callable[[Flask, str], None],
    terminal: Callable[[str], object] = click.echo,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way and return; for the main thread.

    `prepare` is called once the database is ready, `ready` with the application and the address once it listens, `terminal`
    with a line for every message that the sandbox takes.
    """
    clock, doorbell = SystemClock(), LocalDoorbell()
    write_journal(sys.stderr, clock)
    with only_engine(settings.database_url):
        migrate.upgrade(settings.database_url)
        app = create_app(settings, clock, doorbell)
        context: Context = app.extensions["oncall"]
        try:
            require_ready(context)
            prepare(context)
            server = _listen(app, host, port)
            keep_address(settings)
            ready(app, _address(host, port))
            _serve(server, build_worker(context, doorbell, settings, terminal))
        finally:
            context.database.dispose()


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _listen(app: Flask, host: str, port: int) -> Any:
    try:
        return create_server(
            app,
            host=host,
            port=port,
            threads=_THREADS,
            max_request_body_size=_LARGEST_BODY,
            ident=None,
            # The application reads such headers only as far as ONCALL_PROXIES says.
            clear_untrusted_proxy_headers=False,
        )
    except OSError as error:
        message = f"{host}:{port} cannot be listened on ({error.strerror}): choose another --host or --port"
        raise RefusedError(message) from error


def _serve(server: Any, worker: Worker) -> None:
    signal.signal(signal.SIGTERM, _stop)
    worker.start()
    spare_what_lasts()
    try:
        server.run()
    finally:
        server.close()
        worker.stop()


def _stop(signum: int, frame: FrameType | None) -> None:
    """Leave waitress's loop, which finishes the requests under way."""
    del signum, frame
    raise SystemExit


def _say_where(app: Flask, address: str) -> None:
    del app
    click.echo(
        f"oncall serves on {address}; `oncall user login-link USER` logs somebody in for the first time", err=True
    )
