"""The process's own log: one JSON object a line."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from oncall.journal import write_journal
from tests.clock import FrozenClock


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    before = structlog.get_config()
    stream = io.StringIO()
    write_journal(stream, FrozenClock())
    yield stream
    structlog.configure(**before)
    root.handlers[:], root.level = kept, level


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_what_is_logged_is_an_object_with_its_instant(stream: io.StringIO) -> None:
    structlog.get_logger("oncall").warning("something is odd", timer=7)
    assert lines(stream) == [
        {"event": "something is odd", "level": "warning", "at": "2026-11-22T02:13:00Z", "timer": 7}
    ]


def test_what_libraries_log_is_too_from_warnings_on(stream: io.StringIO) -> None:
    logging.getLogger("library").info("chatter")
    logging.getLogger("library").warning("trouble %s", 1)
    assert [(line["event"], line["level"]) for line in lines(stream)] == [("trouble 1", "warning")]


def test_error_keeps_its_trace_on_one_line(stream: io.StringIO) -> None:
    try:
        raise LookupError("gone")  # noqa: TRY301  the trace is what is looked at
    except LookupError:
        structlog.get_logger("oncall").exception("it failed")
    (line,) = lines(stream)
    assert "LookupError: gone" in str(line["exception"])
