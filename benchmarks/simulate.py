"""How long a simulated year takes, and in how much memory, however many incidents it has."""

import heapq
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from benchmarks.row import Row

_EXAMPLE = Path(__file__).parents[1] / "examples" / "macstadium.yaml"
_SCHEDULES = 100
_INCIDENTS = (10_000, 100_000)
_BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
_YEAR = timedelta(days=365)
_SEVERITIES = ("sev1", "sev2", "sev2", "sev3", "sev3", "sev3", "sev4", "sev5")


def measure() -> list[Row]:
    """Return what was measured and the figure with its unit; takes a minute or two."""
    with tempfile.TemporaryDirectory(prefix="oncall-bench-") as name:
        home = Path(name)
        config = home / "bench.json"
        config.write_text(json.dumps(document()), encoding="utf-8")
        return [Row(_name(count), _run(config, home / f"{count}.jsonl", count)) for count in _INCIDENTS]


def document() -> dict[str, Any]:
    """Return the first example with a hundred teams: each has its schedule, its escalation and the example's policy."""
    example: dict[str, Any] = yaml.safe_load(_EXAMPLE.read_text(encoding="utf-8"))
    schedule, policy = example["schedules"]["engineers"], example["support_policies"]["cloud"]
    escalation = example["escalation_policies"]["engineering"]
    for team in range(_SCHEDULES):
        named = json.dumps(escalation).replace('"schedule": "engineers"', f'"schedule": "engineers-{team}"')
        rules = json.dumps(policy).replace('"escalation": "engineering"', f'"escalation": "engineering-{team}"')
        layers = [{**layer, "users": _turned(layer["users"], team)} for layer in schedule["layers"]]
        example["schedules"][f"engineers-{team}"] = {**schedule, "layers": layers}
        example["escalation_policies"][f"engineering-{team}"] = json.loads(named)
        example["support_policies"][f"cloud-{team}"] = json.loads(rules)
        example["services"][f"service-{team}"] = {"support_policy": f"cloud-{team}"}
    return example


def events(count: int) -> Iterator[dict[str, Any]]:
    """Yield a year of incidents in order of time: four in five acknowledged within ten minutes, all resolved within a day."""
    chance = random.Random(1)  # noqa: S311  the same incidents each time
    later: list[tuple[datetime, int, dict[str, Any]]] = []
    for number in range(count):
        at = _BEGIN + _YEAR * number / count
        while later and later[0][0] <= at:
            yield heapq.heappop(later)[2]
        incident = {"incident": f"i{number}"}
        if chance.random() < 0.8:
            acknowledged = at + timedelta(minutes=10) * chance.random()
            heapq.heappush(later, (acknowledged, 2 * number, _event(acknowledged, "acknowledge", by="rob", **incident)))
        resolved = at + timedelta(minutes=10) + min(timedelta(hours=1) * chance.expovariate(1), timedelta(hours=23))
        heapq.heappush(later, (resolved, 2 * number + 1, _event(resolved, "resolve", by="rob", **incident)))
        service, severity = f"service-{number % _SCHEDULES}", chance.choice(_SEVERITIES)
        said = {"service": service, "severity": severity, "title": "latency", "body": "of the network", **incident}
        yield _event(at, "trigger", **said)
    while later:
        yield heapq.heappop(later)[2]


def _event(at: datetime, do: str, **more: Any) -> dict[str, Any]:
    return {"at": at.isoformat(timespec="seconds"), "do": do, **more}


def _turned(users: list[str], places: int) -> list[str]:
    places %= len(users)
    return users[places:] + users[:places]


def _name(count: int) -> str:
    return f"oncall simulate: a year, {count:,} incidents, {_SCHEDULES} schedules"


def _run(config: Path, file: Path, count: int) -> str:
    """Run the command on that many incidents, in a process of its own."""
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{json.dumps(event)}\n" for event in events(count))
    oncall = str(Path(sys.executable).with_name("oncall"))
    command = [oncall, "simulate", "--config", str(config), "--events", str(file), "--json"]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    took = time.monotonic() - began
    assert process.returncode == 0
    return (
        f"{took:.1f} s ({used.ru_utime + used.ru_stime:.1f} s of a core), {used.ru_maxrss * 1024 / 1e6:.0f} MB at most"
    )
