"""Where the tests keep what lasts no longer than they do: in memory, on a machine with room for it."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  what is made in it gets names of its own
ROOM = 2**30


def work_in_memory(memory: Path = MEMORY, room: int = ROOM) -> None:
    """Put the temporary files of this process, and of those that it starts, in `memory`, unless TMPDIR names another place.

    The place is taken where it has that many bytes of room and programs may be started from it.
    """
    if "TMPDIR" not in os.environ and _is_fit(memory, room):
        os.environ["TMPDIR"] = str(memory)
        # What it found before is no longer so.
        tempfile.tempdir = None


def _is_fit(memory: Path, room: int) -> bool:
    return (
        memory.is_dir()
        and os.access(memory, os.W_OK | os.X_OK)
        and not os.statvfs(memory).f_flag & os.ST_NOEXEC
        and shutil.disk_usage(memory).free >= room
    )
