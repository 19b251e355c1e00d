"""The clock of a web process, measured after an answer now and then, so that workers can tell when it is wrong."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from typing import Any

import structlog
from flask import Flask
from werkzeug.wsgi import ClosingIterator

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

    answering = app.wsgi_app

    def look(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer = answering(environ, start_response)
        return ClosingIterator(answer, measure) if meter.is_due() else answer

    app.wsgi_app = look  # type: ignore[method-assign]  # as Flask documents it
