"""Find what some tests drive and no wheel carries: a browser, Alertmanager, a library that shifts clocks."""

import shutil
from pathlib import Path

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ALERTMANAGER = ("prometheus-alertmanager", "alertmanager")


def require_program(*names: str) -> Path:
    """Return the path of the first of `names` that is installed, or skip the test, saying which program it wants.

    Where ONCALL_TEST_REQUIRE_PROGRAMS is set, as on the build machine, a skipped test counts as failed (tests/conftest.py).
    """
    for name in names:
        found = shutil.which(name)
        if found:
            return Path(found)
    pytest.skip(f"{names[0]} is not installed: install it to run this test")


def require_faketime() -> Path:
    """Return the path of libfaketime for programs with threads, or skip the test where it is not installed."""
    found = sorted(Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1"))
    if found:
        return found[0]
    pytest.skip("libfaketime is not installed: install it to run this test")
