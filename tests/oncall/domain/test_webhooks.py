"""What other systems may ask for: everything that a log may hold."""

from __future__ import annotations

import re
from pathlib import Path

from oncall.domain.webhooks import DEFAULT_EVENTS, EVENTS, INFORMATION_REQUIRED

ROOT = Path(__file__).parents[3]
LOGGED = re.compile(r'(?:\.log|Entry)\(\s*(?:[\w.]+,\s*)?"(\w+)"|event = "(\w+)" if .+ else "(\w+)"')


def logged() -> set[str]:
    """The events that the code puts into logs, by its own words."""
    files = [file for room in ("domain", "operations") for file in (ROOT / "oncall" / room).rglob("*.py")]
    found = (words for file in files for words in LOGGED.findall(file.read_text()))
    return {word for words in found for word in words if word}


def test_every_event_of_a_log_may_be_asked_for_and_no_other() -> None:
    assert {*EVENTS} - {INFORMATION_REQUIRED} == logged()


def test_no_event_is_named_twice() -> None:
    assert len(EVENTS) == len(set(EVENTS))
    assert set(DEFAULT_EVENTS) < set(EVENTS)
