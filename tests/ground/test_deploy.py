"""What is under deploy/ fits the service: its settings, its commands, its addresses, and the programs that read it."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Context, Group

from oncall.cli import main as oncall
from tests.programs import require_program

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("oncall*.*"))
SERVICES = [path for path in UNITS if path.suffix == ".service"]
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text())
OBJECTS: list[dict[str, Any]] = [*yaml.safe_load_all((DEPLOY / "kubernetes/oncall.yaml").read_text())]
TEXTS = [path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".json"]
# Gunicorn's own, which the environment file says.
NOT_OURS = {"ONCALL_BIND"}


def values(unit: Path, name: str) -> list[str]:
    """What a unit says of something, in its order."""
    return re.findall(rf"^{name}=(.*)$", unit.read_text(), re.MULTILINE)


def commands() -> Iterator[list[str]]:
    """Every command that is run, without the path of its program."""
    for service in SERVICES:
        for line in values(service, "ExecStart"):
            yield [Path(line.split()[0]).name, *line.split()[1:]]
    for service in COMPOSE["services"].values():
        if service.get("image") == "oncall" and "command" in service:
            yield service["command"]
    for one in pods():
        yield from (container["command"] for container in one["containers"] if "command" in container)
    (command,) = re.findall(r"^CMD \[(.*)\]$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    yield shlex.split(command.replace(",", " "))


def pods() -> list[dict[str, Any]]:
    return [one["spec"]["template"]["spec"] for one in OBJECTS if "template" in one["spec"]]


def test_every_command_of_ours_exists() -> None:
    ran = [command for command in commands() if command[0] == "oncall"]

    assert len(ran) >= 6
    for _, *words in ran:
        found: Any = oncall
        while isinstance(found, Group):
            found = found.get_command(Context(found), words.pop(0))
        known = {option for parameter in found.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known


def test_every_other_command_is_the_web_on_gunicorn() -> None:
    others = [command for command in commands() if command[0] != "oncall"]

    assert {(command[0], command[-1]) for command in others} == {("gunicorn", "wsgi:app")}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_every_setting_that_is_named_exists(path: Path) -> None:
    known = re.findall(r'"((?:ONCALL|TWILIO|SLACK)_[A-Z_]+)"', (ROOT / "oncall/settings.py").read_text())

    assert set(re.findall(r"\b(?:ONCALL|TWILIO|SLACK)_[A-Z_]+\b", path.read_text())) <= {*known, *NOT_OURS}


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)
def test_unit_is_always_started_again_and_has_time_to_finish(service: Path) -> None:
    assert values(service, "Restart") == ["always"]
    assert values(service, "StartLimitIntervalSec") == ["0"]
    assert values(service, "TimeoutStopSec") == ["40s"]
    assert values(service, "Slice") == ["oncall.slice"]


def test_units_are_good_in_the_eyes_of_systemd(tmp_path: Path) -> None:
    analyze = require_program("systemd-analyze")
    for unit in UNITS:
        # Where it is to be installed there is nothing here.
        text = (
            unit.read_text()
            .replace("/opt/oncall/bin/oncall", "/bin/true")
            .replace("/opt/oncall/bin/gunicorn", "/bin/true")
        )
        (tmp_path / unit.name).write_text(text)
    names = [str(tmp_path / unit.name.replace("@.", "@1.")) for unit in UNITS if unit.suffix != ".env"]
    done = subprocess.run([analyze, "verify", "--man=no", *names], capture_output=True, text=True, check=False)

    said = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "oncall" in line]
    assert (done.returncode, said) == (0, [])


def test_compose_has_a_database_that_forgets_nothing_a_bell_the_web_and_two_workers() -> None:
    services = COMPOSE["services"]

    assert set(services) == {"database", "bell", "migrate", "web", "worker-1", "worker-2"}
    assert {"fsync=on", "synchronous_commit=on"} <= set(services["database"]["command"])
    assert all(services[name]["restart"] == "always" for name in services if name != "migrate")


def test_addresses_that_are_probed_exist() -> None:
    (web,) = (pod for pod in pods() if pod["containers"][0]["name"] == "web")
    (container,) = web["containers"]
    probed = {container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")}
    source = (ROOT / "oncall/doors/health.py").read_text()

    assert probed == {"/healthz", "/readyz"}
    assert all(f'"{path}"' in source for path in probed)


def test_cluster_keeps_a_web_and_a_worker_at_all_times() -> None:
    kept = {one["metadata"]["name"]: one["spec"] for one in OBJECTS if one["kind"] == "PodDisruptionBudget"}
    running = {one["metadata"]["name"]: one["spec"] for one in OBJECTS if one["kind"] == "Deployment"}

    assert kept.keys() == running.keys() == {"oncall-web", "oncall-worker"}
    for name, budget in kept.items():
        assert budget["selector"] == running[name]["selector"]
        assert budget["minAvailable"] < running[name]["replicas"]
        assert running[name]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_image_has_all_that_the_wheel_is_built_of() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    let_in = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[0] == "!"}
    names = {name for line in copied for name in line.split()}

    assert names == let_in
    assert all((ROOT / name).exists() for name in names)
