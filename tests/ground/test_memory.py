"""The tests work in memory where there is room, and where they are told to otherwise."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.memory import work_in_memory

MORE_THAN_ANY = 2**80


@pytest.fixture(autouse=True)
def unnamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No place is named; what a test changes is as it was afterwards."""
    monkeypatch.setenv("TMPDIR", "to be restored")
    monkeypatch.delenv("TMPDIR")
    monkeypatch.setattr(tempfile, "tempdir", None)


def test_room_in_memory_is_used(tmp_path: Path) -> None:
    tempfile.gettempdir()
    work_in_memory(tmp_path, room=1)
    assert tempfile.gettempdir() == os.environ["TMPDIR"] == str(tmp_path)


def test_named_place_is_used_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "named"
    named.mkdir()
    monkeypatch.setenv("TMPDIR", str(named))
    work_in_memory(tmp_path, room=1)
    assert tempfile.gettempdir() == str(named)


@pytest.mark.parametrize(("place", "room"), [("", MORE_THAN_ANY), ("nowhere", 1)], ids=["too small", "not there"])
def test_place_that_is_too_small_or_not_there_is_left(tmp_path: Path, place: str, room: int) -> None:
    work_in_memory(tmp_path / place, room)
    assert "TMPDIR" not in os.environ
