"""A start is quick: what few have a use for is loaded when they use it."""

import subprocess
import sys

import pytest

SELDOM = {
    "alembic",
    "icalendar",
    "phonenumbers",
    "recurring_ical_events",
    "redis",
    "requests",
    "rq",
    "slack_sdk",
    "twilio",
}


@pytest.mark.parametrize("module", ["oncall.app", "oncall.cli.serve", "oncall.cli.tokens", "oncall.cli.worker"])
def test_start_loads_no_library_that_few_have_a_use_for(module: str) -> None:
    command = [sys.executable, "-c", f"import sys, {module}; print(*sorted({SELDOM} & sys.modules.keys()))"]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "\n"
