"""The clock of a web process, measured after an answer now and then, so that workers can tell when it is wrong."""

from __future__ import annotations

import os
import secrets

import structlog
from flask import Flask, Response

from oncall.engine.clock_watch import ClockMeter
from oncall.errors import UnavailableError
from oncall.operations.clocks import WEB
from oncall.operations.context import Context

_log = structlog.get_logger(__name__)


def install_clock(app: Flask, context: Context) -> None:
    """Measure this process's clock against the database's when it answers; no answer waits for it (docs/semantics.md 6.9)."""
    meter, name = ClockMeter(context), secrets.token_hex(2)

    def measure() -> None:
        try:
            # By its id as it is now: a server may have forked since.
            meter.measure(f"{WEB}{meter.machine}:{os.getpid()}:{name}")
        except UnavailableError as error:
            _log.warning("the clock is measured later", error=str(error))

    @app.after_request
    def look(response: Response) -> Response:
        if meter.is_due():
            response.call_on_close(measure)
        return response
