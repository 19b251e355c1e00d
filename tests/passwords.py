"""Passwords that cost next to nothing to check: by the same algorithm, with the least of memory and time that it takes."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from oncall.operations import logins

_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever logs in is let in or refused as ever, but at once; what a password really costs is tested in tests/ground."""
    monkeypatch.setattr(logins, "_hasher", lambda: _CHEAP)
