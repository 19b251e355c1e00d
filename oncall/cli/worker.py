"""`oncall worker`: the engine and delivery, apart from the web."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import rich_click as click

from oncall.cli import options
from oncall.cli.connect import settings_for
from oncall.clock import SystemClock
from oncall.doorbell import LocalDoorbell
from oncall.engine.lock import only_engine
from oncall.journal import write_journal
from oncall.lasting import spare_what_lasts
from oncall.operations.context import open_context
from oncall.worker import build_worker


@click.command
@options.data
def worker(*, data: Path | None) -> None:
    """Fire timers and send messages; start as many as wanted, on any machine.

    Needs the database of ONCALL_DATABASE_URL, migrated. With ONCALL_REDIS_URL it is rung when something is due, without it
    looks each second. Stops on SIGTERM and Ctrl-C when what is under way is done.

    Example: oncall worker
    """
    settings = settings_for(data)
    clock, doorbell, stopping = SystemClock(), LocalDoorbell(), threading.Event()
    write_journal(sys.stderr, clock)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _signum, _frame: stopping.set())
    with only_engine(settings.database_url):
        context = open_context(settings, clock, doorbell)
        running = build_worker(context, doorbell, settings, click.echo)
        try:
            running.start()
            spare_what_lasts()
            try:
                _wait(settings.redis_url, doorbell, stopping)
            finally:
                running.stop()
        finally:
            context.database.dispose()


def _wait(redis_url: str | None, doorbell: LocalDoorbell, stopping: threading.Event) -> None:
    if redis_url is None:
        stopping.wait()
        return
    from oncall.redis_doorbell import listen  # noqa: PLC0415  loads RQ where it is used, and nowhere else

    listen(redis_url, doorbell, stopping)
