"""What `oncall serve` costs while nothing happens."""

import os
import time
from pathlib import Path

from benchmarks.deployment import all_in_one
from benchmarks.row import Row

_SETTLE_SECONDS = 3.0
_SECONDS = 20.0
_PEOPLE = 200


def measure() -> list[Row]:
    """Return its memory and its share of a core; takes about half a minute, and reads /proc, so it needs Linux."""
    with all_in_one(_PEOPLE) as running:
        (process,) = running.running
        time.sleep(_SETTLE_SECONDS)
        before = _cpu_seconds(process.process.pid)
        time.sleep(_SECONDS)
        share = (_cpu_seconds(process.process.pid) - before) / _SECONDS
        return [
            Row("oncall serve, idle: memory", f"{_megabytes(process.process.pid):.0f} MB"),
            Row("oncall serve, idle: share of a core", f"{share:.2%}"),
        ]


def _cpu_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    message = f"process {pid} tells no VmRSS"
    raise LookupError(message)
