"""The rules that tests/conftest.py lays on every test."""

import re
import socket
from pathlib import Path

import pytest

from tests.network import CalledOutError
from tests.programs import require_program

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([a-z0-9.-]+(?:\[[a-z0-9,-]+\])?==\S+)", re.MULTILINE)
HOOK = "from tests.conftest import pytest_runtest_makereport"
WANTS_A_PROGRAM = """
from tests.programs import require_program
def test_wants_a_program():
    require_program("no-such-program")
"""


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_connection_to_another_machine_is_refused(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as line, pytest.raises(CalledOutError, match=host):
        line.connect((host, 443))


def test_name_of_another_machine_is_not_looked_up() -> None:
    with pytest.raises(CalledOutError, match=r"api\.example\.com"):
        socket.getaddrinfo("api.example.com", 443)


def test_program_that_is_installed_is_found() -> None:
    assert require_program("no-such-program", "sh").name == "sh"


def test_missing_program_skips_the_test(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONCALL_TEST_REQUIRE_PROGRAMS", raising=False)
    pytester.makeconftest(HOOK)
    pytester.makepyfile(WANTS_A_PROGRAM)

    pytester.runpytest_inprocess().assert_outcomes(skipped=1)


def test_missing_program_fails_the_test_where_all_are_required(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONCALL_TEST_REQUIRE_PROGRAMS", "1")
    pytester.makeconftest(HOOK)
    pytester.makepyfile(WANTS_A_PROGRAM)

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no-such-program is not installed*"])


def test_both_locks_pin_the_same_releases() -> None:
    whole, run = (
        set(PIN.findall((ROOT / name).read_text())) for name in ("requirements.lock", "requirements-run.lock")
    )

    assert run
    assert run - whole == set()
