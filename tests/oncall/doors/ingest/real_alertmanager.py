"""A real Alertmanager that sends to us."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
import yaml

from tests.programs import ALERTMANAGER, require_program

_LABELS = {"alertname": "DiskFull", "instance": "web01", "severity": "critical"}


@dataclass(frozen=True)
class Alertmanager:
    """A running Alertmanager, told of alerts as Prometheus tells it."""

    address: str

    def fire(self) -> None:
        """Say that the disk of web01 is full."""
        self._post({})

    def end(self) -> None:
        """Say that it is not full any more."""
        self._post({"endsAt": (datetime.now(UTC) - timedelta(seconds=1)).isoformat()})

    def _post(self, more: dict[str, str]) -> None:
        alert = {"labels": _LABELS, "annotations": {"summary": "disk 95%"}, **more}
        requests.post(f"{self.address}/api/v2/alerts", json=[alert], timeout=5).raise_for_status()


@contextmanager
def run_alertmanager(directory: Path, receiver: dict[str, object]) -> Iterator[Alertmanager]:
    """Run it with one receiver while the block lasts; skips the test where it is not installed."""
    program = require_program(*ALERTMANAGER)
    config = directory / "alertmanager.yml"
    route = {"receiver": "oncall", "group_by": ["alertname"], "group_wait": "0s", "group_interval": "1s"}
    config.write_text(yaml.safe_dump({"route": route, "receivers": [{"name": "oncall", **receiver}]}), encoding="utf-8")
    places = [f"--config.file={config}", f"--storage.path={directory / 'alertmanager'}"]
    command = [str(program), *places, "--web.listen-address=127.0.0.1:0", "--cluster.listen-address="]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Alertmanager(f"http://127.0.0.1:{_port(process)}")
        finally:
            process.kill()


def _port(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        found = re.search(r'Listening on" address=127\.0\.0\.1:(\d+)', line)
        if found:
            return found[1]
    raise AssertionError("".join(said))
