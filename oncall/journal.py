"""The process's own log: one JSON object a line, never with a secret or with what an incident says."""

from __future__ import annotations

import logging
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from oncall.clock import Clock
from schedules import format_instant


def write_journal(stream: TextIO, clock: Clock) -> None:
    """Send everything that this process logs, and what its libraries log from warnings on, to `stream`."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        _stamp(clock),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    renderer: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(),
    ]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=renderer))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _stamp(clock: Clock) -> Processor:
    def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["at"] = format_instant(clock.now())
        return event

    return stamp
